// A Beast server that knows one answer: what HTTP costs when there is nothing behind it. It reads
// the whole request, whatever it is, and has as many io threads as rentwave.
//
//   bench_constant_server THREADS BODY_FILE     prints its port, then serves until it is killed
#include <boost/asio.hpp>
#include <boost/beast.hpp>

#include <charconv>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::uint64_t body_limit = 1 << 20;
constexpr std::chrono::seconds patience{30};
constexpr unsigned most_threads = 256;

const auto as_value = asio::as_tuple(asio::use_awaitable);

asio::awaitable<void> serve(tcp::socket socket, const std::string& body) {
  beast::tcp_stream stream{std::move(socket)};
  boost::system::error_code ignored;
  stream.socket().set_option(tcp::no_delay{true}, ignored);
  beast::flat_buffer buffer;
  while (true) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(body_limit);
    stream.expires_after(patience);
    const auto [unread, in] = co_await http::async_read(stream, buffer, parser, as_value);
    if (unread) break;
    http::response<http::string_body> answer{http::status::ok, 11};
    answer.set(http::field::content_type, "application/json");
    answer.keep_alive(parser.get().keep_alive());
    answer.body() = body;
    answer.prepare_payload();
    const auto [unwritten, out] = co_await http::async_write(stream, answer, as_value);
    if (unwritten || !answer.keep_alive()) break;
  }
  stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
}

asio::awaitable<void> accept(asio::io_context& context, tcp::acceptor& acceptor,
                             const std::string& body) {
  while (true) {
    tcp::socket socket{asio::make_strand(context)};
    const auto [error] = co_await acceptor.async_accept(socket, as_value);
    if (error) continue;
    const auto where = socket.get_executor();
    asio::co_spawn(where, serve(std::move(socket), body), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  unsigned threads = 0;
  const bool fits =
      argc == 3 &&
      std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), threads).ec == std::errc{} &&
      threads >= 1 && threads <= most_threads;
  std::ifstream file{fits ? argv[2] : ""};
  if (!file) {
    std::cerr << "usage: bench_constant_server THREADS BODY_FILE\n";
    return 2;
  }
  std::ostringstream body;
  body << file.rdbuf();
  const std::string answer = body.str();

  asio::io_context context;
  tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
  std::cout << acceptor.local_endpoint().port() << std::endl;
  asio::co_spawn(context, accept(context, acceptor, answer), asio::detached);
  std::vector<std::thread> workers;
  for (unsigned i = 1; i < threads; ++i) workers.emplace_back([&] { context.run(); });
  context.run();
  for (auto& each : workers) each.join();
}
