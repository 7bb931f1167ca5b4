#include "http/keep_trying.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio.hpp>

namespace rentwave::http {

namespace asio = boost::asio;

asio::awaitable<void> keep_trying(const char* name, std::function<asio::awaitable<bool>()> attempt,
                                  std::chrono::milliseconds pause, std::function<bool()> is_over) {
  asio::steady_timer rest{co_await asio::this_coro::executor};
  while (!is_over()) {
    bool well = false;
    try {
      well = co_await attempt();
    } catch (const std::exception& failure) {
      spdlog::error("{} failed and goes on: {}", name, failure.what());
    } catch (...) {
      spdlog::error("{} failed and goes on.", name);
    }
    if (well || is_over()) continue;
    rest.expires_after(pause);
    co_await rest.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace rentwave::http
