#include "application/clock_rate.hpp"

#include <algorithm>
#include <sstream>

#include "cluster/changes.hpp"
#include "cluster/process.hpp"

namespace rentwave {
namespace {

constexpr int looks_a_lease = 5;

std::string text_of(double rate) {
  std::ostringstream text;
  text << rate;
  return text.str();
}

std::string unreadable(const journal_error& why) {
  return "the journal cannot be read: " + why.detail;
}

journal_result<std::vector<node_row>> others_of(membership& tables, const std::string& self) {
  auto seen = tables.read();
  if (!seen) return seen.error();
  std::erase_if(seen->nodes, [&](const node_row& row) {
    return row.id.name == self || has_certainly_ended(row.profile.process);
  });
  return std::move(seen->nodes);
}

/// Those that have renewed, or joined, since.
std::vector<node_row> alive_among(std::vector<node_row> now, const std::vector<node_row>& before) {
  std::erase_if(now, [&](const node_row& row) {
    return std::ranges::any_of(before, [&](const node_row& known) {
      return known.id == row.id && known.counter == row.counter;
    });
  });
  return now;
}

}  // namespace

boost::system::result<void, std::string> check_clock_rate(journal& where,
                                                          const starting_node& self) {
  const auto anchor = where.anchor();
  if (!anchor) return unreadable(anchor.error());
  if (!*anchor || (*anchor)->rate == self.rate) return {};
  const auto tables = self.connect();
  if (!tables) return unreadable(tables.error());
  const auto first = others_of(**tables, self.name);
  if (!first) return unreadable(first.error());
  // One look more than there are pauses in a lease: a renewal may come at its end.
  for (int looks = 0; looks <= looks_a_lease && !first->empty(); ++looks) {
    self.wait(self.lease / looks_a_lease);
    const auto now = others_of(**tables, self.name);
    if (!now) return unreadable(now.error());
    const auto alive = alive_among(*now, *first);
    if (alive.empty()) continue;
    return "--clock.rate=" + text_of(self.rate) + " is not that of this journal's nodes (" +
           names_of(alive) + "), whose domain time runs at " + text_of((*anchor)->rate) +
           ": give the same, or stop all of them first";
  }
  return {};
}

}  // namespace rentwave
