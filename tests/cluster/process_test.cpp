#include "cluster/process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rentwave::testing_cluster {
namespace {

/// A process that waits for its end.
class child {
 public:
  child() {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    pid_ = fork();
    if (pid_ == 0) {
      const auto own = this_process();
      (void)!write(ends[1], own.data(), own.size());
      ::close(ends[1]);
      for (;;) pause();
    }
    ::close(ends[1]);
    for (char c = 0; read(ends[0], &c, 1) == 1;) word_ += c;
    ::close(ends[0]);
  }
  ~child() {
    if (pid_ > 0) kill_it();
    wait_for_it();
  }
  const std::string& word() const { return word_; }
  pid_t pid() const { return pid_; }
  void signal_it(int signal) { ::kill(pid_, signal); }
  /// Until it is dead; it is a zombie then.
  void kill_it() {
    signal_it(SIGKILL);
    siginfo_t how{};
    waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED | WNOWAIT);
  }
  void wait_for_it() {
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  std::string word_;
};

TEST(Process, that_lives_has_not_ended) {
  ASSERT_NE(this_process(), "");
  EXPECT_FALSE(has_certainly_ended(this_process()));
  child other;
  EXPECT_NE(other.word(), this_process());
  EXPECT_FALSE(has_certainly_ended(other.word()));
  other.signal_it(SIGSTOP);
  EXPECT_FALSE(has_certainly_ended(other.word())) << "it is only silent";
}

TEST(Process, that_was_killed_has_ended) {
  child other;
  other.kill_it();
  EXPECT_TRUE(has_certainly_ended(other.word())) << "though nobody has waited for it";
  other.wait_for_it();
  EXPECT_TRUE(has_certainly_ended(other.word()));
}

TEST(Process, whose_pid_another_one_has_has_ended) {
  child other;
  auto earlier = other.word();
  earlier.back() = earlier.back() == '0' ? '1' : '0';  // it began at another time
  EXPECT_TRUE(has_certainly_ended(earlier));
}

TEST(Process, of_another_machine_or_none_is_not_judged) {
  child other;
  auto elsewhere = other.word();
  elsewhere[0] = elsewhere[0] == 'a' ? 'b' : 'a';
  other.kill_it();
  other.wait_for_it();
  EXPECT_TRUE(has_certainly_ended(other.word()));
  EXPECT_FALSE(has_certainly_ended(elsewhere));
  const auto world = other.word().substr(0, other.word().find(' '));
  for (const auto& strange : {std::string{}, std::string{"nonsense"}, world, world + ' ',
                              world + " x 1", world + " -1 1", world + " 0 1"})
    EXPECT_FALSE(has_certainly_ended(strange)) << strange;
}

}  // namespace
}  // namespace rentwave::testing_cluster
