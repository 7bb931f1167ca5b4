#include "http/familiar_places.hpp"

#include <algorithm>

namespace rentwave::http {
namespace {

constexpr std::chrono::hours memory{30 * 24};
constexpr std::size_t most_places = 4;

}  // namespace

void familiar_places::note(std::string_view name, std::string_view place, clock::time_point now) {
  const std::lock_guard lock{mutex_};
  const auto known = by_name_.find(name);
  if (known == by_name_.end()) {
    names_.push_front({std::string{name}, {}});
    by_name_.emplace(names_.front().name, names_.begin());
  } else {
    names_.splice(names_.begin(), names_, known->second);
  }
  auto& places = names_.front().places;
  std::erase_if(places, [place](const visit& each) { return each.place == place; });
  if (places.size() >= most_places) places.erase(places.begin());
  places.push_back({std::string{place}, now});
  if (names_.size() <= most_names_) return;
  by_name_.erase(names_.back().name);
  names_.pop_back();
}

bool familiar_places::has(std::string_view name, std::string_view place,
                          clock::time_point now) const {
  const std::lock_guard lock{mutex_};
  const auto known = by_name_.find(name);
  return known != by_name_.end() &&
         std::ranges::any_of(known->second->places, [place, now](const visit& each) {
           return each.place == place && now - each.at < memory;
         });
}

std::size_t familiar_places::size() const {
  const std::lock_guard lock{mutex_};
  return names_.size();
}

}  // namespace rentwave::http
