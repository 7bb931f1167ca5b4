// How SQLite fails inside this folder: thrown, and turned into a `journal_error` at its edge by
// `guarded`.
#pragma once

#include <new>
#include <stdexcept>
#include <string>

#include "persistence/journal_error.hpp"

namespace rentwave::sqlite {

/// What a call of SQLite answered.
class error : public std::runtime_error {
 public:
  error(int code, const std::string& what) : std::runtime_error(what), code_(code) {}

  bool is_unique_violation() const;
  /// The row itself is the reason: another one would have been taken.
  bool is_data_error() const;
  journal_error as_journal_error() const;

 private:
  int code_;
};

/// A COMMIT failed so that nobody can say whether it was written.
class unknown_outcome : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What is stored makes no sense.
class damaged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Calls `work`, which gives a `journal_result`; whatever it throws becomes an error of that
/// result.
template <class Work>
auto guarded(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const error& e) {
    return e.as_journal_error();
  } catch (const unknown_outcome& e) {
    return journal_error{journal_errc::unknown_outcome, e.what()};
  } catch (const damaged& e) {
    return journal_error{journal_errc::corrupt, e.what()};
  } catch (const std::bad_alloc&) {
    return journal_error{journal_errc::unavailable, "out of memory"};
  }
}

}  // namespace rentwave::sqlite
