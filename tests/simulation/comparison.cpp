#include "tests/simulation/comparison.hpp"

#include <algorithm>

#include "actors/domain/kinds.hpp"
#include "persistence/codec.hpp"

namespace rentwave::simulation {
namespace {

constexpr int all_of_them = 1'000'000;

template <class T>
T must(journal_result<T> result, const entity_ref& about) {
  if (!result) throw violation{about, "it cannot be read: " + result.error().detail};
  return *std::move(result);
}

void fold(machine& into, const history& found, const entity_ref& about) {
  if (found.state && !into.restore(*found.state))
    throw violation{about, "its snapshot cannot be read"};
  for (const auto& event : found.events)
    if (const auto folded = into.fold(event); !folded)
      throw violation{about, "event " + std::to_string(event.version) + " cannot be folded"};
}

std::string encode(const entity_view& seen) {
  return with_state_of(seen.ref.kind, [&]<class State>(std::type_identity<State>) {
    bool personal = false;
    return encode_state(seen.as<State>(), personal);
  });
}

using alarm_times = std::map<entity_ref, instant>;

alarm_times alarms_of(journal& from, int partitions) {
  alarm_times found;
  for (partition_id id = 0; id < partitions; ++id)
    for (const auto& row : must(from.alarms(id, instant::max(), {}, all_of_them), {}))
      found[row.entity] = row.due;
  return found;
}

void compare_one(nodes& where, journal& from, const alarm_times& alarms, const entity_ref& about,
                 std::int64_t version) {
  const auto whole = make_machine(about);
  fold(*whole, must(from.load_from_start(about), about), about);
  const auto tail = make_machine(about);
  fold(*tail, must(from.load(about), about), about);
  const auto state = whole->save().data;
  if (tail->save().data != state)
    throw violation{about, "its snapshot is not the fold of its events: " + tail->save().data +
                               "\n  instead of " + state};
  const auto seen = where.look(about);
  if (seen->version != version || encode(*seen) != state)
    throw violation{about, "it answers version " + std::to_string(seen->version) + ", " +
                               encode(*seen) + "\n  instead of " + std::to_string(version) + ", " +
                               state};
  if (const auto owed = whole->wants(); !owed.empty())
    throw violation{about,
                    "it still owes " + owed.front().key + " to " + to_string(owed.front().to)};
  const auto alarm = whole->alarm();
  if (!alarm) return;
  const auto row = alarms.find(about);
  if (row == alarms.end()) throw violation{about, "its alarm is not in the journal"};
  if (row->second > *alarm) throw violation{about, "its alarm is in the journal too late"};
}

template <class Row, class Ask>
std::vector<Row> all_pages(Ask ask) {
  std::vector<Row> found;
  page_request wanted{100, {}};
  do {
    auto next = must(ask(wanted), {});
    found.insert(found.end(), next.items.begin(), next.items.end());
    wanted.cursor = next.next;
  } while (wanted.cursor);
  return found;
}

void compare_rental(const rental_row& row, const deal& one) {
  const auto where = rental_ref(one.id);
  money fees;
  for (const auto& period : one.periods) fees += period.fee;
  if (row.status != one.now) throw violation{where, "its row has another status"};
  if (row.listing != one.listing || row.renter != one.renter ||
      row.owner.has_value() != one.agreed.has_value() ||
      (row.owner && *row.owner != one.agreed->owner))
    throw violation{where, "its row has other people"};
  if (row.rent != one.rent || row.late_fees != fees)
    throw violation{where, "its row has other amounts"};
  if (row.when != period{one.wanted.start, one.agreed ? one.due : one.wanted.end})
    throw violation{where, "its row has another time"};
}

void compare_rentals(journal& from, const model& all) {
  std::set<account_id> people;
  for (const auto& [id, one] : all.deals) people.insert(one.renter);
  std::size_t known = 0;
  for (const auto& who : people) {
    const auto rows = all_pages<rental_row>([&](const page_request& page) {
      return from.rentals({.account = who, .as_owner = false, .page = page});
    });
    for (const auto& row : rows) {
      const auto found = all.deals.find(row.id);
      if (found == all.deals.end()) throw violation{rental_ref(row.id), "a row without a rental"};
      compare_rental(row, found->second);
    }
    known += rows.size();
  }
  if (known != all.deals.size()) throw violation{{}, "rentals without a row"};
}

/// The newest line has the balance, and all of them add up to it.
void compare_statement(journal& from, account_id whose, const purse& one) {
  const auto lines = all_pages<wallet_entry>(
      [&](const page_request& page) { return from.wallet_entries(whose, page); });
  money sum;
  for (const auto& line : lines) sum += line.amount;
  const money last = lines.empty() ? money{} : lines.front().balance;
  if (last != one.balance || sum != one.balance)
    throw violation{wallet_ref(whose), "its statement ends with " + text(last) + ", adds up to " +
                                           text(sum) + ", and there are " + text(one.balance)};
}

rating_total rating_of(const model& all, const entity_ref& whose) {
  const auto known = all.ratings.find(whose);
  return known == all.ratings.end() ? rating_total{} : sum_of(known->second.counted);
}

void compare_adverts(journal& from, const model& all) {
  const auto rows = all_pages<listing_row>(
      [&](const page_request& page) { return from.search({.only_active = false, .page = page}); });
  std::size_t expected = 0;
  for (const auto& [id, one] : all.adverts) expected += !one.removed;
  if (rows.size() != expected) throw violation{{}, "rows of adverts that are not there, or none"};
  for (const auto& row : rows) {
    const auto found = all.adverts.find(row.id);
    if (found == all.adverts.end() || found->second.removed ||
        found->second.is_offered() != row.active || found->second.revision != row.revision ||
        found->second.owner != row.owner || found->second.content != row.content)
      throw violation{listing_ref(row.id), "its row says something else"};
    const auto has_id = [](const photo& one, const photo_id& id) { return one.id == id; };
    if (!std::ranges::equal(row.photos, found->second.photos, has_id))
      throw violation{listing_ref(row.id), "its row has other photos"};
    if (row.rating != rating_of(all, listing_ref(row.id)))
      throw violation{listing_ref(row.id), "its row has another rating"};
  }
}

/// Every review about it has its row, and no other row is about it.
template <class Id>
void compare_reviews(journal& from, Id about, const entity_ref& where, const model& all) {
  const auto rows = all_pages<review_row>([&](const page_request& page) {
    return from.reviews({about, page});
  });
  std::map<rental_id, int> given;
  for (const auto& row : rows) given[row.rental] = row.rating;
  const auto known = all.ratings.find(where);
  const auto due = known == all.ratings.end() ? std::map<rental_id, int>{} : known->second.due;
  if (rows.size() != given.size() || given != due)
    throw violation{where, std::to_string(rows.size()) + " rows of reviews, not those of its " +
                               std::to_string(due.size())};
}

void compare_sessions(journal& from, const model& all) {
  std::map<account_id, std::set<session_id>> open;
  for (const auto& [id, one] : all.visits)
    if (one.open) open[one.account].insert(id);
  for (const auto& [name, one] : all.logins) {
    std::set<session_id> rows;
    for (const auto& row : must(from.sessions(one.account), login_ref(name))) rows.insert(row.id);
    if (rows != open[one.account])
      throw violation{login_ref(name), "the rows of its sessions are not those that are open"};
  }
}

}  // namespace

void compare_states(nodes& where, int partitions, const model& all) {
  const auto connection = must(where.journal().connect(), {});
  const auto alarms = alarms_of(*connection, partitions);
  for (const auto& [about, version] : all.versions)
    compare_one(where, *connection, alarms, about, version);
}

void compare_rows(journal& from, const model& all) {
  compare_rentals(from, all);
  for (const auto& [whose, one] : all.purses) compare_statement(from, whose, one);
  compare_adverts(from, all);
  compare_sessions(from, all);
  for (const auto& [id, one] : all.adverts) compare_reviews(from, id, listing_ref(id), all);
  for (const auto& [id, one] : all.accounts) compare_reviews(from, id, account_ref(id), all);
  for (const auto& [whose, last] : all.cursors)
    if (std::ssize(must(from.notices(whose, 0, all_of_them), inbox_ref(whose))) !=
        (all.closed_inboxes.contains(whose) ? 0 : last))
      throw violation{inbox_ref(whose), "other notices than were delivered"};
}

}  // namespace rentwave::simulation
