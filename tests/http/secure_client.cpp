#include "tests/http/secure_client.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "http/ascii.hpp"

namespace rentwave::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

struct secure_client::wire {
  asio::io_context io;
  asio::ssl::context context{asio::ssl::context::tls_client};
  std::unique_ptr<asio::ssl::stream<tcp::socket>> stream;
  beast::flat_buffer buffer;
};

namespace {

int number_of(tls_version version) {
  if (version == tls_version::v1_3) return TLS1_3_VERSION;
  return version == tls_version::v1_2 ? TLS1_2_VERSION : TLS1_1_VERSION;
}

}  // namespace

secure_client::secure_client(std::uint16_t port, const own_certificate& trusted, tls_version newest)
    : wire_(std::make_unique<wire>()) {
  auto& [io, context, stream, buffer] = *wire_;
  context.load_verify_file(trusted.certificate());
  context.set_verify_mode(asio::ssl::verify_peer);
  SSL_CTX_set_max_proto_version(context.native_handle(), number_of(newest));
  stream = std::make_unique<asio::ssl::stream<tcp::socket>>(io, context);
  stream->set_verify_callback(asio::ssl::host_name_verification("127.0.0.1"));
  stream->lowest_layer().connect({asio::ip::make_address("127.0.0.1"), port});
  const timeval patience{20, 0};
  setsockopt(stream->lowest_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience,
             sizeof patience);
}

secure_client::~secure_client() = default;

boost::system::error_code secure_client::greet() {
  boost::system::error_code error;
  wire_->stream->handshake(asio::ssl::stream_base::client, error);
  return error;
}

client_response secure_client::get(const std::string& target) {
  beast::http::request<beast::http::empty_body> asked{beast::http::verb::get, target, 11};
  asked.set(beast::http::field::host, "127.0.0.1");
  beast::http::write(*wire_->stream, asked);
  beast::http::response_parser<beast::http::string_body> parser;
  parser.body_limit(boost::none);
  beast::http::read(*wire_->stream, wire_->buffer, parser);
  client_response got;
  got.status = parser.get().result_int();
  got.body = parser.get().body();
  got.keep_alive = parser.keep_alive();
  for (const auto& field : parser.get())
    got.headers.insert_or_assign(ascii::lowered(std::string{field.name_string()}),
                                 std::string{field.value()});
  log_answer(got);
  return got;
}

boost::system::error_code secure_client::end() {
  boost::system::error_code error;
  wire_->stream->shutdown(error);
  return error;
}

}  // namespace rentwave::http
