#include "tests/persistence/temporary_journal.hpp"

#include <cstdlib>
#include <stdexcept>

#include "tests/persistence/journal_contract.hpp"
#include "tests/postgres/private_server.hpp"

namespace rentwave::testing_journal {
namespace {

struct own_file {
  temporary_folder folder;
  std::string url() const { return "sqlite:" + (folder.path() / "journal.db").string(); }
};

class own_database {
 public:
  ~own_database() { testing_postgres::private_server::get().drop(url_); }
  const std::string& url() const { return url_; }

 private:
  std::string url_ = testing_postgres::private_server::get().make_journal();
};

/// A journal, and before it what it is kept in.
template <class Keeping>
class passing_store final : public journal_store {
 public:
  journal_result<std::unique_ptr<journal>> connect() override { return inner_->connect(); }
  std::string promise() const override { return inner_->promise(); }

 private:
  Keeping kept_in_;
  std::unique_ptr<journal_store> inner_ = value(open_journal(kept_in_.url()));
};

}  // namespace

std::unique_ptr<journal_store> temporary_journal(std::string_view kind) {
  if (kind == "memory") return value(open_journal("memory:"));
  if (kind == "sqlite") return std::make_unique<passing_store<own_file>>();
  if (kind == "postgres") return std::make_unique<passing_store<own_database>>();
  throw std::invalid_argument("there is no journal of the kind " + std::string{kind});
}

std::string wanted_kind() {
  const char* named = std::getenv("TEST_JOURNAL");
  return named ? named : "memory";
}

}  // namespace rentwave::testing_journal
