#include "http/identify.hpp"

namespace rentwave::http {

boost::asio::awaitable<answer<std::optional<identity>>> token_authenticator::identify(
    const request& asked) {
  const auto token = token_in(asked, origin_, others_);
  if (!token) co_return token.error();
  if (!*token) co_return std::optional<identity>{};
  std::string text{**token};
  auto who = co_await api_.identify(std::move(text));
  if (!who) co_return who.error();
  co_return std::optional<identity>{*std::move(who)};
}

}  // namespace rentwave::http
