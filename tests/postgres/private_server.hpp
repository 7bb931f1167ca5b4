// A PostgreSQL server of this test program's own: made and started when it is first asked for, in a
// temporary folder, reached by a socket in that folder only. A shell keeps it, and ends it and
// removes the folder when the program is gone, however it ended.
#pragma once

#include <memory>
#include <string>

namespace rentwave::testing_postgres {

class private_server {
 public:
  /// The one of this program.
  static private_server& get();

  private_server(const private_server&) = delete;
  ~private_server();

  /// The URL of a new database with an empty journal in it, of the newest schema.
  std::string make_journal();
  /// The URL of a new and empty database.
  std::string make_database();
  void drop(const std::string& url);

  /// Runs one statement as the superuser; its first value, or "" when there is none. Throws.
  std::string run(const std::string& url, const std::string& sql);

  /// As when the machine is switched off, and on again.
  void stop_at_once();
  void start();
  /// The same, in the network namespace that this file is, where it listens at an address for
  /// whoever comes from a range of them ("10.0.0.0/24"). Needs root.
  void start_at(const std::string& space, const std::string& address, const std::string& range);

 private:
  private_server();
  std::string url_of(const std::string& database) const;
  std::string make(const char* from);
  void order(const std::string& what);

  std::string folder_;
  int orders_ = -1;
  int answers_ = -1;
  int databases_ = 0;
  bool has_template_ = false;
};

}  // namespace rentwave::testing_postgres
