#include "tests/http/own_certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace rentwave::http {
namespace {

using owned_key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using owned_certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using owned_file = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

void name(X509_NAME* of) {
  const auto* text = reinterpret_cast<const unsigned char*>("127.0.0.1");
  X509_NAME_add_entry_by_txt(of, "CN", MBSTRING_ASC, text, -1, -1, 0);
}

owned_certificate sign(EVP_PKEY* key) {
  constexpr long an_hour = 3600;
  owned_certificate made{X509_new(), X509_free};
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -an_hour);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), an_hour);
  X509_set_pubkey(made.get(), key);
  name(X509_get_subject_name(made.get()));
  X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(made.get(), extension, -1);
  X509_EXTENSION_free(extension);
  if (X509_sign(made.get(), key, EVP_sha256()) == 0) throw std::runtime_error{"no certificate"};
  return made;
}

owned_file open(const std::filesystem::path& path) {
  owned_file file{std::fopen(path.c_str(), "w"), std::fclose};
  if (!file) throw std::runtime_error{"cannot write " + path.string()};
  return file;
}

}  // namespace

own_certificate::own_certificate(const std::string& pass_phrase) {
  std::string pattern = std::filesystem::temp_directory_path() / "rentwave-tls-XXXXXX";
  if (!mkdtemp(pattern.data())) throw std::runtime_error{"no temporary folder"};
  folder_ = pattern;
  const owned_key key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  const auto certificate = sign(key.get());
  PEM_write_X509(open(this->certificate()).get(), certificate.get());
  const auto* phrase = reinterpret_cast<const unsigned char*>(pass_phrase.data());
  PEM_write_PrivateKey(open(this->key()).get(), key.get(),
                       pass_phrase.empty() ? nullptr : EVP_aes_256_cbc(), phrase,
                       static_cast<int>(pass_phrase.size()), nullptr, nullptr);
}

void own_certificate::replace(const own_certificate& other) const {
  const auto over = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(certificate(), other.certificate(), over);
  std::filesystem::copy_file(key(), other.key(), over);
}

own_certificate::~own_certificate() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace rentwave::http
