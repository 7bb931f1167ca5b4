// Journals for tests of what is above them: empty, of any kind that the program takes, and gone
// with what they are kept in.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "persistence/journal.hpp"

namespace rentwave::testing_journal {

/// "memory", "sqlite" (in a temporary folder) or "postgres" (in a database of the private server).
std::unique_ptr<journal_store> temporary_journal(std::string_view kind);

/// The kind that the environment variable TEST_JOURNAL names, or "memory": for tests that hold on
/// every journal (`JOURNALS` of rentwave_test has them run on others, too).
std::string wanted_kind();
inline std::unique_ptr<journal_store> temporary_journal() {
  return temporary_journal(wanted_kind());
}

}  // namespace rentwave::testing_journal
