// What a saga still owes to others, kept as a plain list in its state: an event adds a step, the
// acknowledgement removes it, and `wants` turns what is left into commands.
#pragma once

#include <boost/describe.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace rentwave {

/// `Step` is the saga's own enum; `n` tells repeated steps apart (the late period, the extension).
template <class Step>
struct obligation {
  Step step{};
  int n = 0;

  friend bool operator==(const obligation&, const obligation&) = default;
  BOOST_DESCRIBE_CLASS(obligation, (), (step, n), (), ())
};

template <class Step>
void owe(std::vector<obligation<Step>>& owed, Step step, int n = 0) {
  owed.push_back({step, n});
}

/// True when there was something to settle.
template <class Step>
bool settle(std::vector<obligation<Step>>& owed, Step step, int n = 0) {
  return std::erase(owed, obligation<Step>{step, n}) > 0;
}

template <class Step>
bool owes(const std::vector<obligation<Step>>& owed, Step step, int n = 0) {
  return std::find(owed.begin(), owed.end(), obligation<Step>{step, n}) != owed.end();
}

}  // namespace rentwave
