#include "tests/http/exchange_log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <unordered_set>

namespace rentwave::http {
namespace {

using nlohmann::json;

/// Longer bodies are none of the API's.
constexpr std::size_t longest_body = 1024 * 1024;

constexpr unsigned switching_protocols = 101;

/// Another answer to the same request comes after it.
bool is_interim(unsigned status) {
  return status < 200 && status != switching_protocols;
}

/// Each line by one write to the end of the file, so that those of others are never torn; once
/// only, as who waits for something asks the same again and again.
class line_file {
 public:
  line_file() {
    const char* path = std::getenv("EXCHANGE_LOG");
    if (path) file_ = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (path && file_ < 0) throw std::runtime_error("cannot write what EXCHANGE_LOG names");
  }
  line_file(const line_file&) = delete;

  bool is_open() const { return file_ >= 0; }
  void add(const json& line) {
    const auto text = line.dump(-1, ' ', true, json::error_handler_t::replace) + '\n';
    const std::lock_guard lock{mutex_};
    if (!known_.insert(std::hash<std::string>{}(text)).second) return;
    if (::write(file_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("cannot write what EXCHANGE_LOG names");
  }

 private:
  int file_ = -1;
  std::mutex mutex_;
  std::unordered_set<std::size_t> known_;
};

line_file& log_file() {
  static line_file file;
  return file;
}

/// What the running test's questions are answered from; null: from no journal.
json& answering_journal() {
  static json kind;
  return kind;
}

bool is_answered_from_journal() {
  return log_file().is_open() && !answering_journal().is_null();
}

/// "http_test.on_sqlite: Suite.test": the run as ctest has it.
std::string name_of(const ::testing::TestInfo* test) {
  std::string program = ::program_invocation_short_name;
  if (const char* journal = std::getenv("TEST_JOURNAL")) program.append(".on_").append(journal);
  if (!test) return program;
  return program + ": " + test->test_suite_name() + '.' + test->name();
}

/// Says which tests came to their end.
class test_watch final : public ::testing::EmptyTestEventListener {
  void OnTestEnd(const ::testing::TestInfo& test) override {
    answering_journal() = nullptr;
    if (log_file().is_open()) log_file().add({{"test", name_of(&test)}, {"ended", true}});
  }
};

const bool is_watching = [] {
  ::testing::UnitTest::GetInstance()->listeners().Append(new test_watch);
  return true;
}();

/// Of which only the test's name is missing.
void log_line(json line) {
  line["test"] = name_of(::testing::UnitTest::GetInstance()->current_test_info());
  log_file().add(line);
}

json answer_of(const client_response& got, const char* scope) {
  json line{{"scope", scope}, {"status", got.status}, {"headers", got.headers}, {"body", ""}};
  line["headers"].erase("date");
  line["headers"].erase("traceparent");
  if (got.body.size() <= longest_body) line["body"] = got.body;
  return line;
}

}  // namespace

void log_journal(std::string_view kind) {
  answering_journal() = std::string{kind};
}

void log_exchange(std::string_view method, std::string_view target, std::string_view sent,
                  const client_response& got) {
  if (!log_file().is_open() || is_interim(got.status)) return;
  auto line = answer_of(got, "api");
  line["method"] = method;
  line["target"] = target;
  line["journal"] = answering_journal();
  line["sent"] = sent.size() <= longest_body ? sent : "";
  log_line(std::move(line));
}

void log_message(std::string_view from, const json& message) {
  if (!is_answered_from_journal()) return;
  log_line({{"scope", "socket"}, {"journal", answering_journal()}, {from, message}});
}

void log_answer(const client_response& got) {
  if (log_file().is_open() && got.status >= 400) log_line(answer_of(got, "server"));
}

}  // namespace rentwave::http
