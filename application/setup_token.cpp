#include "application/setup_token.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "application/reach.hpp"

namespace rentwave {
namespace {

std::string fresh_token() {
  std::array<unsigned char, 24> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();  // the terminating zero
  return text;
}

/// False: `errno` says why. One that is there is left alone.
bool write_once(const std::filesystem::path& file, const std::string& text) {
  std::error_code ignored;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ignored);
  const int to = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (to < 0) return errno == EEXIST;
  const auto line = text + '\n';
  const bool written = write(to, line.data(), line.size()) == std::ssize(line) && fsync(to) == 0;
  const int why = errno;
  close(to);
  errno = why;
  return written;
}

}  // namespace

boost::system::result<std::string, std::string> setup_token(journal& where,
                                                            const config::settings& settings) {
  using found = boost::system::result<std::string, std::string>;
  const found none{boost::system::in_place_value, std::string{}};
  if (settings.admin.users.empty()) return none;
  if (serves_this_machine_only(settings.http)) return none;
  auto token = where.pin("setup-token", fresh_token());
  if (!token)
    return found{boost::system::in_place_error,
                 "the journal cannot be read: " + token.error().detail};
  const auto& file = settings.admin.setup_token_file;
  if (!write_once(file, *token))
    return found{boost::system::in_place_error, "the set-up token cannot be written to " + file +
                                                    ": " + std::generic_category().message(errno)};
  return found{boost::system::in_place_value, *std::move(token)};
}

}  // namespace rentwave
