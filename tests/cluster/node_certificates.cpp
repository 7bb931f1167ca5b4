#include "tests/cluster/node_certificates.hpp"

#include <stdlib.h>

#include <stdexcept>

namespace rentwave::testing {

namespace fs = std::filesystem;

node_certificates::node_certificates() {
  auto name = (fs::temp_directory_path() / "rentwave-nodes-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error{"no temporary folder"};
  folder_ = name;
}

node_certificates::~node_certificates() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

node_tls_files node_certificates::of(const std::string& node) const {
  if (!fs::exists(folder_ / (node + ".pem"))) {
    const auto command =
        RENTWAVE_ROOT "/deploy/make-cluster-ca '" + folder_.string() + "' '" + node + '\'';
    if (std::system(command.c_str()) != 0) throw std::runtime_error{"no certificate of " + node};
  }
  return {file(node + ".pem"), file(node + ".key"), file("ca.pem")};
}

std::shared_ptr<const node_tls> tls_of(const node_certificates& all, const std::string& node) {
  auto made = node_tls::load(all.of(node));
  if (!made) throw std::runtime_error{made.error()};
  return *made;
}

}  // namespace rentwave::testing
