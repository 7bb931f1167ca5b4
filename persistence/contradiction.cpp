#include "persistence/contradiction.hpp"

#include <algorithm>
#include <utility>

namespace rentwave {
namespace {

item_kind kind_with(measure what) {
  switch (what) {
    case measure::seats:
    case measure::boot_litres:
    case measure::year:
      return item_kind::vehicle;
    case measure::guests:
    case measure::beds:
    case measure::bathrooms:
      break;
  }
  return item_kind::room;
}

}  // namespace

bool contradicts_itself(const listing_query& wanted) {
  auto kind = wanted.kind;
  return std::ranges::any_of(wanted.least, [&](const at_least& each) {
    const auto only = kind_with(each.what);
    return std::exchange(kind, only).value_or(only) != only;
  });
}

}  // namespace rentwave
