#include "tests/http/market/fake_market.hpp"

#include <cassert>
#include <stdexcept>

#include "persistence/codec.hpp"
#include "persistence/projection.hpp"
#include "persistence/timestamp.hpp"
#include "tests/persistence/temporary_journal.hpp"

namespace rentwave::http {
namespace {

/// More rounds than any saga takes: somebody owes the same thing for ever.
constexpr int most_rounds = 10'000;

const instant start = *parse_instant("2024-05-01T10:00:00Z");

}  // namespace

account_id person(std::uint8_t number) {
  account_id who;
  who.value.data[15] = number;
  return who;
}

fake_market::fake_market()
    : now_(start),
      clock_({start, start, 1}, [this] { return now_; }),
      store_(testing_journal::temporary_journal()),
      journal_(*store_->connect()) {
  lease_ = *journal_->take_over(0, "test");
}

// --- entities ---

fake_market::entity& fake_market::find(const entity_ref& ref) {
  const auto [at, is_new] = entities_.try_emplace(ref);
  if (!is_new) return at->second;
  switch (ref.kind) {
    case entity_kind::listing:
      at->second.state = listing::state{};
      break;
    case entity_kind::book:
      at->second.state = book::state{};
      break;
    case entity_kind::rental:
      at->second.state = rental::state{};
      break;
    case entity_kind::wallet:
      at->second.state = wallet::state{};
      break;
    case entity_kind::inbox:
      at->second.state = inbox::state{};
      break;
    case entity_kind::keyed_request:
      at->second.state = keyed_request::state{};
      break;
    case entity_kind::account:
      at->second.state = account::state{};
      break;
    case entity_kind::follower:
      at->second.state = follower::state{};
      break;
    case entity_kind::topic:
      at->second.state = topic::state{};
      break;
    case entity_kind::audience:
      at->second.state = rentwave::audience::state{};
      break;
    case entity_kind::webhook:
      at->second.state = webhook::state{};
      break;
    default:
      throw std::logic_error("no entity of the market: " + to_string(ref));
  }
  return at->second;
}

template <class State>
outcome fake_market::decide_and_keep(const entity_ref& to, entity& here,
                                     const typename State::command_type& body,
                                     std::optional<account_id> caller, command_id id) {
  auto state = std::get<State>(here.state);
  const auto decided = decide(state, body, context{now_, caller});
  if (!decided) return decided.error();
  std::vector<new_event> events;
  std::vector<row_change> rows;
  for (const auto& happened : *decided) {
    const auto coded = encode(happened);
    new_event written;
    written.type = coded.type;
    written.schema = coded.schema;
    written.data = coded.data;
    written.time = now_;
    written.command = id;
    written.n = static_cast<int>(events.size());
    if (caller) written.actor = to_string(*caller);
    events.push_back(std::move(written));
    project({to, here.version + std::ssize(events), now_}, happened, rows);
    state = evolve(std::move(state), happened);
  }
  if (!events.empty()) keep(to, here.version, events, std::move(rows));
  here.version += std::ssize(events);
  const auto said = reply(state, *decided);
  here.state = std::move(state);
  if (!events.empty()) here.answers[id] = said;
  return said;
}

void fake_market::keep(const entity_ref& of, std::int64_t version, std::vector<new_event> events,
                       std::vector<row_change> rows) {
  const auto count = std::ssize(events);
  entity_append what{of, version, std::move(events), {}, {}, std::move(rows)};
  const auto written =
      journal_->append({partition_append{0, lease_.epoch, lease_.position, {std::move(what)}, {}}});
  if (!written || written->front().fenced || written->front().entities.front().failed)
    throw std::runtime_error("the journal refused events of " + to_string(of));
  lease_.position += count;
}

outcome fake_market::deliver(const entity_ref& to, const any_command& body,
                             std::optional<account_id> caller, command_id id) {
  if (to.kind == entity_kind::payment) {
    if (payments_fail) return refusal{refusal_code::payment_failed, "The bank says no.", {}};
    return accepted{};
  }
  if (to.kind == entity_kind::audience && audiences_are_full)
    return refusal{refusal_code::too_many_followers, "There is no room.", {}};
  if (to.kind == entity_kind::follower && followers_are_busy)
    return refusal{refusal_code::not_now, "Earlier changes are under way.", {}};
  auto& here = find(to);
  if (const auto known = here.answers.find(id); known != here.answers.end()) return known->second;
  return std::visit(
      [&]<class State>(const State&) {
        const auto& command = std::get<typename State::command_type>(body);
        return decide_and_keep<State>(to, here, command, caller, id);
      },
      here.state);
}

/// Delivers what anybody wants, and the answers, until nobody wants anything any more; but for the
/// postman, who is not here.
void fake_market::settle() {
  for (int round = 0; round < most_rounds; ++round) {
    std::optional<std::pair<entity_ref, want>> next;
    for (const auto& [ref, here] : entities_) {
      const auto owed = std::visit([](const auto& state) { return wants(state); }, here.state);
      for (const auto& each : owed)
        if (!next && each.to.kind != entity_kind::postman && !(held_back && held_back(each)))
          next.emplace(ref, each);
    }
    if (!next) return;
    const auto& [from, wanted] = *next;
    const auto said = deliver(wanted.to, wanted.body, {}, command_id{new_uuid()});
    std::visit(
        [&]<class State>(const State&) {
          const any_command answer{std::in_place_type<typename State::command_type>,
                                   answered{wanted.key, said}};
          deliver(from, answer, {}, command_id{new_uuid()});
        },
        find(from).state);
  }
  throw std::runtime_error("the market never settles");
}

bool fake_market::wake_one() {
  for (auto& [ref, here] : entities_) {
    const auto due = std::visit([](const auto& state) { return alarm(state); }, here.state);
    if (!due || *due > now_) continue;
    std::visit(
        [&]<class State>(const State&) {
          const any_command body{std::in_place_type<typename State::command_type>, wake{}};
          deliver(ref, body, {}, command_id{new_uuid()});
        },
        here.state);
    return true;
  }
  return false;
}

void fake_market::advance(duration by) {
  now_ += by;
  for (int round = 0; wake_one(); ++round) {
    if (round == most_rounds) throw std::runtime_error("somebody wakes for ever");
    settle();
  }
}

void fake_market::send_inside(const entity_ref& to, any_command body) {
  deliver(to, body, {}, command_id{new_uuid()});
  settle();
}

view_ptr fake_market::view_of(const entity_ref& of) {
  const auto& here = find(of);
  auto state = std::visit(
      []<class State>(const State& now) -> std::shared_ptr<const void> {
        return std::make_shared<const State>(now);
      },
      here.state);
  return std::make_shared<const entity_view>(entity_view{of, here.version, std::move(state)});
}

// --- backend ---

boost::asio::awaitable<answer<outcome>> fake_market::send(const request& asked, entity_ref to,
                                                          any_command body,
                                                          std::optional<command_id> id) {
  if (auto first = std::exchange(before_next_send, {})) first();
  const auto caller = asked.who ? std::optional{asked.who->account} : std::nullopt;
  auto said = deliver(to, body, caller, id.value_or(command_id{new_uuid()}));
  settle();
  if (const auto* why = std::get_if<refusal>(&said)) co_return to_problem(*why);
  co_return answer<outcome>{boost::system::in_place_value, std::move(said)};
}

boost::asio::awaitable<answer<view_ptr>> fake_market::view(entity_ref of) {
  co_return view_of(of);
}

boost::asio::awaitable<answer<view_ptr>> fake_market::settled_view(entity_ref of,
                                                                   std::chrono::milliseconds) {
  co_return view_of(of);
}

boost::asio::awaitable<answer<std::string>> fake_market::hash_password(const request&,
                                                                       std::string) {
  co_return try_later("unavailable", "No passwords here.");
}
boost::asio::awaitable<answer<bool>> fake_market::check_password(const request&, std::string,
                                                                 std::string) {
  co_return try_later("unavailable", "No passwords here.");
}
boost::asio::awaitable<answer<identity>> fake_market::identify(std::string token) {
  const auto account = parse_id<account_id>(token);
  if (!account) co_return unauthenticated("This is nobody's token.");
  identity who{*account, {}, "someone"};
  co_return who;
}

boost::uuids::uuid fake_market::new_uuid() {
  if (++next_id_[1] == 0) ++next_id_[0];
  return uuid_v7(now_, {0, 0, 0, 0, 0, 0, 0, 0, next_id_[0], next_id_[1]});
}

boost::asio::awaitable<bool> fake_market::run(std::function<void(journal&)> job) {
  job(*journal_);
  co_return true;
}

}  // namespace rentwave::http
