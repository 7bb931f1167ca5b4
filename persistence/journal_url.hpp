// What can be said of a journal's URL without opening it.
#pragma once

#include <string>
#include <string_view>

namespace rentwave {

inline constexpr std::string_view sqlite_scheme = "sqlite:";

/// postgresql://… or postgres://…
bool is_postgres_url(std::string_view url);

/// For people and logs: passwords are taken out, wherever the URL may have them.
std::string url_without_password(std::string_view url);

/// The password of a URL, with its percent-encoding resolved; empty when it has none.
std::string password_of(std::string_view url);

}  // namespace rentwave
