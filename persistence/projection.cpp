#include "persistence/projection.hpp"

#include <cassert>
#include <concepts>
#include <variant>

#include "actors/domain/decision.hpp"

namespace rentwave {
namespace {

using row_changes = std::vector<row_change>;

/// Names the events that change no row, so that a new one is not forgotten here.
template <class Event, class... Events>
concept among = (std::same_as<Event, Events> || ...);

/// The id of the entity itself, for events that do not repeat it.
template <class Id>
Id own_id(const event_place& at) {
  const auto id = parse_id<Id>(at.entity.id);
  assert(id);
  return *id;
}

// --- listing ---

/// As `listing::evolve` has it.
constexpr std::int64_t first_revision = 1;

listing_row row_of(listing_id id, std::int64_t revision, bool active, const offer& content) {
  listing_row row;
  row.id = id;
  row.revision = revision;
  row.active = active;
  row.content = content;
  return row;
}

// --- rental ---

rental_row row_of(const event_place& at, const rental::requested& event) {
  rental_row row;
  row.id = event.id;
  row.listing = event.listing;
  row.renter = event.renter;
  row.status = rental::status::pending;
  row.when = event.when;
  row.requested_at = at.time;
  return row;
}

rental_changed agreed(const event_place& at, const reservation& terms) {
  rental_changed row;
  row.id = own_id<rental_id>(at);
  row.owner = terms.owner;
  row.title = terms.title;
  row.kind = terms.kind;
  row.ends_at = terms.when.end;
  row.rent = terms.rent;
  row.deposit = terms.terms.deposit;
  return row;
}

rental_changed now(const event_place& at, rental::status status) {
  rental_changed row;
  row.id = own_id<rental_id>(at);
  row.status = status;
  return row;
}

rental_changed started(const event_place& at, const rental::started& event) {
  auto row = now(at, rental::status::active);
  row.ends_at = event.due;
  row.rent = event.rent;
  return row;
}

rental_changed arbitrated(const event_place& at, const rental::arbitrated& event) {
  auto row = now(at, rental::status::completed);
  row.rent = event.decided.rent;
  return row;
}

rental_changed late(const event_place& at, const rental::late& event) {
  auto row = now(at, rental::status::late);
  row.further_late_fee = event.fee;
  return row;
}

rental_changed extended(const event_place& at, const rental::extended& event) {
  rental_changed row;
  row.id = own_id<rental_id>(at);
  row.ends_at = event.due;
  row.further_rent = event.rent;
  return row;
}

review_row row_of(const event_place& at, const rental::reviewed& event) {
  const auto& about = event.about;
  const bool by_renter = event.by == rental::party::renter;
  review_row row;
  row.rental = own_id<rental_id>(at);
  row.by = event.by;
  row.author = by_renter ? about.renter : about.owner;
  row.about = by_renter ? about.owner : about.renter;
  row.listing = about.listing;
  row.rating = event.rating;
  row.text = event.text;
  row.at = event.at;
  return row;
}

// --- wallet ---

/// Writes the lines of a statement: one for each event that changes the balance, so that the
/// amounts add up to it. What moves only between hold, debt and other wallets is no line.
struct statement {
  const event_place& at;
  row_changes& rows;

  template <class Event>
  void line(const Event& event, money amount, std::optional<rental_id> rental = {}) {
    if (amount == money{}) return;
    rows.push_back(wallet_entry{own_id<account_id>(at), at.version, std::string{Event::type},
                                amount, event.balance, rental, at.time});
  }
};

}  // namespace

void project(const event_place&, const login::event&, row_changes&) {}
void project(const event_place&, const account::event&, row_changes&) {}
void project(const event_place&, const book::event&, row_changes&) {}
void project(const event_place&, const keyed_request::event&, row_changes&) {}
void project(const event_place&, const topic::event&, row_changes&) {}
void project(const event_place&, const audience::event&, row_changes&) {}
void project(const event_place&, const follower::event&, row_changes&) {}
void project(const event_place&, const webhook::event&, row_changes&) {}

void project(const event_place& at, const session::event& event, row_changes& rows) {
  std::visit(
      overloaded{
          [&](const session::started& e) {
            rows.push_back(session_row{e.id, e.account});
          },
          [&](const session::ended&) { rows.push_back(session_ended{own_id<session_id>(at)}); },
          [](const among<session::registered, session::unregistered> auto&) {},
      },
      event);
}

void project(const event_place& at, const listing::event& event, row_changes& rows) {
  const auto id = own_id<listing_id>(at);
  std::visit(
      overloaded{
          [&]<item_kind Kind>(const listing::added<Kind>& e) {
            auto row = row_of(id, first_revision, true, e.content);
            row.owner = e.owner;
            row.added_at = e.at;
            rows.push_back(std::move(row));
          },
          [&]<item_kind Kind>(const listing::updated<Kind>& e) {
            rows.push_back(row_of(id, e.revision, e.active && !e.hidden, e.content));
          },
          [&](const listing::removed&) { rows.push_back(listing_removed{id}); },
          [&](const listing::reserved& e) {
            rows.push_back(reservation_row{id, e.rental, e.agreed.when});
          },
          [&](const listing::released& e) {
            rows.push_back(reservation_released{e.rental});
            if (e.rented) rows.push_back(listing_rented{id});
          },
          [&](const listing::reclaimed& e) {
            rows.push_back(reservation_row{id, e.rental, e.when, true});
          },
          [&](const listing::handed_over& e) { rows.push_back(reservation_handed_over{e.rental}); },
          [&](const listing::blocked& e) {
            rows.push_back(block_row{id, e.what.id, e.what.when});
          },
          [&](const listing::unblocked& e) { rows.push_back(block_removed{e.id}); },
          [&](const listing::rescheduled& e) {
            rows.push_back(reservation_moved{e.rental, e.ends_at});
          },
          [&](const listing::lost& e) {
            rows.push_back(listing_deactivated{id, e.revision});
            rows.push_back(reservation_released{e.rental});
            if (e.rented) rows.push_back(listing_rented{id});
          },
          [&](const listing::rated& e) {
            rows.push_back(listing_rated{id, e.total});
          },
          [&](const listing::hidden& e) {
            rows.push_back(listing_deactivated{id, e.revision});
          },
          [&](const listing::shown& e) {
            rows.push_back(row_of(id, e.revision, e.offered, e.content));
          },
          [&](const listing::photo_added& e) {
            rows.push_back(photo_row{id, at.version, e.what});
          },
          [&](const listing::photo_removed& e) {
            rows.push_back(photo_row_removed{id, e.id});
          },
          [](const among<listing::queued, listing::settled, listing::freed,
                         listing::delayed> auto&) {},
      },
      event);
}

void project(const event_place& at, const rental::event& event, row_changes& rows) {
  using rental::status;
  const auto becomes = [&](status next) { rows.push_back(now(at, next)); };
  std::visit(
      overloaded{
          [&](const rental::requested& e) { rows.push_back(row_of(at, e)); },
          [&](const rental::reserved& e) { rows.push_back(agreed(at, e.agreed)); },
          [&](const rental::booked&) { becomes(status::booked); },
          [&](const rental::waited&) { becomes(status::waiting); },
          [&](const rental::started& e) { rows.push_back(started(at, e)); },
          [&](const rental::late& e) { rows.push_back(late(at, e)); },
          [&](const rental::returned&) { becomes(status::returned); },
          [&](const rental::disputed& e) { becomes(e.late ? status::late : status::active); },
          [&](const rental::completed&) { becomes(status::completed); },
          [&](const rental::rejected&) { becomes(status::rejected); },
          [&](const rental::cancelled&) { becomes(status::cancelled); },
          [&](const rental::lost&) { becomes(status::lost); },
          [&](const rental::extended& e) { rows.push_back(extended(at, e)); },
          [&](const rental::reviewed& e) { rows.push_back(row_of(at, e)); },
          [&](const rental::arbitrated& e) { rows.push_back(arbitrated(at, e)); },
          [](const among<rental::hand_over_requested, rental::reminded, rental::charged,
                         rental::extension_requested, rental::extension_reserved,
                         rental::extension_rejected, rental::settled> auto&) {},
      },
      event);
}

void project(const event_place& at, const wallet::event& event, row_changes& rows) {
  statement to{at, rows};
  const money none{};
  std::visit(
      overloaded{
          [&](const wallet::topped_up& e) { to.line(e, e.amount); },
          [&](const wallet::withdrawn& e) { to.line(e, none - e.amount); },
          [&](const wallet::withdrawal_failed& e) { to.line(e, e.amount); },
          [&](const wallet::held& e) { to.line(e, none - e.rent - e.deposit, e.rental); },
          [&](const wallet::released& e) { to.line(e, e.amount, e.rental); },
          [&](const wallet::charged& e) { to.line(e, none - e.result.from_balance, e.rental); },
          [&](const wallet::paid& e) { to.line(e, e.refunded, e.rental); },
          [&](const wallet::divided& e) { to.line(e, e.refunded, e.rental); },
          [&](const wallet::repaid& e) { to.line(e, none - e.amount, e.rental); },
          [&](const wallet::received& e) { to.line(e, e.amount, e.rental); },
          [](const among<wallet::top_up_requested, wallet::top_up_failed, wallet::paid_out,
                         wallet::sent, wallet::arrived, wallet::closed, wallet::reopened> auto&) {},
      },
      event);
}

void project(const event_place&, const inbox::event& event, row_changes& rows) {
  std::visit(overloaded{
                 [&](const inbox::delivered& e) {
                   rows.push_back(notice_row{e.owner, e.cursor, e.what});
                 },
                 [&](const inbox::closed& e) { rows.push_back(notices_cleared{e.owner}); },
                 [](const among<inbox::read, inbox::hook_attached, inbox::hook_detached,
                                inbox::hook_rung, inbox::hook_silenced> auto&) {},
             },
             event);
}

}  // namespace rentwave
