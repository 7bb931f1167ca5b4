// A network for a test: places with an address each, joined by a bridge, between which packets can
// be lost as by a cable that is pulled, in one direction or both. Made of network namespaces that
// have no names and are held by nothing but this process and those that it starts in them. So
// nothing of it is seen from elsewhere, two tests do not disturb each other, and nothing is left
// behind, however a test ends.
//
// While it lives, the thread that has made it, and threads that it starts from then on, are at the
// bridge, which reaches all places and is never cut off.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace rentwave::testing_cluster {

/// This machine does not let us have a network; a sentence that says what is missing.
class no_network : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class network {
 public:
  static constexpr const char* range = "10.0.0.0/24";

  /// Throws `no_network`.
  explicit network(const std::vector<std::string>& places);
  ~network();
  network(const network&) = delete;
  network& operator=(const network&) = delete;

  std::string address(const std::string& place) const;
  /// A file descriptor, for setns.
  int space(const std::string& place) const { return places_.at(place).space; }
  /// The same as a file, for processes that this one did not start; while this one lives.
  std::string space_file(const std::string& place) const;

  /// What the first sends to the second is lost, from now on.
  void cut(const std::string& from, const std::string& to);
  void cut_both_ways(const std::string& one, const std::string& other);
  void heal();

 private:
  struct place {
    int space = -1;
    int number = 0;  ///< the last one of its address
  };

  int make_space();
  void join_bridge(const std::string& name);
  void run_in(int space, const std::string& command);
  void leave();

  int outside_ = -1;
  int bridge_ = -1;
  std::map<std::string, place> places_;
};

}  // namespace rentwave::testing_cluster
