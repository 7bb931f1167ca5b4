#include "tests/cluster/processes/node_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace rentwave::testing_cluster {
namespace {

constexpr std::chrono::seconds patience{60};

}  // namespace

node_process::node_process(std::string name, std::string journal_url,
                           std::vector<std::string> options, std::filesystem::path folder)
    : name_(std::move(name)), log_(folder / (name_ + ".log")), boot_(folder / (name_ + ".boot")) {
  words_ = {RENTWAVE_PROGRAM,         "--http.port=0",
            "--node.name=" + name_,   "--journal.url=" + std::move(journal_url),
            "--limits.enabled=false", "--admin.users=root",
            "--log.level=info"};
  words_.insert(words_.end(), options.begin(), options.end());
}

node_process::~node_process() {
  kill();
}

void node_process::start() {
  kill();
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const int log = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (is_apart_) std::ofstream{boot_} << "the machine of " << name_ << '\n';
  std::vector<char*> arguments;
  for (auto& word : words_) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("no process");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is cut off leaves nothing behind
    if (space_ >= 0 && ::setns(space_, CLONE_NEWNET) != 0) ::_exit(126);
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    if (is_apart_) seem_another_machine();
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(log);
  ::close(ends[1]);
  output_ = ends[0];
}

void node_process::wait_until_it_serves() {
  const auto line = read_line();
  const std::string before = " at http://";
  const auto at = line.find(before);
  const auto colon = line.find(':', at + before.size());
  if (at == line.npos || colon == line.npos) fail("it did not come up: " + line);
  host_ = line.substr(at + before.size(), colon - at - before.size());
  port_ = static_cast<std::uint16_t>(std::stoi(line.substr(colon + 1)));
}

void node_process::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::close(output_);
  pid_ = -1;
}

void node_process::pause() {
  ::kill(pid_, SIGSTOP);
}

void node_process::resume() {
  ::kill(pid_, SIGCONT);
}

void node_process::ask_to_stop() {
  ::kill(pid_, SIGTERM);
}

int node_process::wait_for_end() {
  // What it says no more: its end closes the pipe.
  pollfd there{output_, POLLIN, 0};
  const auto until = std::chrono::steady_clock::now() + patience;
  for (char c = 0;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0 || ::poll(&there, 1, static_cast<int>(left.count())) <= 0)
      fail("it does not end");
    if (::read(output_, &c, 1) <= 0) break;
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  ::close(output_);
  pid_ = -1;
  if (!WIFEXITED(status)) fail("it was ended by signal " + std::to_string(WTERMSIG(status)));
  return WEXITSTATUS(status);
}

std::string node_process::read_line() {
  std::string line;
  pollfd there{output_, POLLIN, 0};
  const int wait_ms = static_cast<int>(std::chrono::milliseconds{patience}.count());
  for (char c = 0; ::poll(&there, 1, wait_ms) > 0 && ::read(output_, &c, 1) == 1 && c != '\n';)
    line += c;
  return line;
}

std::string node_process::log() const {
  std::ifstream in(log_);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// By the one thing that differs for certain between two machines. In the new process only.
void node_process::seem_another_machine() const {
  const bool done =
      ::unshare(CLONE_NEWNS) == 0 &&
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
      ::mount(boot_.c_str(), "/proc/sys/kernel/random/boot_id", nullptr, MS_BIND, nullptr) == 0;
  if (done) return;
  ::perror("no machine of its own, for which the test has to be root");
  ::_exit(126);
}

std::chrono::milliseconds node_process::cpu_time() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/stat");
  std::string line;
  std::getline(in, line);
  std::istringstream fields{line.substr(line.rfind(')') + 1)};  // the third field comes next
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  long in_user = 0;
  long in_kernel = 0;
  fields >> in_user >> in_kernel;
  return std::chrono::milliseconds{(in_user + in_kernel) * 1000 / ::sysconf(_SC_CLK_TCK)};
}

void node_process::fail(const std::string& what) {
  throw std::runtime_error("node " + name_ + ": " + what + "\n" + log());
}

}  // namespace rentwave::testing_cluster
