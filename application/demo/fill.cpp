#include "application/demo/fill.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cassert>

#include "application/demo/adverts.hpp"
#include "application/demo/people.hpp"
#include "application/demo/rentals.hpp"
#include "http/digests.hpp"
#include "http/resources/steps.hpp"

namespace rentwave::demo {
namespace {

using boost::asio::awaitable;
using http::as_command;
/// Nothing, or why it could not be done.
using failure = std::optional<http::problem>;
using rental::status;

/// Until the late rental is due, in real time: long enough to be booked before.
constexpr duration until_late = std::chrono::seconds{2};

bool has_begun(status now) {
  return now == status::active || now == status::late || now == status::returned ||
         now == status::completed || now == status::lost;
}

bool is_reached(goal wanted, status now) {
  switch (wanted) {
    case goal::booked:
    case goal::rejected:
      return now != status::none && (now != status::rejected || wanted == goal::rejected);
    case goal::active:
    case goal::late:
      return has_begun(now);
    case goal::returned:
      return has_begun(now) && now != status::active && now != status::late;
    case goal::completed:
      return now == status::completed || now == status::lost;
    case goal::cancelled:
    case goal::called_off:
      return now == status::cancelled;
  }
  return false;
}

/// What brings a rental nearer to its goal.
struct deed {
  rental::command what;
  bool by_owner = false;
  std::string name;  ///< the command's id is made of it
};

deed deed_of(rental::command what, bool by_owner) {
  auto name = "step-" + std::to_string(what.index());
  return {std::move(what), by_owner, std::move(name)};
}

std::optional<deed> next_review(const rental_wish& wish, const rental::state& one) {
  const bool is_over = one.now == status::completed || one.now == status::lost;
  for (const bool by_owner : {false, true}) {
    const auto& [rating, text] = by_owner ? wish.by_owner : wish.by_renter;
    const auto side = by_owner ? rental::party::owner : rental::party::renter;
    if (is_over && rating > 0 && !review_by(one, side))
      return deed{rental::review{rating, std::string{text}}, by_owner,
                  by_owner ? "review-by-owner" : "review-by-renter"};
  }
  return std::nullopt;
}

/// Nothing where nothing does.
std::optional<deed> next_deed(const rental_wish& wish, const rental::state& one) {
  const bool is_out = one.now == status::active || one.now == status::late;
  if (is_out && (wish.goal == goal::returned || wish.goal == goal::completed))
    return deed_of(rental::give_back{}, false);
  if (one.now == status::returned && wish.goal == goal::completed)
    return deed_of(
        rental::confirm{wish.claim, wish.claim > money{} ? "A coffee ring on page 112." : ""},
        true);
  if (one.now == status::booked && (wish.goal == goal::cancelled || wish.goal == goal::called_off))
    return deed_of(rental::cancel{}, wish.goal == goal::called_off);
  return next_review(wish, one);
}

class filling {
 public:
  explicit filling(http::backend& api) : api_{api}, trace_{api.new_uuid()} {}

  awaitable<failure> run();

 private:
  /// What this person does, or somebody who is nobody yet; ends when all that follows has happened.
  awaitable<failure> act(const person* who, entity_ref on, any_command what, command_id id);
  awaitable<failure> open_account(const person& who);
  awaitable<failure> top_up(const person& who);
  awaitable<failure> post(const advert& what);
  awaitable<failure> rent(const rental_wish& wish);
  awaitable<failure> ask(const rental_wish& wish, rental_id id, int attempt);
  /// Takes the steps of a rental; true: it is where it was to be.
  awaitable<http::answer<bool>> play(const rental_wish& wish, int attempt);
  const advert& advert_of(std::string_view key) const;

  http::backend& api_;
  const trace_id trace_;
  const std::vector<advert> adverts_ = adverts();
};

listing_id listing_of(std::string_view key) {
  return listing_id{id_of("listing/" + std::string{key})};
}

const advert& filling::advert_of(std::string_view key) const {
  const auto found = std::ranges::find(adverts_, key, &advert::key);
  assert(found != adverts_.end());
  return *found;
}

awaitable<failure> filling::act(const person* who, entity_ref on, any_command what, command_id id) {
  http::request asked;
  asked.trace = trace_;
  if (who) asked.who = http::identity{account_of(*who), {}, std::string{who->username}};
  const auto sent = co_await api_.send(asked, on, std::move(what), id);
  if (!sent) co_return sent.error();
  const auto after = co_await api_.settled_view(std::move(on));
  if (!after) co_return after.error();
  co_return std::nullopt;
}

awaitable<failure> filling::open_account(const person& who) {
  const auto where = login_ref(std::string{who.username});
  const auto before = co_await api_.view(where);
  if (!before) co_return before.error();
  // A hash is dear, and another time it is another one.
  if ((*before)->as<login::state>().account == account_of(who)) co_return std::nullopt;
  const http::request by_ourselves;
  auto hash = co_await api_.hash_password(by_ourselves, http::sha256_hex(password));
  if (!hash) co_return hash.error();
  auto command = as_command<login::command>(login::sign_up{std::string{who.username},
                                                           account_of(who),
                                                           {*std::move(hash)},
                                                           {std::string{who.display_name}},
                                                           {},
                                                           {}});
  co_return co_await act(nullptr, where, std::move(command), registration_of(who));
}

awaitable<failure> filling::top_up(const person& who) {
  const auto owner = account_of(who);
  const payment_id payment{id_of("top-up/" + std::string{who.username})};
  auto command = as_command<wallet::command>(wallet::top_up{owner, payment, who.top_up});
  const auto id = derive_id<command_id>(payment, "create");
  co_return co_await act(&who, wallet_ref(owner), std::move(command), id);
}

awaitable<failure> filling::post(const advert& what) {
  const auto& owner = person_named(what.owner);
  const auto made = listing_of(what.key);
  auto command = as_command<listing::command>(listing::post{made, account_of(owner), what.content});
  const auto id = derive_id<command_id>(made, "create");
  co_return co_await act(&owner, listing_ref(made), std::move(command), id);
}

awaitable<failure> filling::ask(const rental_wish& wish, rental_id id, int attempt) {
  const auto& renter = person_named(wish.renter);
  rental::request asked{id, listing_of(wish.advert), account_of(renter), {}, {}, wish.length, {}};
  if (wish.starts_in > duration{}) asked.starts_at = api_.clock().now() + wish.starts_in;
  // The longer, the more often it was over before it was booked.
  if (wish.goal == goal::late)
    asked.length = std::max(wish.length, api_.clock().in_domain(until_late * (1 << attempt)));
  auto command = as_command<rental::command>(std::move(asked));
  co_return co_await act(&renter, rental_ref(id), std::move(command), request_of(id));
}

awaitable<http::answer<bool>> filling::play(const rental_wish& wish, int attempt) {
  using played = http::answer<bool>;
  const auto id = rental_of(wish, attempt);
  constexpr int most_steps = 6;
  for (int taken = 0; taken < most_steps; ++taken) {
    const auto view = co_await api_.settled_view(rental_ref(id));
    if (!view) co_return view.error();
    const auto& one = (*view)->as<rental::state>();
    if (!one.owed.empty())
      co_return http::try_later("unavailable", "A rental waits too long for others.");
    // In place: a flag alone would pass for the problem of that status.
    if (is_reached(wish.goal, one.now) && !next_review(wish, one))
      co_return played{boost::system::in_place_value, true};
    failure why;
    if (one.now == status::none) {
      why = co_await ask(wish, id, attempt);
    } else if (const auto next = next_deed(wish, one)) {
      const auto& actor = person_named(next->by_owner ? advert_of(wish.advert).owner : wish.renter);
      auto command = as_command<rental::command>(next->what);
      const auto next_id = derive_id<command_id>(id, next->name);
      why = co_await act(&actor, rental_ref(id), std::move(command), next_id);
    } else {
      break;
    }
    if (why) co_return *why;
  }
  co_return played{boost::system::in_place_value, false};
}

awaitable<failure> filling::rent(const rental_wish& wish) {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const auto reached = co_await play(wish, attempt);
    if (!reached) co_return reached.error();
    if (*reached) co_return std::nullopt;
  }
  spdlog::warn("demo: the rental {} did not come about", wish.key);
  co_return std::nullopt;
}

awaitable<failure> filling::run() {
  for (const auto& each : people()) {
    if (auto why = co_await open_account(each)) co_return why;
    if (auto why = co_await top_up(each)) co_return why;
  }
  spdlog::info("demo: {} accounts have money in their wallets", people().size());
  for (const auto& each : adverts_)
    if (auto why = co_await post(each)) co_return why;
  spdlog::info("demo: {} adverts are posted", adverts_.size());
  for (const auto& each : rentals())
    if (auto why = co_await rent(each)) co_return why;
  spdlog::info("demo: {} rentals are under way or over; that is all", rentals().size());
  co_return std::nullopt;
}

}  // namespace

void fill(http::backend& api) {
  spdlog::info("demo: filling this journal");
  filling work{api};
  boost::asio::io_context context;
  failure ended;
  boost::asio::co_spawn(context, work.run(), [&ended](std::exception_ptr error, failure why) {
    ended = std::move(why);
    if (error) ended = http::internal_error();
  });
  context.run();
  if (ended)
    spdlog::warn("demo: not complete, the next start with --demo goes on: {}", ended->detail);
}

}  // namespace rentwave::demo
