// A RentWave in a process of its own, on a free port, over a journal that outlives its restarts: in
// a temporary folder, or in a database of the private server. Owned by a test, on the test's
// thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace rentwave::testing {

/// A folder of its own, removed with everything in it.
class temporary_folder {
 public:
  temporary_folder();
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Waits, at most that long, until it is so.
bool comes_true(const std::function<bool()>& it, std::chrono::seconds patience);

/// Where a server keeps everything.
enum class keeping { sqlite, postgres };
inline const char* name_of(keeping where) {
  return where == keeping::sqlite ? "sqlite" : "postgres";
}
inline std::ostream& operator<<(std::ostream& out, keeping where) {
  return out << name_of(where);
}

class server_process {
 public:
  explicit server_process(std::vector<std::string> options = {}, keeping where = keeping::sqlite);
  ~server_process();  ///< kill -9, if it runs

  /// Waits until it is ready. `death` as mortal_main.cpp takes it. Throws when it does not come up,
  /// but not when it dies of that.
  void start(const std::string& death = {});
  void kill();
  /// SIGTERM; the number of appends that it tells at its end.
  long stop();
  bool has_died();
  std::uint16_t port() const { return port_; }
  pid_t pid() const { return pid_; }
  const std::string& journal_url() const { return journal_url_; }
  /// Where the journal is, if it is a file.
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  std::string read_line();

  temporary_folder folder_;
  keeping where_;
  std::string journal_url_;
  std::vector<std::string> options_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
  int output_ = -1;
};

}  // namespace rentwave::testing
