// Backups as docs/operations.md has them: made while a node runs and people pay, and restored under
// another name.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/cluster/processes/customers.hpp"
#include "tests/cluster/processes/several_nodes.hpp"
#include "tests/postgres/private_server.hpp"
#include "tests/story/soundness.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;

class Backup : public SeveralNodes {
 protected:
  static void run(const std::string& command) {
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  std::string url_of(const char* file) const { return "sqlite:" + (folder() / file).string(); }

  /// What was paid before is there, and nothing that never was; and people pay on.
  void check_restored(const std::string& url, customers& all, std::vector<std::int64_t> before) {
    node_process restored("restored", url, usual_options_, folder());
    restored.start();
    restored.wait_until_it_serves();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto has = all.balance(i, restored.port());
      EXPECT_GE(has, before[i]);
      EXPECT_LE(has, all.paid(i) + 1);
    }
    EXPECT_NO_THROW(rentwave::testing::check_sound(url));
    restored.ask_to_stop();
    EXPECT_EQ(restored.wait_for_end(), 0);
  }
  static std::vector<std::int64_t> paid_by(const customers& all) {
    std::vector<std::int64_t> paid;
    for (std::size_t i = 0; i < all.size(); ++i) paid.push_back(all.paid(i));
    return paid;
  }
};

TEST_F(Backup, of_postgresql_is_a_dump_of_a_running_cluster) {
  auto& n1 = add("n1");
  customers all({n1.port()}, 3);
  all.begin();
  EXPECT_TRUE(all.all_pay(10, 60s));
  const auto before = paid_by(all);
  const auto dump = (folder() / "rentwave.dump").string();
  run("pg_dump -Fc --no-sync -f " + dump + " '" + journal_url() + "'");
  EXPECT_TRUE(all.all_pay(10, 60s));
  all.end();
  n1.kill();

  auto& server = testing_postgres::private_server::get();
  const auto url = server.make_database();
  run("pg_restore --no-owner -d '" + url + "' " + dump);
  check_restored(url, all, before);
  server.drop(url);
}

TEST_F(Backup, of_sqlite_is_a_copy_of_a_running_journal) {
  node_process one("one", url_of("journal.db"), {"--journal.partitions=4"}, folder());
  one.start();
  one.wait_until_it_serves();
  customers all({one.port()}, 3);
  all.begin();
  EXPECT_TRUE(all.all_pay(10, 60s));
  const auto before = paid_by(all);
  run("sqlite3 " + (folder() / "journal.db").string() + " \"VACUUM INTO '" +
      (folder() / "copy.db").string() + "'\"");
  EXPECT_TRUE(all.all_pay(10, 60s));
  all.end();
  one.kill();
  usual_options_.clear();
  check_restored(url_of("copy.db"), all, before);
}

}  // namespace
}  // namespace rentwave::testing_cluster
