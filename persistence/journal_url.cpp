#include "persistence/journal_url.hpp"

#include <optional>

namespace rentwave {
namespace {

using std::string_view;

constexpr string_view separator = "://";

/// "name:secret@" at the front of the authority, without the '@'; where it is in the URL.
struct user_info {
  std::size_t begin = 0;
  std::size_t colon = string_view::npos;
  std::size_t end = 0;
};

std::optional<user_info> user_info_of(string_view url) {
  const auto scheme = url.find(separator);
  if (scheme == string_view::npos) return std::nullopt;
  user_info found;
  found.begin = scheme + separator.size();
  // A careless password has an '@' or even a '/' in it: rather hide too much than too little.
  found.end = url.substr(0, url.find_first_of("/?", found.begin)).rfind('@');
  if (found.end == string_view::npos || found.end < found.begin) found.end = url.rfind('@');
  if (found.end == string_view::npos || found.end < found.begin) return std::nullopt;
  found.colon = url.substr(0, found.end).find(':', found.begin);
  return found;
}

int half_byte(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  digit |= 0x20;
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

std::string decoded(string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int high = text[at] == '%' && at + 2 < text.size() ? half_byte(text[at + 1]) : -1;
    const int low = high < 0 ? -1 : half_byte(text[at + 2]);
    if (low < 0) {
      plain += text[at];
    } else {
      plain += static_cast<char>(high << 4 | low);
      at += 2;
    }
  }
  return plain;
}

bool is_secret(string_view name) {
  const auto plain = decoded(name);
  return plain == "password" || plain == "sslpassword";
}

/// Calls `visit(name, value, whole)` for every "name=value" of the query, `value` with its place.
template <class Visit>
void for_each_option(string_view url, Visit visit) {
  auto at = url.find('?');
  while (at != string_view::npos) {
    const auto end = url.find('&', ++at);
    const auto option = url.substr(at, end == string_view::npos ? end : end - at);
    const auto equals = option.find('=');
    if (equals != string_view::npos)
      visit(option.substr(0, equals), at + equals + 1, option.size() - equals - 1);
    at = end;
  }
}

std::string without_options(string_view url) {
  std::string shown;
  std::size_t from = 0;
  for_each_option(url, [&](string_view name, std::size_t at, std::size_t size) {
    if (!is_secret(name)) return;
    shown += url.substr(from, at - from);
    shown += "***";
    from = at + size;
  });
  shown += url.substr(from);
  return shown;
}

std::string without_user_password(std::string url) {
  const auto info = user_info_of(url);
  if (!info || info->colon == string_view::npos) return url;
  return url.replace(info->colon, info->end - info->colon, ":***");
}

}  // namespace

bool is_postgres_url(string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

std::string url_without_password(string_view url) {
  // Twice, as a careless password may have a '?' in it.
  return without_options(without_user_password(without_options(url)));
}

std::string password_of(string_view url) {
  std::string found;
  const auto info = user_info_of(url);
  if (info && info->colon != string_view::npos)
    found = decoded(url.substr(info->colon + 1, info->end - info->colon - 1));
  for_each_option(url, [&](string_view name, std::size_t at, std::size_t size) {
    if (decoded(name) == "password") found = decoded(url.substr(at, size));
  });
  return found;
}

}  // namespace rentwave
