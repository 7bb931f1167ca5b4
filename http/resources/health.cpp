// Whether the process lives, and whether it can serve.
#include <nlohmann/json.hpp>

#include "http/resources/account_handlers.hpp"

namespace rentwave::http {

boost::asio::awaitable<response> get_healthz(backend&, const request&) {
  co_return json_response(200, {{"status", "ok"}});
}

boost::asio::awaitable<response> get_readyz(backend& api, const request& asked) {
  if (!api.is_ready())
    co_return to_response(try_later("unavailable", "It is starting or stopping."), asked);
  co_return json_response(200, {{"status", "ready"}});
}

}  // namespace rentwave::http
