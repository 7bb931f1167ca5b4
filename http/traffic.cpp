#include "http/traffic.hpp"

#include <algorithm>

namespace rentwave::http {

void traffic::begin(std::span<const route> table) {
  table_ = table;
  cells_.clear();
  for (const auto& row : table) {
    cells_.push_back(std::make_unique<cell>());
    cells_.back()->of = &row;
  }
  cells_.push_back(std::make_unique<cell>());
}

void traffic::note(const route* of, unsigned status,
                   std::optional<std::chrono::steady_clock::duration> took) {
  const auto at = of ? static_cast<std::size_t>(of - table_.data()) : table_.size();
  auto& here = *cells_.at(at);
  if (took) here.seconds.add(*took);
  here.by_class[std::min<std::size_t>(status / 100, here.by_class.size() - 1)]++;
}

}  // namespace rentwave::http
