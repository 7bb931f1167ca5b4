// How a decide that takes several steps keeps track: each event is folded at once, so that the next
// step sees its effect. Lives for one decide.
#pragma once

#include <utility>
#include <vector>

namespace rentwave {

template <class State>
struct unfolding {
  using event_type = typename State::event_type;

  State now;
  std::vector<event_type> events;

  explicit unfolding(State before) : now(std::move(before)) {}

  void emit(event_type happened) {
    now = evolve(std::move(now), happened);
    events.push_back(std::move(happened));
  }
};

}  // namespace rentwave
