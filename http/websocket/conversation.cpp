#include "http/websocket/conversation.hpp"

namespace rentwave::http {

conversation::reaction conversation::take(std::string_view text) {
  const auto said = read_message(text);
  if (!said) return not_understood(said.error());
  misunderstandings_ = 0;
  return std::visit([this](const auto& one) { return react(one); }, *said);
}

conversation::reaction conversation::react(const hello_message& said) {
  if (is_greeted_) return object{{"already_greeted", "There was a hello on this socket."}};
  is_greeted_ = true;
  return greet{said.after};
}

conversation::reaction conversation::react(const watch_message& said) {
  if (said.what.is_for_admins() && !is_admin_)
    return object{{"not_admin", "This topic is for administrators only."}};
  if (watched_.contains(said.what)) return nothing{};
  if (most_watches_ != 0 && watched_.size() >= most_watches_)
    return object{{"too_many_watches",
                   "A socket watches at most " + std::to_string(most_watches_) + " topics."}};
  watched_.insert(said.what);
  return follow{said.what};
}

conversation::reaction conversation::react(const unwatch_message& said) {
  if (watched_.erase(said.what) == 0) return nothing{};
  return unfollow{said.what};
}

conversation::object conversation::not_understood(complaint why) {
  return {std::move(why), ++misunderstandings_ >= most_misunderstandings};
}

}  // namespace rentwave::http
