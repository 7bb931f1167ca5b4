#include "tests/http/webhooks/receiver.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "http/ascii.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

constexpr auto patience = std::chrono::seconds{20};

}  // namespace

struct receiver::wire {
  asio::io_context io;
  tcp::acceptor acceptor{io, {asio::ip::make_address("127.0.0.1"), 0}};
  asio::ssl::context tls{asio::ssl::context::tls_server};
};

receiver::receiver(script says, const own_certificate* shows)
    : says_{std::move(says)}, is_secure_{shows != nullptr}, wire_{std::make_unique<wire>()} {
  if (shows) {
    wire_->tls.use_certificate_chain_file(shows->certificate());
    wire_->tls.use_private_key_file(shows->key(), asio::ssl::context::pem);
  }
  port_ = wire_->acceptor.local_endpoint().port();
  thread_ = std::thread{[this] { serve(); }};
}

receiver::~receiver() {
  is_ending_ = true;
  // Wakes whoever waits for a connection.
  asio::io_context io;
  tcp::socket knock{io};
  boost::system::error_code ignored;
  knock.connect({asio::ip::make_address("127.0.0.1"), port_}, ignored);
  thread_.join();
}

std::string receiver::url(const std::string& host) const {
  return (is_secure_ ? "https://" : "http://") + host + ':' + std::to_string(port_) + "/in?key=1";
}

std::string receiver::status(int code, const std::string& fields) {
  return "HTTP/1.1 " + std::to_string(code) + " X\r\n" + fields + "Content-Length: 0\r\n\r\n";
}

std::vector<received_post> receiver::posts() const {
  const std::lock_guard lock{mutex_};
  return posts_;
}

std::vector<received_post> receiver::await(std::size_t count) const {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, patience, [&] { return posts_.size() >= count; });
  return posts_;
}

void receiver::serve() {
  while (true) {
    boost::system::error_code error;
    tcp::socket client{wire_->io};
    wire_->acceptor.accept(client, error);
    if (error || is_ending_) return;
    ++connections_;
    // Nobody is waited for for ever.
    const timeval limit{20, 0};
    setsockopt(client.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (!is_secure_) {
      talk(client);
      continue;
    }
    asio::ssl::stream<tcp::socket> stream{std::move(client), wire_->tls};
    stream.handshake(asio::ssl::stream_base::server, error);
    if (!error) talk(stream);
  }
}

template <class Stream>
void receiver::talk(Stream& stream) {
  boost::system::error_code error;
  beast::flat_buffer buffer;
  beast::http::request<beast::http::string_body> asked;
  beast::http::read(stream, buffer, asked, error);
  if (error) return;
  received_post got{asked.method_string(), asked.target(), {}, asked.body()};
  for (const auto& field : asked)
    got.headers[ascii::lowered(std::string{field.name_string()})] = field.value();
  int n = 0;
  {
    const std::lock_guard lock{mutex_};
    posts_.push_back(std::move(got));
    n = static_cast<int>(posts_.size());
  }
  changed_.notify_all();
  const auto said = says_(n);
  if (!said.empty()) {
    asio::write(stream, asio::buffer(said), error);
    return;
  }
  char ignored = 0;
  stream.read_some(asio::buffer(&ignored, 1), error);
}

}  // namespace rentwave::http
