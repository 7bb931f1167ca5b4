// Certificates for nodes, as deploy/make-cluster-ca makes them, in a folder that goes with them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "cluster/node_tls.hpp"

namespace rentwave::testing {

class node_certificates {
 public:
  /// A CA of its own.
  node_certificates();
  ~node_certificates();
  node_certificates(const node_certificates&) = delete;
  node_certificates& operator=(const node_certificates&) = delete;

  /// Made when it is first asked for.
  node_tls_files of(const std::string& node) const;
  /// The same with a certificate that is good from so many days from now, until so many.
  node_tls_files dated(const std::string& node, int from, int until) const;
  /// A file of this folder.
  std::string file(const std::string& name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_;
};

/// That of this node, as a node has it in memory.
std::shared_ptr<const node_tls> tls_of(const node_certificates& all, const std::string& node);

}  // namespace rentwave::testing
