#include "http/server.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "http/connection.hpp"
#include "http/keep_trying.hpp"
#include "http/service.hpp"

namespace rentwave::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {

/// Out of file descriptors, for example: others will close.
constexpr milliseconds accept_pause{50};
/// For connections that were cut to notice it.
constexpr milliseconds cut_time{1'000};

}  // namespace

class server::listener {
 public:
  listener(server_options options, backend& api, authenticator& gate, std::span<const route> table)
      : options_(std::move(options)),
        shared_(std::make_shared<service>(options_, api, gate, table)),
        acceptor_(asio::make_strand(context_)) {}

  void use(std::shared_ptr<tls_context> tls) { shared_->use(std::move(tls)); }

  boost::system::result<void> start() {
    error_code error;
    const auto address = asio::ip::make_address(options_.address, error);
    if (error) return error;
    const tcp::endpoint where{address, options_.port};
    acceptor_.open(where.protocol(), error);
    if (error) return error;
    acceptor_.set_option(tcp::acceptor::reuse_address{true}, error);
    if (!error) acceptor_.bind(where, error);
    if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
    if (error) return error;
    port_ = acceptor_.local_endpoint(error).port();

    shared_->live.begin(context_.get_executor());
    accepting_ = asio::co_spawn(acceptor_.get_executor(),
                                keep_trying(
                                    "Accepting connections", [this] { return accept(); },
                                    accept_pause, [this] { return shared_->is_stopping(); }),
                                asio::use_future);
    const unsigned count = options_.threads != 0
                               ? options_.threads
                               : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
    return {};
  }

  std::uint16_t port() const { return port_; }

  void stop(milliseconds grace) {
    if (stopped_.exchange(true)) return;
    shared_->begin_stop();
    asio::post(acceptor_.get_executor(), [this] { close_acceptor(); });
    if (!threads_.empty()) {
      shared_->for_each([](connection& one) { one.close_when_idle(); });
      if (!shared_->wait_until_empty(grace)) {
        if (grace.count() != 0)
          spdlog::warn("Requests were still under way {} ms after the stop began.", grace.count());
        shared_->for_each([](connection& one) { one.cut(); });
        shared_->wait_until_empty(cut_time);
      }
      // Who was accepted in this moment is not left with a connection that nobody closes.
      accepting_.wait_for(cut_time);
    }
    shared_->live.end();
    guard_.reset();
    context_.stop();
    for (auto& each : threads_) each.join();
    threads_.clear();
    close_acceptor();  // should nobody have come to it
  }

 private:
  void close_acceptor() {
    error_code ignored;
    acceptor_.close(ignored);
  }

  void work() {
    while (true) {
      try {
        context_.run();
        return;
      } catch (const std::exception& failure) {
        spdlog::error("An io thread caught what nobody should have thrown: {}", failure.what());
      }
    }
  }

  asio::awaitable<bool> accept() {
    tcp::socket socket{asio::make_strand(context_)};
    const auto [error] =
        co_await acceptor_.async_accept(socket, asio::as_tuple(asio::use_awaitable));
    if (!error) connection::start(std::move(socket), shared_);
    co_return !error;
  }

  server_options options_;
  std::shared_ptr<service> shared_;
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_{context_.get_executor()};
  tcp::acceptor acceptor_;
  std::future<void> accepting_;  ///< until there is nobody who accepts any more
  std::vector<std::thread> threads_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopped_ = false;
};

server::server(server_options options, backend& api, authenticator& gate,
               std::span<const route> table)
    : listener_(std::make_unique<listener>(std::move(options), api, gate, table)) {}

server::~server() {
  stop(milliseconds{0});
}

void server::use(std::shared_ptr<tls_context> tls) {
  listener_->use(std::move(tls));
}

boost::system::result<void> server::start() {
  return listener_->start();
}

std::uint16_t server::port() const {
  return listener_->port();
}

void server::stop(milliseconds grace) {
  listener_->stop(grace);
}

}  // namespace rentwave::http
