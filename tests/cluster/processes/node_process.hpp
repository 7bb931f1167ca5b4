// One node of a cluster as a process of its own: the program as operators start it, on loopback
// and free ports. Owned by a test, on the test's thread; ended by kill -9 at the latest when the
// test ends, however it does.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/http/client.hpp"

namespace rentwave::testing_cluster {

class node_process {
 public:
  /// `folder` is for its log.
  node_process(std::string name, std::string journal_url, std::vector<std::string> options,
               std::filesystem::path folder);
  ~node_process();
  node_process(const node_process&) = delete;

  /// From its next start on it lives as on a machine of its own: other nodes cannot see whether it
  /// has died. Needs root.
  void live_apart() { is_apart_ = true; }
  /// In this network namespace (a file descriptor) from its next start on.
  void live_in(int network_space) { space_ = network_space; }
  /// Another build of it, from the next start on.
  void use_program(std::string path) { words_.front() = std::move(path); }
  /// Starts it; a second time when it has ended.
  void start();
  /// Waits until it says that it serves. Throws, with its log, when it does not.
  void wait_until_it_serves();

  void kill();  ///< kill -9
  void pause();
  void resume();
  void ask_to_stop();  ///< SIGTERM
  /// Its exit status, once it has ended by itself. Throws, with its log, when that takes too long.
  int wait_for_end();

  bool runs() const { return pid_ > 0; }
  const std::string& name() const { return name_; }
  std::uint16_t port() const { return port_; }  ///< of this life
  http::server_address address() const { return {host_, port_}; }
  std::string log() const;
  /// That all of its threads have used in this life.
  std::chrono::milliseconds cpu_time() const;

 private:
  void seem_another_machine() const;
  std::string read_line();
  [[noreturn]] void fail(const std::string& what);

  std::string name_;
  std::vector<std::string> words_;
  std::filesystem::path log_;
  std::filesystem::path boot_;  ///< what its machine says that it was booted as, if it lives apart
  bool is_apart_ = false;
  int space_ = -1;  ///< that of the test
  std::string host_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
  int output_ = -1;
};

}  // namespace rentwave::testing_cluster
