// An optional for what is seldom there: it takes a pointer's room while it is empty, and the value
// lies apart from it. For states of which a great many are kept in memory.
#pragma once

#include <memory>
#include <utility>

namespace rentwave {

/// A value like std::optional, with as much of its interface as is used; copies are deep.
template <class T>
class rare {
 public:
  using value_type = T;

  rare() = default;
  rare(T value) : value_{std::make_unique<T>(std::move(value))} {}
  rare(const rare& other) : value_{other ? std::make_unique<T>(*other) : nullptr} {}
  rare(rare&&) noexcept = default;
  rare& operator=(rare other) noexcept {
    value_ = std::move(other.value_);
    return *this;
  }
  ~rare() = default;

  bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }

  T& emplace() { return *(value_ = std::make_unique<T>()); }
  void reset() { value_.reset(); }

  friend bool operator==(const rare& a, const rare& b) {
    return a && b ? *a == *b : a.has_value() == b.has_value();
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace rentwave
