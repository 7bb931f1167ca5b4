// The parts of ./run that can do harm: what --fresh deletes, and when; and what a new journal
// begins with.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace rentwave::house {
namespace {

namespace fs = std::filesystem;

class Scripts : public testing::Test {
 protected:
  Scripts() {
    auto name = (fs::temp_directory_path() / "rentwave-scripts-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Scripts() override { fs::remove_all(folder_); }

  /// Runs it in the folder, with the functions of deploy/setup.sh; whether it succeeded.
  bool run(const std::string& script, const std::string& environment = "") {
    const std::string command =
        "cd '" + folder_.string() + "' && env -u RENTWAVE_JOURNAL_URL " + environment +
        " bash -euo pipefail -c 'source " RENTWAVE_ROOT "/deploy/setup.sh; " + script +
        "' 2>/dev/null";
    return std::system(command.c_str()) == 0;
  }
  void write(const std::string& name) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << "x";
  }
  bool is_there(const std::string& name) const { return fs::exists(folder_ / name); }

  fs::path folder_;
};

TEST_F(Scripts, delete_a_journal_and_nothing_else) {
  for (const auto* name : {"data/j.db", "data/j.db-wal", "data/j.db-shm", "data/j.db.backup"})
    write(name);
  EXPECT_TRUE(run("delete_journal data/j.db"));
  for (const auto* name : {"data/j.db", "data/j.db-wal", "data/j.db-shm"})
    EXPECT_FALSE(is_there(name)) << name;
  EXPECT_TRUE(is_there("data/j.db.backup"));
  EXPECT_TRUE(is_there("data/j.db.lock"));
  EXPECT_TRUE(run("delete_journal data/j.db")) << "also when there is none";
}

TEST_F(Scripts, leave_the_journal_of_a_running_node_alone) {
  write("data/j.db");
  write("data/j.db.lock");
  const int lock = ::open((folder_ / "data/j.db.lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
  EXPECT_FALSE(run("delete_journal data/j.db"));
  EXPECT_TRUE(is_there("data/j.db"));
  EXPECT_TRUE(is_there("data/j.db.lock"));
  ::close(lock);
  EXPECT_TRUE(run("delete_journal data/j.db"));
}

TEST_F(Scripts, know_when_another_journal_is_meant) {
  for (const auto* options :
       {"", "--http.port=1", "--journal.url=sqlite:j.db", "--journal.url sqlite:j.db",
        "--config-file f --journal.url=sqlite:j.db"})
    EXPECT_TRUE(run(std::string{"default_journal j.db "} + options)) << options;
  for (const auto* options : {"--journal.url=sqlite:k.db", "--journal.url sqlite:k.db",
                              "--journal.url=postgresql://x", "--config-file=f", "--config-file f"})
    EXPECT_FALSE(run(std::string{"default_journal j.db "} + options)) << options;
  EXPECT_FALSE(run("default_journal j.db", "RENTWAVE_JOURNAL_URL=sqlite:k.db"));
  EXPECT_FALSE(run("default_journal j.db", "RENTWAVE_CONFIG_FILE=f"));
  EXPECT_TRUE(
      run("default_journal j.db --journal.url=sqlite:j.db", "RENTWAVE_JOURNAL_URL=sqlite:k.db"));
}

TEST_F(Scripts, begin_with_the_demo_where_nothing_is_and_nobody_asks_for_something_else) {
  for (const auto* options : {"", "--http.port=1", "--http.address=127.0.0.1", "--http.address ::1",
                              "--journal.url=sqlite:j.db", "--clock.rate=60 --log.level=debug"})
    EXPECT_TRUE(run(std::string{"wants_demo j.db "} + options)) << options;
  for (const auto* options :
       {"--demo=false", "--demo", "--demo=true", "--journal.url=sqlite:k.db",
        "--journal.url=postgresql://x", "--http.address=0.0.0.0", "--http.address 192.0.2.1",
        "--config-file=f", "--config-file f --journal.url=sqlite:j.db"})
    EXPECT_FALSE(run(std::string{"wants_demo j.db "} + options)) << options;
  for (const auto* environment : {"RENTWAVE_DEMO=false", "RENTWAVE_HTTP_ADDRESS=0.0.0.0",
                                  "RENTWAVE_JOURNAL_URL=sqlite:k.db", "RENTWAVE_CONFIG_FILE=f"})
    EXPECT_FALSE(run("wants_demo j.db", environment)) << environment;
  write("j.db");
  EXPECT_FALSE(run("wants_demo j.db")) << "it is there already";
}

}  // namespace
}  // namespace rentwave::house
