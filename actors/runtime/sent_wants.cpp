#include "actors/runtime/sent_wants.hpp"

#include <algorithm>
#include <utility>

#include "actors/runtime/machine.hpp"

namespace rentwave {
namespace {

constexpr int most_doublings = 5;

}  // namespace

std::vector<sent_wants::sending> sent_wants::update(const entity_ref& from, std::vector<want> owed,
                                                    instant cause, instant now, duration patience) {
  std::vector<sending> out;
  const auto before = std::exchange(under_way_, {});
  bool repeated = false;
  for (auto& one : owed) {
    const auto id = want_command_id(from, one.key);
    const auto known = std::ranges::find(before, id, &record::id);
    const bool is_new = known == before.end();
    auto& kept = under_way_.emplace_back(is_new ? record{id, cause, now} : *known);
    if (!is_new && now - kept.last < patience) continue;
    repeated = repeated || !is_new;
    kept.last = now;
    out.push_back({std::move(one), id, kept.cause});
  }
  if (under_way_.empty())
    repetitions_ = 0;
  else if (repeated)
    ++repetitions_;
  return out;
}

duration sent_wants::backoff(duration patience) const {
  return patience * (1 << std::min(repetitions_, most_doublings));
}

}  // namespace rentwave
