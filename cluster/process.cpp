#include "cluster/process.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace rentwave {
namespace {

/// As /proc/<pid>/stat numbers them, counted from the one behind the name in brackets, which is 3.
constexpr int state_field = 3;
constexpr int threads_field = 20;
constexpr int start_field = 22;

struct living {
  char state = '?';
  long threads = 0;
  std::string start;  ///< in ticks since the boot
};

/// nullopt: it is not there, or hidden from us.
std::optional<living> look_up(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const auto name_end = line.rfind(')');  // the name may hold anything, brackets too
  if (name_end == line.npos) return std::nullopt;
  std::istringstream fields{line.substr(name_end + 1)};
  living found;
  std::string field;
  for (int i = state_field; i <= start_field && fields >> field; ++i) {
    if (i == state_field) found.state = field[0];
    if (i == threads_field) found.threads = std::strtol(field.c_str(), nullptr, 10);
    if (i == start_field) found.start = field;
  }
  if (found.start.empty()) return std::nullopt;
  return found;
}

/// Empty where there is none.
std::string link_at(const char* path) {
  std::error_code unknown;
  return std::filesystem::read_symlink(path, unknown).string();
}

/// What all processes have in common whose PIDs and times of start mean the same here; empty: not
/// known, or /proc is that of others. Older kernels have no namespaces of time.
std::string world() {
  std::ifstream file{"/proc/sys/kernel/random/boot_id"};
  std::string boot;
  const auto pids = link_at("/proc/self/ns/pid");
  const bool is_ours = link_at("/proc/self") == std::to_string(getpid());
  if (!std::getline(file, boot) || pids.empty() || !is_ours) return {};
  return boot + '/' + pids + '/' + link_at("/proc/self/ns/time");
}

/// Where each part ends there is a blank: none of them has one.
std::string words_of(const std::string& where, pid_t pid, const std::string& start) {
  return where + ' ' + std::to_string(pid) + ' ' + start;
}

}  // namespace

std::string this_process() {
  const auto here = world();
  const auto self = look_up(getpid());
  return here.empty() || !self ? std::string{} : words_of(here, getpid(), self->start);
}

bool has_certainly_ended(std::string_view process) {
  const auto here = world();
  if (here.empty() || !process.starts_with(here + ' ')) return false;
  const auto rest = process.substr(here.size() + 1);
  pid_t pid = 0;
  const auto [end, wrong] = std::from_chars(rest.data(), rest.data() + rest.size(), pid);
  if (wrong != std::errc{} || pid <= 0) return false;
  // /proc may hide the processes of others; a signal is refused by other means than its absence.
  if (::kill(pid, 0) != 0 && errno == ESRCH) return true;
  const auto now = look_up(pid);
  if (!now) return false;
  if (words_of(here, pid, now->start) != process) return true;  // another has its PID
  // Killed, and not waited for by whoever started it; unless only its first thread has ended.
  return now->state == 'Z' && now->threads <= 1;
}

}  // namespace rentwave
