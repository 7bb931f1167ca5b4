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
  return {falls_due(terms, d.due, n),
          n > terms.max_late_periods ? "the loss of the item" : "late period " + std::to_string(n)};
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

void check_prompt(const model& all, instant now, duration slack, instant quiet_since) {
  for (const auto& [id, one] : all.deals) {
    const auto next = next_of(one);
    if (!next || next->at + slack >= now) continue;
    if (next->is_answer && next->at < quiet_since) continue;
    throw violation{rental_ref(id), next->what + " was due at " + text(next->at) +
                                        " and was forgotten until " + text(now)};
  }
}

}  // namespace rentwave::simulation
