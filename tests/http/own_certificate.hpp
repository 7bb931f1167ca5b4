// A self-signed certificate for 127.0.0.1 and its key, made anew for whoever asks, as PEM files in
// a folder that goes with it.
#pragma once

#include <filesystem>
#include <string>

namespace rentwave::http {

class own_certificate {
 public:
  /// With a pass phrase the key's file is encrypted.
  explicit own_certificate(const std::string& pass_phrase = {});
  ~own_certificate();
  /// Puts itself in the place of another's files.
  void replace(const own_certificate& other) const;
  own_certificate(const own_certificate&) = delete;
  own_certificate& operator=(const own_certificate&) = delete;

  std::filesystem::path certificate() const { return folder_ / "certificate.pem"; }
  std::filesystem::path key() const { return folder_ / "key.pem"; }

 private:
  std::filesystem::path folder_;
};

}  // namespace rentwave::http
