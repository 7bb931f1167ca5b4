#include "actors/runtime/sent_wants.hpp"

#include <algorithm>
#include <utility>

#include "actors/runtime/machine.hpp"

namespace rentwave {
namespace {

constexpr int most_doublings = 5;

}  // namespace

std::vector<sent_wants::sending> sent_wants::update(const entity_ref& self, std::vector<want> owed,
                                                    const origin& why, instant now,
                                                    duration patience) {
  std::vector<sending> out;
  auto before = std::exchange(under_way_, {});
  for (auto& one : owed) {
    const auto known = std::ranges::find(before, one.key, &record::key);
    if (known == before.end()) {
      const auto id = want_command_id(self, one.key);
      under_way_.push_back({one.key, id, why, now + patience});
      out.push_back({std::move(one), id, why});
      continue;
    }
    auto& kept = under_way_.emplace_back(std::move(*known));
    if (now < kept.next) continue;
    kept.repetitions = std::min(kept.repetitions + 1, most_doublings);
    kept.next = now + patience * (1 << kept.repetitions);
    out.push_back({std::move(one), kept.id, kept.from});
  }
  return out;
}

bool sent_wants::owes(const std::string& key) const {
  return std::ranges::find(under_way_, key, &record::key) != under_way_.end();
}

std::optional<instant> sent_wants::next_try() const {
  const auto first = std::ranges::min_element(under_way_, {}, &record::next);
  if (first == under_way_.end()) return std::nullopt;
  return first->next;
}

}  // namespace rentwave
