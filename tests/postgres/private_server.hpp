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
  /// Another one, which follows this and can be read meanwhile.
  std::unique_ptr<private_server> make_standby();

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
  /// The standby takes writes from now on.
  void promote();
  /// The same as `start`, in the network namespace that this file is, where it listens at an
  /// address for whoever comes from a range of them ("10.0.0.0/24"). Needs root.
  void start_at(const std::string& space, const std::string& address, const std::string& range);

  /// Where the socket is, also as a URL's host.
  const std::string& folder() const { return folder_; }
  std::string host() const { return as_host(folder_); }
  /// Any such folder.
  static std::string as_host(const std::string& folder);

 private:
  /// `original`: the folder of the one that it is the standby of, or empty.
  explicit private_server(const std::string& original);
  std::string url_of(const std::string& database) const;
  std::string make(const char* from);
  void order(const std::string& what);

  std::string folder_;
  int keeper_ = -1;  ///< its process
  int orders_ = -1;
  int answers_ = -1;
  int databases_ = 0;
  bool has_template_ = false;
};

}  // namespace rentwave::testing_postgres
