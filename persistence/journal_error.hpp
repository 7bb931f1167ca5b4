// How the journal fails, as values. Nothing that is thrown by a database leaves its adapter.
#pragma once

#include <boost/describe.hpp>
#include <boost/system/result.hpp>

#include <string>

namespace rentwave {

enum class journal_errc {
  unavailable,      ///< not written, for sure; trying again may help (disk full, database away)
  unknown_outcome,  ///< written or not: take the partitions over from oneself, then read
  fenced,           ///< another owner has the partition by now
  conflict,    ///< the entity's version or command id is there already: its owner knows too little
  refused,     ///< the database refuses this row for ever (a data error)
  not_found,   ///< what was asked for by name is not there
  bad_cursor,  ///< a cursor that this journal never gave out
  in_use,      ///< another program has the journal open
  mismatch,    ///< a setting differs from the one that the journal was made with
  too_new,     ///< made by a later release than this one understands
  corrupt,     ///< what is stored makes no sense
};
BOOST_DESCRIBE_ENUM(journal_errc, unavailable, unknown_outcome, fenced, conflict, refused,
                    not_found, bad_cursor, in_use, mismatch, too_new, corrupt)

struct journal_error {
  journal_errc code{};
  std::string detail;  ///< for the log
};

const char* to_string(journal_errc code);

template <class T>
using journal_result = boost::system::result<T, journal_error>;

}  // namespace rentwave
