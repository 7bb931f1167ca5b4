#include "tests/simulation/receivers.hpp"

#include "actors/domain/webhook.hpp"

namespace rentwave::simulation {
namespace {

constexpr int refused_one_in = 5;
constexpr int lost_one_in = 30;  ///< it was taken, and nobody hears of it
constexpr int gone_one_in = 60;
constexpr int hosts = 3;

/// Of a URL by `url_of`.
webhook_id hook_of(const std::string& url) {
  return parse_id<webhook_id>(url.substr(url.rfind('/') + 1)).value_or(webhook_id{});
}

}  // namespace

std::string receivers::url_of(webhook_id hook) {
  return "https://" + std::to_string(hook.value.data[15] % hosts) + ".example/" + to_string(hook);
}

void receivers::carry(posting what, done tell) {
  disturb();
  const auto hook = hook_of(what.url);
  check(hook, what);
  auto said = say();
  if (!said || said->code == post_trouble::connection_lost)
    books_[hook].taken.emplace_back(what.what.cursor, what.what.what.type);
  tell(said);
}

/// Throwing here would only make the postman try again.
void receivers::check(webhook_id hook, const posting& what) {
  const auto complain = [&](const char* why) {
    if (!complaint_) complaint_.emplace(webhook_ref(hook), why);
  };
  auto& here = books_[hook];
  if (here.owner != account_id{} && here.owner != what.what.account)
    complain("it is posted another person's notice");
  here.owner = what.what.account;
  if (what.delivery != webhook::delivery_id(hook, what.what.cursor))
    complain("its notice is posted under another id");
  if (!here.taken.empty()) {
    const auto last = here.taken.back().first;
    if (what.what.cursor < last) complain("it is posted a notice after a later one");
    repeats_ += what.what.cursor == last;
  }
  const auto found = known->hooks.find(hook);
  // One that was under way then may still come.
  if (found != known->hooks.end() && found->second.removed && ++here.late > 1)
    complain("it is posted notices though it was removed");
}

std::optional<post_failure> receivers::say() {
  if (!on_) return std::nullopt;
  const auto refuse = [this](post_trouble code, int status) {
    ++refusals_;
    return post_failure{code, status};
  };
  if (dice_.one_in(gone_one_in)) return refuse(post_trouble::status, 410);
  if (dice_.one_in(lost_one_in)) return refuse(post_trouble::connection_lost, 0);
  if (dice_.one_in(refused_one_in)) return refuse(post_trouble::status, 503);
  return std::nullopt;
}

void receivers::check_against(const model& all) const {
  if (complaint_) throw *complaint_;
  for (const auto& [id, hook] : all.hooks) {
    const auto found = books_.find(id);
    std::set<std::int64_t> taken;
    if (found != books_.end()) {
      for (const auto& [cursor, type] : found->second.taken) {
        if (!hook.takes(type) || cursor <= hook.from)
          throw violation{webhook_ref(id), "its receiver was posted what it did not ask for"};
        taken.insert(cursor);
      }
    }
    for (const auto cursor : hook.posted)
      if (!taken.contains(cursor))
        throw violation{webhook_ref(id), "its receiver never took notice " +
                                             std::to_string(cursor) + ", which counts as posted"};
  }
}

}  // namespace rentwave::simulation
