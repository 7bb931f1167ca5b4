// A part of something that all connections draw from and that has an end: requests under way, bytes
// of bodies. Given back when it goes. Belongs to one owner; the count is shared by all threads and
// has to outlive it.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace rentwave::http {

class share {
 public:
  share() = default;
  /// Nothing yet, of a count that ends at `most` (0: never).
  share(std::atomic<std::size_t>& of, std::size_t most) : of_(&of), most_(most) {}
  share(share&& other) noexcept
      : of_(other.of_), most_(other.most_), size_(std::exchange(other.size_, 0)) {}
  share& operator=(share&& other) noexcept {
    std::swap(of_, other.of_);
    std::swap(most_, other.most_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~share() {
    if (size_ != 0) *of_ -= size_;
  }

  /// False, and nothing more is taken, when there is not so much left. Nothing is always there:
  /// whoever asks for more than there is goes beyond the end for a moment.
  bool grow(std::size_t by) {
    if (by == 0) return true;
    const auto taken = of_->fetch_add(by) + by;
    size_ += by;
    if (most_ == 0 || taken <= most_) return true;
    *of_ -= by;
    size_ -= by;
    return false;
  }
  std::size_t size() const { return size_; }

 private:
  std::atomic<std::size_t>* of_ = nullptr;
  std::size_t most_ = 0;
  std::size_t size_ = 0;
};

}  // namespace rentwave::http
