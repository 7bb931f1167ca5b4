#include "tests/cluster/node_certificates.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace rentwave::testing {

namespace fs = std::filesystem;

namespace {

using owned_file = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

owned_file opened(const std::string& path, const char* how) {
  owned_file file{std::fopen(path.c_str(), how), &std::fclose};
  if (!file) throw std::runtime_error{"cannot open " + path};
  return file;
}

}  // namespace

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

node_tls_files node_certificates::dated(const std::string& node, int from, int until) const {
  auto files = of(node);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{
      PEM_read_X509(opened(files.certificate, "r").get(), nullptr, nullptr, nullptr), &X509_free};
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> ca{
      PEM_read_PrivateKey(opened(file("ca.key"), "r").get(), nullptr, nullptr, nullptr),
      &EVP_PKEY_free};
  X509_time_adj_ex(X509_getm_notBefore(certificate.get()), from, 0, nullptr);
  X509_time_adj_ex(X509_getm_notAfter(certificate.get()), until, 0, nullptr);
  if (X509_sign(certificate.get(), ca.get(), EVP_sha256()) == 0)
    throw std::runtime_error{"the CA does not sign for " + node};
  files.certificate = file(node + "-dated.pem");
  PEM_write_X509(opened(files.certificate, "w").get(), certificate.get());
  return files;
}

std::shared_ptr<const node_tls> tls_of(const node_certificates& all, const std::string& node) {
  auto made = node_tls::load(all.of(node));
  if (!made) throw std::runtime_error{made.error()};
  return *made;
}

}  // namespace rentwave::testing
