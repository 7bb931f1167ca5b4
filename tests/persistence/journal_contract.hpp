// The contract of every journal: the tests of this fixture, in journal_*_test.cpp, run against each
// kind in journal_kinds.cpp.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "persistence/journal.hpp"

namespace rentwave::testing_journal {

/// One implementation. `make` makes an empty journal, in the folder if it needs one.
struct journal_kind {
  const char* name;
  std::unique_ptr<journal_store> (*make)(const std::filesystem::path& folder);

  friend std::ostream& operator<<(std::ostream& out, const journal_kind& kind) {
    return out << kind.name;
  }
};

/// Those that there are; their names are the tests'.
std::vector<journal_kind> journal_kinds();
std::string kind_name(const ::testing::TestParamInfo<journal_kind>& info);

/// A folder that is gone with this.
class temporary_folder {
 public:
  temporary_folder();
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The value, or a failure of the test that says what went wrong.
template <class T>
T value(journal_result<T> result) {
  if (!result)
    throw std::runtime_error(std::string{to_string(result.error().code)} + ": " +
                             result.error().detail);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// The error's code; the test fails if there is none.
template <class T>
journal_errc failure(const journal_result<T>& result) {
  if (result) throw std::runtime_error("this was to fail");
  return result.error().code;
}

/// An id that is the same in every run, in the order of `n`.
template <class Id>
Id nth(std::uint32_t n) {
  Id made;
  for (std::size_t i = 0; i < 4; ++i)
    made.value.data[12 + i] = static_cast<std::uint8_t>(n >> (24 - 8 * i));
  return made;
}

inline const auto anna = nth<account_id>(1);
inline const auto bert = nth<account_id>(2);

inline instant at(std::int64_t seconds) {
  return instant{std::chrono::seconds{1'700'000'000 + seconds}};
}

inline entity_ref rental_n(std::uint32_t n) {
  return rental_ref(nth<rental_id>(n));
}

/// `n`: within its command.
new_event event(std::uint32_t command, int n = 0, std::string type = "rent.late");

/// An append of these events to the entity whose last version so far is `version`.
entity_append to_entity(entity_ref entity, std::int64_t version,
                        std::vector<new_event> events = {});

/// Of one partition, with the fence that `lease` knows.
partition_append to_partition(partition_id partition, const partition_lease& lease,
                              std::vector<entity_append> entities);

/// Of partition 1 and the subscription "notifier".
inline dead_letter letter_at(std::int64_t position, std::string reason = "planted") {
  return {{"notifier", position}, 1, rental_n(1), std::move(reason), at(50)};
}

class Journal : public ::testing::TestWithParam<journal_kind> {
 protected:
  Journal();

  /// Takes partition 1 over if nobody has, and appends to it; fails the test when it is fenced.
  partition_result append(std::vector<entity_append> entities,
                          std::vector<offset_change> offsets = {});
  /// Appends rows only, in the name of some entity.
  void write(std::vector<row_change> rows);

  temporary_folder folder_;
  std::unique_ptr<journal_store> store_;
  std::unique_ptr<journal> journal_;
  partition_lease lease_;
};

}  // namespace rentwave::testing_journal
