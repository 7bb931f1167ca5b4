#include "tests/story/server_process.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "tests/postgres/private_server.hpp"

namespace rentwave::testing {

bool comes_true(const std::function<bool()>& it, std::chrono::seconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!it()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

temporary_folder::temporary_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "rentwave-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error{"no temporary folder"};
  path_ = name;
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

server_process::server_process(std::vector<std::string> options, keeping where)
    : where_{where}, options_{std::move(options)} {
  journal_url_ = where == keeping::sqlite ? "sqlite:" + (folder_.path() / "journal.db").string()
                                          : testing_postgres::private_server::get().make_database();
}

server_process::~server_process() {
  kill();
  if (where_ == keeping::postgres) testing_postgres::private_server::get().drop(journal_url_);
}

void server_process::start(const std::string& death) {
  kill();
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error{"no pipe"};
  std::vector<std::string> words{
      RENTWAVE_PROGRAM,         "--http.port=0",   "--journal.url=" + journal_url(),
      "--journal.partitions=4", "--log.level=off", "--limits.enabled=false"};
  words.insert(words.end(), options_.begin(), options_.end());
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error{"no process"};
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is cut off leaves nothing behind
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    if (death.empty())
      unsetenv("MORTAL_APPEND");
    else
      setenv("MORTAL_APPEND", death.c_str(), 1);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
  const auto line = read_line();
  if (line.starts_with("port "))
    port_ = static_cast<std::uint16_t>(std::stoi(line.substr(5)));
  else if (death.empty())
    throw std::runtime_error{"the server did not come up: " + line};
}

/// What has come of it when the program says nothing for long.
std::string server_process::read_line() {
  constexpr int patience_ms = 60'000;
  std::string line;
  pollfd there{output_, POLLIN, 0};
  for (char c = 0; poll(&there, 1, patience_ms) > 0 && read(output_, &c, 1) == 1 && c != '\n';)
    line += c;
  return line;
}

void server_process::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(output_);
  pid_ = -1;
}

long server_process::stop() {
  ::kill(pid_, SIGTERM);
  const auto line = read_line();
  if (line.empty()) ::kill(pid_, SIGKILL);  // it may never end
  int status = 0;
  waitpid(pid_, &status, 0);
  close(output_);
  pid_ = -1;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !line.starts_with("appends "))
    throw std::runtime_error{"it did not end cleanly: " + line};
  return std::stol(line.substr(8));
}

bool server_process::has_died() {
  if (pid_ < 0) return true;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == 0) return false;
  close(output_);
  pid_ = -1;
  return true;
}

}  // namespace rentwave::testing
