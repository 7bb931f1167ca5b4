// Time: what each rental is to do next by itself, and that it is not forgotten.
#include "tests/simulation/model.hpp"

namespace rentwave::simulation {
namespace {

using rental::status;

/// "Soon due": half an hour ahead where hours are paid, else six; never before half of it is over.
instant remind_at(const deal& d) {
  const bool hourly = d.agreed->terms.price.per == time_unit::hour;
  const duration lead{std::chrono::minutes{hourly ? 30 : 6 * 60}};
  return d.due - std::min(lead, (d.due - d.started_at.value_or(d.wanted.start)) / 2);
}

next_step next_period(const deal& d) {
  const int n = static_cast<int>(d.periods.size()) + 1;
  const auto& terms = d.agreed->terms;
  if (n > terms.max_late_periods) return {lost_at(d), "the loss of the item"};
  return {falls_due(terms, d.due, n), "late period " + std::to_string(n)};
}

}  // namespace

std::optional<next_step> next_of(const deal& d) {
  switch (d.now) {
    case status::pending:
      return next_step{d.requested_at, "the answer to the request", true};
    case status::booked:
      if (d.hand_over_asked)
        return next_step{*d.hand_over_asked, "the answer whether the item is there", true};
      return next_step{d.wanted.start, "the start"};
    case status::waiting:
      return next_step{d.due, "the end of waiting"};
    case status::active:
      if (d.wish) return next_step{d.wish->since, "the answer to the extension", true};
      if (!d.reminded) return next_step{remind_at(d), "the reminder"};
      return next_period(d);
    case status::late:
      return next_period(d);
    case status::returned:
      return next_step{*d.returned_at + 2 * one_day, "the completion"};
    default:
      return std::nullopt;
  }
}

std::optional<instant> delay_due(const deal& late, const deal& next, const period& booked) {
  const instant since = falls_due(late.agreed->terms, late.due, 1);
  if (since >= booked.end || next.renter == late.renter) return std::nullopt;
  return std::max(since, booked.start - one_day);
}

namespace {

instant changed_at(const model& all, const entity_ref& what) {
  const auto found = all.times.find(what);
  return found == all.times.end() ? instant{} : found->second;
}

/// Whose booking begins soon has been told that the item is late.
void check_delays(const model& all, instant now, duration slack, instant quiet_since) {
  for (const auto& [id, one] : all.adverts) {
    if (!one.with) continue;
    const auto& late = all.deals.at(*one.with);
    if (!late.is_out() || late.wish) continue;
    for (const auto& [rental, when] : one.calendar) {
      const auto told = one.told_of_delay.find(rental);
      const bool knows = told != one.told_of_delay.end() && told->second == *one.with;
      if (rental == *one.with || knows) continue;
      const auto due = delay_due(late, all.deals.at(rental), when);
      // Whatever happened to one of the two since then may have been the reason.
      if (!due || std::max({*due, quiet_since, changed_at(all, listing_ref(id)),
                            changed_at(all, rental_ref(late.id))}) +
                          slack >=
                      now)
        continue;
      throw violation{listing_ref(id), to_string(rental) + " was to be told of lateness at " +
                                           text(*due) + " and was forgotten until " + text(now)};
    }
  }
}

}  // namespace

void check_prompt(const model& all, instant now, duration slack, instant quiet_since) {
  check_delays(all, now, slack, quiet_since);
  for (const auto& [id, one] : all.deals) {
    const auto next = next_of(one);
    if (!next || next->at + slack >= now) continue;
    if (next->is_answer && next->at <= quiet_since) continue;
    throw violation{rental_ref(id), next->what + " was due at " + text(next->at) +
                                        " and was forgotten until " + text(now)};
  }
}

}  // namespace rentwave::simulation
