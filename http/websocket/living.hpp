// Things that live for as long as somebody else holds them, found by a name. Not for several
// threads at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>

namespace rentwave::http {

template <class Name, class Thing>
class living {
 public:
  /// What lives under this name; else what `make` gives, a `std::shared_ptr<Thing>`.
  template <class Make>
  std::shared_ptr<Thing> find_or(const Name& name, Make make) {
    const auto known = places_.find(name);
    if (known != places_.end())
      if (auto found = known->second.lock()) return found;
    sweep();
    std::shared_ptr<Thing> fresh = make();
    places_[name] = fresh;
    return fresh;
  }

  /// With those that have ended and were not swept away yet: never more than twice as many as lived
  /// at once, or `least`.
  std::size_t size() const { return places_.size(); }

  static constexpr std::size_t least = 64;

 private:
  /// Goes through all only when there are twice as many as it left the last time, so that each
  /// costs the same however many there are.
  void sweep() {
    if (places_.size() < sweep_at_) return;
    std::erase_if(places_, [](const auto& each) { return each.second.expired(); });
    sweep_at_ = std::max(least, 2 * places_.size());
  }

  std::map<Name, std::weak_ptr<Thing>> places_;
  std::size_t sweep_at_ = least;
};

}  // namespace rentwave::http
