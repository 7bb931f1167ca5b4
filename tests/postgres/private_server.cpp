#include "tests/postgres/private_server.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <pqxx/pqxx>
#include <stdexcept>
#include <vector>

#include "persistence/journal.hpp"

namespace rentwave::testing_postgres {
namespace {

namespace fs = std::filesystem;

constexpr const char* template_name = "journal_template";

/// Of the newest version that is installed.
std::string programs() {
  std::vector<std::pair<int, std::string>> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", none))
    if (fs::exists(entry.path() / "bin" / "postgres"))
      found.emplace_back(std::atoi(entry.path().filename().c_str()),
                         (entry.path() / "bin").string());
  if (found.empty()) throw std::runtime_error("PostgreSQL is not installed");
  return std::ranges::max(found).second;
}

/// A connection string as libpq takes it for certain, whatever else a test adds to the URL.
std::string run_on(const std::string& url, const std::string& sql) {
  pqxx::connection link(url);
  pqxx::quiet_errorhandler quiet(link);
  pqxx::nontransaction work(link);
  const auto answer = work.exec(sql);
  return answer.empty() || answer.columns() == 0 ? "" : answer[0][0].c_str();
}

}  // namespace

private_server& private_server::get() {
  static private_server one({});
  return one;
}

std::unique_ptr<private_server> private_server::make_standby() {
  return std::unique_ptr<private_server>{new private_server(folder_)};
}

private_server::private_server(const std::string& original) {
  auto name = (fs::temp_directory_path() / "rentwave-pg-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  folder_ = name;
  const auto bin = programs();
  int in[2];
  int out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  keeper_ = ::fork();
  if (keeper_ < 0) throw std::runtime_error("no process");
  if (keeper_ == 0) {
    ::setsid();  // a Ctrl-C for the tests is none for the keeper
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::execl(RENTWAVE_KEEP_SERVER, "keep_server", folder_.c_str(), bin.c_str(), original.c_str(),
            nullptr);
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  orders_ = in[1];
  answers_ = out[0];
  order("");
  start();
}

private_server::~private_server() {
  ::close(orders_);
  char rest = 0;
  while (::read(answers_, &rest, 1) > 0) {
  }
  ::close(answers_);
  ::waitpid(keeper_, nullptr, 0);
}

void private_server::order(const std::string& what) {
  const auto line = what + '\n';
  if (!what.empty() && ::write(orders_, line.data(), line.size()) < 0)
    throw std::runtime_error("the keeper of the private server is gone");
  std::string answer;
  for (char c = 0; ::read(answers_, &c, 1) == 1 && c != '\n';) answer += c;
  if (answer.empty() || answer.starts_with("failed"))
    throw std::runtime_error("the private server: " + answer);
}

void private_server::start() {
  order("start");
}

void private_server::start_at(const std::string& space, const std::string& address,
                              const std::string& range) {
  order("start " + space + ' ' + address + ' ' + range);
}

void private_server::stop_at_once() {
  order("stop");
}

void private_server::promote() {
  order("promote");
}

std::string private_server::as_host(const std::string& folder) {
  std::string out;
  for (const char c : folder) out += c == '/' ? "%2F" : std::string{c};
  return out;
}

std::string private_server::url_of(const std::string& database) const {
  return "postgresql://postgres@" + host() + '/' + database;
}

std::string private_server::run(const std::string& url, const std::string& sql) {
  return run_on(url, sql);
}

std::string private_server::make(const char* from) {
  const auto name = "test_" + std::to_string(++databases_);
  run_on(url_of("postgres"), "CREATE DATABASE " + name + " TEMPLATE " + from);
  return url_of(name);
}

std::string private_server::make_database() {
  return make("template0");
}

std::string private_server::make_journal() {
  if (!has_template_) {
    run_on(url_of("postgres"), std::string{"CREATE DATABASE "} + template_name);
    const auto made = open_journal(url_of(template_name));
    if (!made) throw std::runtime_error(made.error().detail);
    has_template_ = true;
  }
  return make(template_name);
}

void private_server::drop(const std::string& url) {
  run_on(url_of("postgres"), "DROP DATABASE " + url.substr(url.rfind('/') + 1) + " WITH (FORCE)");
}

}  // namespace rentwave::testing_postgres
