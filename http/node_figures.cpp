#include "http/node_figures.hpp"

#include <algorithm>

namespace rentwave::http {

node_figures sum_of(const std::vector<report_ptr>& reports) {
  node_figures sum;
  sum.partitions = reports.size();
  for (const auto& one : reports) {
    if (!one) {
      ++sum.silent;
      continue;
    }
    sum.open += one->open ? 1 : 0;
    sum.quarantined += one->quarantined;
    sum.alarms += one->alarms;
    sum.wakes += one->wakes;
    sum.kept += one->kept;
    sum.alarm_lag = std::max(sum.alarm_lag, one->alarm_lag);
    for (const auto& [kind, count] : one->entities) sum.entities[to_string(kind)] += count;
    for (const auto& [name, position, latest, parked, letters] : one->subscriptions) {
      sum.subscriptions[name].lag += latest - position;
      sum.subscriptions[name].parked += parked;
      sum.subscriptions[name].letters += letters;
    }
  }
  return sum;
}

}  // namespace rentwave::http
