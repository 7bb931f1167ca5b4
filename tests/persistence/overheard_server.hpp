// A socket in front of a PostgreSQL server's, which passes everything on and hears what is asked.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

namespace rentwave::testing_journal {

class overheard_server {
 public:
  /// `server`: the folder of the server's socket. Throws std::system_error.
  explicit overheard_server(const std::filesystem::path& server);
  ~overheard_server();
  overheard_server(const overheard_server&) = delete;
  overheard_server& operator=(const overheard_server&) = delete;

  /// Where its own socket is, as a URL's host.
  std::string host() const;

  /// A letter for each time that clients said something and waited, since this was called last: of
  /// the first message (PostgreSQL's manual, chapter 55.7), for example Q(uery), P(arse), B(ind).
  std::string round_trips();

 private:
  void listen();
  void serve(const std::stop_token& stop);
  int reach_server() const;

  std::filesystem::path folder_;
  std::filesystem::path server_;
  int listening_ = -1;
  std::mutex mutex_;
  std::string asked_;
  std::jthread thread_;
};

}  // namespace rentwave::testing_journal
