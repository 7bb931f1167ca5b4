// How much of something each client has at once, for what no single one may have all of. Remembers
// only those that have some. Safe from any thread; outlives its parts.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace rentwave::http {

class tallies {
 public:
  /// One client's part; given back when it goes. Belongs to one owner.
  class part {
   public:
    part() = default;
    part(tallies& of, std::string key) : of_(&of), key_(std::move(key)) {}
    part(part&& other) noexcept
        : of_(std::exchange(other.of_, nullptr)),
          key_(std::move(other.key_)),
          size_(std::exchange(other.size_, 0)) {}
    part& operator=(part&& other) noexcept {
      std::swap(of_, other.of_);
      std::swap(key_, other.key_);
      std::swap(size_, other.size_);
      return *this;
    }
    ~part() { shrink(size_); }

    /// False, and nothing more is taken, when the client would have more than it may.
    bool grow(std::size_t by);
    /// By no more than it has grown.
    void shrink(std::size_t by);

   private:
    tallies* of_ = nullptr;  ///< none: no limit
    std::string key_;
    std::size_t size_ = 0;
  };

  /// `most` for each key; 0: no limit, and nothing is counted.
  explicit tallies(std::size_t most) : most_(most) {}

  part of(std::string key) { return most_ == 0 ? part{} : part{*this, std::move(key)}; }
  /// Clients that have some.
  std::size_t size() const;

 private:
  bool take(const std::string& key, std::size_t count);
  void give_back(const std::string& key, std::size_t count);

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> taken_;  ///< no zero
};

}  // namespace rentwave::http
