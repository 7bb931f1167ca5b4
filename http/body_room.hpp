// Room for a request's body, and for a long answer: out of what one client may take, and of what
// all together may. Belongs to one call.
#pragma once

#include <cstddef>
#include <utility>

#include "http/share.hpp"
#include "http/tallies.hpp"

namespace rentwave::http {

class body_room {
 public:
  body_room() = default;
  body_room(tallies::part own, share of_all) : own_(std::move(own)), of_all_(std::move(of_all)) {}

  /// In bytes. False, and nothing more is taken, when there is not so much left for this client.
  bool grow(std::size_t by) {
    if (!own_.grow(by)) return false;
    if (of_all_.grow(by)) return true;
    own_.shrink(by);
    return false;
  }
  std::size_t size() const { return of_all_.size(); }

 private:
  tallies::part own_;
  share of_all_;
};

}  // namespace rentwave::http
