// The look for photos that no advert shows, the same for every database.
#pragma once

#include <string>
#include <vector>

#include "persistence/journal.hpp"

namespace rentwave {

/// Of rows of an id and whether nobody shows it, in order and one more than `limit`: the ids that
/// are to be removed. `done` is told where the next part begins.
template <class Rows>
std::vector<std::string> read_orphans(Rows rows, int limit, photo_sweep& done) {
  std::vector<std::string> orphans;
  std::string id;
  bool is_orphan = false;
  for (int count = 0; rows.next(); ++count) {
    if (count == limit) {
      done.next = parse_id<photo_id>(id);
      break;
    }
    rows.read(id, is_orphan);
    if (is_orphan) orphans.push_back(id);
  }
  return orphans;
}

}  // namespace rentwave
