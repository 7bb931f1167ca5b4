#include "http/tallies.hpp"

namespace rentwave::http {

bool tallies::part::grow(std::size_t by) {
  if (!of_ || by == 0) return true;
  if (!of_->take(key_, by)) return false;
  size_ += by;
  return true;
}

void tallies::part::shrink(std::size_t by) {
  if (!of_ || by == 0) return;
  of_->give_back(key_, by);
  size_ -= by;
}

std::size_t tallies::size() const {
  const std::lock_guard lock{mutex_};
  return taken_.size();
}

bool tallies::take(const std::string& key, std::size_t count) {
  const std::lock_guard lock{mutex_};
  const auto known = taken_.find(key);
  const auto has = known == taken_.end() ? 0 : known->second;
  if (count > most_ - has) return false;
  taken_[key] = has + count;
  return true;
}

void tallies::give_back(const std::string& key, std::size_t count) {
  const std::lock_guard lock{mutex_};
  const auto known = taken_.find(key);
  known->second -= count;
  if (known->second == 0) taken_.erase(known);
}

}  // namespace rentwave::http
