#include "cluster/missing_links.hpp"

#include <utility>

namespace rentwave {
namespace {

/// The first one may be older than the link's end, and only be seen after it.
constexpr std::int64_t renewals_of_the_living = 2;

}  // namespace

void missing_links::look(boot_time now, const std::vector<node_row>& others,
                         const std::map<node_id, caf::actor>& linked) {
  unreachable_.clear();
  const auto known = std::exchange(missing_, {});
  for (const auto& row : others) {
    if (linked.contains(row.id)) continue;
    const auto found = known.find(row.id);
    const auto one = found == known.end() ? absence{now, row.counter} : found->second;
    missing_[row.id] = one;
    if (now - one.since >= patience_ && row.counter - one.counter >= renewals_of_the_living)
      unreachable_.insert(row.id);
  }
}

}  // namespace rentwave
