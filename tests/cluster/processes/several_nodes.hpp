// A scene for tests of real nodes: a database of the private server, the processes that share it,
// and what an operator sees of them. "root" is an administrator.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/cluster/processes/node_process.hpp"
#include "tests/http/client.hpp"

namespace rentwave::testing_cluster {

/// The long forms are asked for.
bool is_soak();

class SeveralNodes : public ::testing::Test {
 protected:
  static constexpr int partitions = 16;
  static constexpr const char* setup_token_file = "setup-token";  ///< in `folder()`

  SeveralNodes();
  ~SeveralNodes() override;

  /// Starts one, and waits until it serves; or at the same time as others.
  node_process& add(const std::string& name, std::vector<std::string> options = {});
  void add_all(const std::vector<std::string>& names, const std::vector<std::string>& options = {});
  node_process& node(const std::string& name) { return *nodes_.at(name); }
  std::vector<http::server_address> ports() const;  ///< of those that run

  http::client_response get(const node_process& at, const std::string& path);
  http::client_response post(const node_process& at, const std::string& path,
                             const nlohmann::json& body = nlohmann::json::object());
  /// By partition; empty: nobody has it.
  std::vector<std::string> owners(const node_process& as_seen_by);
  /// Every partition is open, and each of these nodes has the same number within one; empty: it is
  /// so. Else what is not.
  std::string unrest(const node_process& as_seen_by, const std::vector<std::string>& names);
  /// Waits for that.
  void await_rest(const node_process& as_seen_by, const std::vector<std::string>& names);
  void await(const std::string& what, const std::function<bool()>& it);

  const std::string& journal_url() const { return journal_url_; }
  /// From now on the database writes down by which session each partition is appended to.
  void watch_appends() const;
  /// Appends since then by others than the owner, or under an epoch that was over; empty: none.
  std::string intruders() const;
  /// A node that is to be added, not started yet.
  virtual std::unique_ptr<node_process> make_node(const std::string& name,
                                                  std::vector<std::string> options) const;
  const std::filesystem::path& folder() const { return folder_; }
  std::vector<std::string> usual_options_{"--node.lease=1s",
                                          "--journal.partitions=" + std::to_string(partitions)};
  bool are_apart_ = false;  ///< each as on a machine of its own

 private:
  std::string setup_token() const;
  const http::client::fields& root(const node_process& at);

  std::filesystem::path folder_;
  std::string journal_url_;
  http::client::fields root_;
  std::map<std::string, std::unique_ptr<node_process>> nodes_;
};

}  // namespace rentwave::testing_cluster
