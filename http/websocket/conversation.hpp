// What a client has said over one WebSocket so far, and what is to be done about its next message.
// Pure: no socket, no time. Belongs to its socket.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "http/websocket/messages.hpp"

namespace rentwave::http {

class conversation {
 public:
  /// 0 watches: any number.
  conversation(std::size_t most_watches, bool is_admin)
      : most_watches_(most_watches), is_admin_(is_admin) {}

  /// Send notifications after this cursor; without: those to come.
  struct greet {
    std::optional<std::int64_t> after;
  };
  /// The topic counts as watched already; `give_up` takes that back.
  struct follow {
    topic what;
  };
  struct unfollow {
    topic what;
  };
  struct answer_ping {};
  struct nothing {};
  /// Send an error; `is_last`: and close, nothing was understood three times in a row.
  struct object {
    complaint why;
    bool is_last = false;
  };
  using reaction = std::variant<nothing, greet, follow, unfollow, answer_ping, object>;

  reaction take(std::string_view text);
  /// The message came too soon, and was not read: counts as not understood.
  object refuse(complaint why) { return not_understood(std::move(why)); }

  /// The greeting failed: the client may send another.
  void give_up_greeting() { is_greeted_ = false; }
  void give_up(const topic& what) { watched_.erase(what); }

  std::size_t watches() const { return watched_.size(); }

 private:
  reaction react(const hello_message& said);
  reaction react(const watch_message& said);
  reaction react(const unwatch_message& said);
  reaction react(const ping_message&) { return answer_ping{}; }
  reaction react(const pong_message&) { return nothing{}; }
  object not_understood(complaint why);

  static constexpr int most_misunderstandings = 3;

  const std::size_t most_watches_;
  const bool is_admin_;
  bool is_greeted_ = false;
  int misunderstandings_ = 0;  ///< in a row
  std::set<topic> watched_;
};

}  // namespace rentwave::http
