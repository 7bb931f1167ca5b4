#include "actors/runtime/estates.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <map>

#include "actors/runtime/node_context.hpp"
#include "actors/runtime/protocol.hpp"
#include "actors/runtime/resting_view.hpp"

namespace rentwave {
namespace {

constexpr int largest_page = 100;

outcome no(refusal_code code, const char* why) {
  return refusal{code, why, {}};
}

/// Calls `see` with each row of all pages that `ask` gives; false: one could not be read, and
/// `failed` says why.
template <class Ask, class See>
std::optional<journal_error> for_each_row(Ask ask, See see) {
  page_request wanted{largest_page, {}};
  do {
    auto found = ask(wanted);
    if (!found) return found.error();
    for (const auto& row : found->items) see(row);
    wanted.cursor = found->next;
  } while (wanted.cursor);
  return std::nullopt;
}

journal_result<bool> has_open_rental(journal& in, account_id account) {
  using enum rental::status;
  // The last two once more: a dispute makes one of them of what was returned.
  for (const auto status : {pending, booked, waiting, active, late, returned, active, late}) {
    rental_query wanted;
    wanted.account = account;
    wanted.status = status;
    wanted.page.limit = 1;
    const auto found = in.rentals(wanted);
    if (!found) return found.error();
    if (!found->items.empty()) return true;
  }
  return false;
}

/// What the owner keeps of a cancelled rental's rent, which no row says.
journal_result<money> fee_of(journal& in, rental_id cancelled) {
  const auto found = read_resting_view(in, rental_ref(cancelled));
  if (!found) return found.error();
  if (!found->state) return journal_error{journal_errc::corrupt, "a rental cannot be read"};
  return found->as<rental::state>().fee;
}

/// Whether a rental that is over, and pays its owner something, has not done so yet.
journal_result<bool> expects_money(journal& in, account_id account) {
  using enum rental::status;
  std::map<rental_id, rental::status> paying;
  for (const auto status : {completed, lost, cancelled}) {
    const auto ask = [&](const page_request& page) {
      return in.rentals({account, false, true, status, page});
    };
    const auto failed = for_each_row(ask, [&](const rental_row& row) {
      if (row.rent > money{}) paying.emplace(row.id, status);
    });
    if (failed) return *failed;
  }
  if (paying.empty()) return false;
  const auto ask = [&](const page_request& page) { return in.wallet_entries(account, page); };
  const auto failed = for_each_row(ask, [&](const wallet_entry& line) {
    if (line.rental && line.type == wallet::received::type) paying.erase(*line.rental);
  });
  if (failed) return *failed;
  for (const auto& [id, status] : paying) {
    if (status != cancelled) return true;
    const auto fee = fee_of(in, id);
    if (!fee) return fee.error();
    if (*fee > money{}) return true;
  }
  return false;
}

journal_result<outcome> forget_person(journal& in, const estate::forget& asked) {
  if (const auto gone = in.destroy_key(asked.account); !gone) return gone.error();
  return outcome{accepted{}};
}

journal_result<outcome> carry_out(journal& in, const estate::command& asked) {
  return std::visit(overloaded{[&](const estate::survey& c) { return survey_adverts(in, c); },
                               [&](const estate::check& c) { return check_nothing_open(in, c); },
                               [&](const estate::forget& c) { return forget_person(in, c); }},
                    asked);
}

/// A reader's thread blocks on it, not ours.
void serve_one(const context_ptr& context, const command_ptr& asked) {
  if (!std::holds_alternative<estate::command>(asked->body) || !asked->from) return;
  auto work = [context, asked](journal& in) {
    auto found = carry_out(in, std::get<estate::command>(asked->body));
    if (found)
      send_home(*context, *asked, *std::move(found));
    else
      spdlog::warn("{} cannot be served: {}", to_string(asked->to), found.error().detail);
  };
  const auto& reader = context->take_reader(stable_hash(asked->to));
  caf::anon_send(reader, job_ptr{std::make_shared<const read_job>(read_job{std::move(work)})});
}

caf::behavior serve(caf::event_based_actor*, const context_ptr& context) {
  return {[context](const command_ptr& asked) { serve_one(context, asked); }};
}

}  // namespace

journal_result<outcome> survey_adverts(journal& in, const estate::survey& asked) {
  listing_query wanted;
  wanted.owner = asked.account;
  wanted.only_active = false;
  wanted.page = {largest_page, asked.cursor};
  const auto found = in.search(wanted);
  if (!found) return found.error();
  belongings page;
  for (const auto& row : found->items) page.adverts.push_back(row.id);
  page.next = found->next;
  return outcome{std::move(page)};
}

journal_result<outcome> check_nothing_open(journal& in, const estate::check& asked) {
  const auto open = has_open_rental(in, asked.account);
  if (!open) return open.error();
  if (*open) return no(refusal_code::rentals_open, "A rental is open, as renter or as owner.");
  const auto expects = expects_money(in, asked.account);
  if (!expects) return expects.error();
  if (*expects)
    return no(refusal_code::wallet_not_empty, "A rental's money is on its way to the wallet.");
  return outcome{accepted{}};
}

caf::actor spawn_estates(caf::actor_system& system, std::shared_ptr<const node_context> context) {
  return system.spawn(serve, context);
}

}  // namespace rentwave
