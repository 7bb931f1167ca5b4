#include "application/setup_token.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
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

bool has_line(const std::filesystem::path& file, const std::string& text) {
  std::ifstream in{file};
  std::string line;
  return std::getline(in, line) && line == text && !in.eof();
}

/// False: `errno` says why. Of another journal, or cut short, it is replaced as a whole.
bool write_line(const std::filesystem::path& file, const std::string& text) {
  if (has_line(file, text)) return true;
  std::error_code ignored;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ignored);
  auto fresh = file.string() + ".XXXXXX";
  const int to = mkostemp(fresh.data(), O_CLOEXEC);  // mode 0600
  if (to < 0) return false;
  const auto line = text + '\n';
  bool done = write(to, line.data(), line.size()) == std::ssize(line) && fsync(to) == 0;
  done = done && rename(fresh.c_str(), file.c_str()) == 0;
  const int why = errno;
  close(to);
  if (!done) unlink(fresh.c_str());
  errno = why;
  return done;
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
  if (!write_line(file, *token))
    return found{boost::system::in_place_error, "the set-up token cannot be written to " + file +
                                                    ": " + std::generic_category().message(errno)};
  return found{boost::system::in_place_value, *std::move(token)};
}

}  // namespace rentwave
