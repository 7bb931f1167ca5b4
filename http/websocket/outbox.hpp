// Texts on their way to one client, in order and bounded: what does not fit says that the client
// reads too slowly. A plain class of its socket; takes no memory while it is empty.
#pragma once

#include <cstddef>
#include <list>
#include <utility>

#include "http/websocket/messages.hpp"

namespace rentwave::http {

class outbox {
 public:
  /// 0: no limit.
  explicit outbox(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// False, and nothing is kept, when there is no room. One text fits, however long.
  bool push(text_ptr text) {
    if (most_bytes_ != 0 && !texts_.empty() && bytes_ + text->size() > most_bytes_) return false;
    bytes_ += text->size();
    texts_.push_back(std::move(text));
    return true;
  }
  /// The oldest; null when there is none.
  text_ptr pop() {
    if (texts_.empty()) return nullptr;
    auto oldest = std::move(texts_.front());
    texts_.pop_front();
    bytes_ -= oldest->size();
    return oldest;
  }
  void clear() {
    texts_.clear();
    bytes_ = 0;
  }
  /// There is room for more than is waiting: whoever can wait with more goes on.
  bool is_calm() const { return most_bytes_ == 0 || bytes_ <= most_bytes_ / 4; }
  std::size_t bytes() const { return bytes_; }

 private:
  const std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::list<text_ptr> texts_;
};

}  // namespace rentwave::http
