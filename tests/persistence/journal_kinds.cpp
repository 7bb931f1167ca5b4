// Every kind of journal passes the same contract.
#include "persistence/memory/store.hpp"
#include "tests/persistence/journal_contract.hpp"
#include "tests/persistence/temporary_journal.hpp"

namespace rentwave::testing_journal {
namespace {

std::unique_ptr<journal_store> sqlite(const std::filesystem::path& folder) {
  return value(open_journal("sqlite:" + (folder / "journal.db").string()));
}
std::unique_ptr<journal_store> memory(const std::filesystem::path&) {
  return std::make_unique<memory_store>();
}

std::unique_ptr<journal_store> postgres(const std::filesystem::path&) {
  return temporary_journal("postgres");
}
}  // namespace

std::vector<journal_kind> journal_kinds() {
  return {
      {"sqlite", sqlite},
      {"memory", memory},
      {"postgres", postgres},
  };
}

std::string kind_name(const testing::TestParamInfo<journal_kind>& info) {
  return info.param.name;
}

namespace {
INSTANTIATE_TEST_SUITE_P(Every, Journal, testing::ValuesIn(journal_kinds()), kind_name);
}

}  // namespace rentwave::testing_journal
