// How PostgreSQL fails inside this folder: thrown, and turned into a `journal_error` at its edge by
// `guarded`.
#pragma once

#include <new>
#include <stdexcept>
#include <string>

#include "persistence/journal_error.hpp"

namespace rentwave::postgres {

/// The server answered with an error: the statement had no effect. What ends the session as well
/// (severity FATAL) is `lost` instead, as it can come after a commit.
class error : public std::runtime_error {
 public:
  error(std::string sqlstate, const std::string& what)
      : std::runtime_error(what), sqlstate_(std::move(sqlstate)) {}

  /// Five characters (PostgreSQL, Appendix A), or empty.
  const std::string& sqlstate() const { return sqlstate_; }
  /// The row itself is the reason: another one would have been taken.
  bool is_data_error() const;
  journal_error as_journal_error() const;

 private:
  std::string sqlstate_;
};

/// There is no connection, and nothing was sent.
class unreachable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The connection ended while a statement was under way.
class lost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What is stored makes no sense.
class damaged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a lost connection leaves in doubt.
enum class purpose { reading, writing };

/// Calls `work`, which gives a `journal_result`; whatever it throws becomes an error of that
/// result.
template <class Work>
auto guarded(purpose why, Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const error& e) {
    return e.as_journal_error();
  } catch (const unreachable& e) {
    return journal_error{journal_errc::unavailable, e.what()};
  } catch (const lost& e) {
    return journal_error{
        why == purpose::writing ? journal_errc::unknown_outcome : journal_errc::unavailable,
        e.what()};
  } catch (const damaged& e) {
    return journal_error{journal_errc::corrupt, e.what()};
  } catch (const std::bad_alloc&) {
    // Perhaps the server had written it by then.
    return journal_error{
        why == purpose::writing ? journal_errc::unknown_outcome : journal_errc::unavailable,
        "out of memory"};
  }
}

}  // namespace rentwave::postgres
