// Every kind of journal passes the same contract.
#include "persistence/memory/store.hpp"
#include "tests/persistence/journal_contract.hpp"
#include "tests/postgres/private_server.hpp"

namespace rentwave::testing_journal {
namespace {

std::unique_ptr<journal_store> sqlite(const std::filesystem::path& folder) {
  return value(open_journal("sqlite:" + (folder / "journal.db").string()));
}
std::unique_ptr<journal_store> memory(const std::filesystem::path&) {
  return std::make_unique<memory_store>();
}

/// A journal in a database of its own, which is gone with it.
class passing_store final : public journal_store {
 public:
  passing_store() : url_(testing_postgres::private_server::get().make_journal()) {
    inner_ = value(open_journal(url_));
  }
  ~passing_store() override {
    inner_.reset();
    testing_postgres::private_server::get().drop(url_);
  }
  journal_result<std::unique_ptr<journal>> connect() override { return inner_->connect(); }
  std::string promise() const override { return inner_->promise(); }

 private:
  std::string url_;
  std::unique_ptr<journal_store> inner_;
};

std::unique_ptr<journal_store> postgres(const std::filesystem::path&) {
  return std::make_unique<passing_store>();
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
