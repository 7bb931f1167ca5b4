#include "http/webhooks/web_courier.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "http/as_value.hpp"
#include "http/trace_context.hpp"
#include "http/views.hpp"
#include "http/webhooks/public_address.hpp"
#include "http/webhooks/signature.hpp"

namespace rentwave::http {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = asio::ssl;
using asio::ip::tcp;

namespace {

using boost::system::error_code;
using result = std::optional<post_failure>;
using endpoints = std::vector<tcp::endpoint>;
using message = beast::http::request<beast::http::string_body>;

/// Threads that look names up; a name server that does not answer keeps one for long.
constexpr std::size_t look_ups_at_once = 4;
/// Look-ups that wait for them.
constexpr std::size_t most_look_ups = 64;
constexpr std::uint32_t longest_header = 8 * 1024;
/// Of the answer's body, so that a short one need not be cut off.
constexpr std::size_t longest_answer = 4 * 1024;
/// 1xx: whoever sends more of them before the answer has none.
constexpr int most_interim_answers = 5;

result failure(post_trouble code) {
  return post_failure{code, 0};
}

/// What is wrong, of an operation that failed; a time-out has the same name everywhere.
result failure(const error_code& error, post_trouble otherwise) {
  return failure(error == beast::error::timeout ? post_trouble::timed_out : otherwise);
}

/// Bytes came, but they are not an answer; or one that is too long.
bool is_no_http(const error_code& error) {
  using enum beast::http::error;
  const auto& of_http = beast::http::make_error_code(bad_version).category();
  return error.category() == of_http && error != end_of_stream && error != partial_message;
}

/// A name that is being looked up. Whoever waits does so at the timer, which is ended early.
struct look_up {
  asio::steady_timer patience;
  bool is_done = false;
  endpoints found{};
};

/// Nothing without a secret: nothing leaves unsigned.
std::optional<message> message_of(const receiver_url& to, const posting& what,
                                  const std::string& agent) {
  message made{beast::http::verb::post, to.target, 11};
  made.body() =
      notification_json(what.what).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const auto id = to_string(what.delivery);
  const auto timestamp =
      std::chrono::floor<std::chrono::seconds>(what.sent_at).time_since_epoch().count();
  made.set(beast::http::field::host, to.authority);
  made.set(beast::http::field::user_agent, agent);
  made.set(beast::http::field::content_type, "application/json");
  made.set(beast::http::field::connection, "close");
  if (what.trace != trace_id{}) made.set("traceparent", format_traceparent(what.trace));
  made.set("webhook-id", id);
  made.set("webhook-timestamp", std::to_string(timestamp));
  const auto signature = webhook_signature(what.secret, id, timestamp, made.body());
  if (!signature) return std::nullopt;
  made.set("webhook-signature", *signature);
  made.prepare_payload();
  return made;
}

using answer_parser = beast::http::response_parser<beast::http::buffer_body>;

/// Reads and forgets what little there may be, so that the receiver can end in peace.
template <class Stream>
asio::awaitable<void> read_away(Stream& stream, beast::flat_buffer& buffer, answer_parser& parser) {
  std::array<char, longest_answer> sink;
  auto& body = parser.get().body();
  body.data = sink.data();
  body.size = sink.size();
  body.more = true;
  error_code ignored;
  while (!parser.is_done() && body.size > 0 && !ignored) {
    const auto [error, size] =
        co_await beast::http::async_read_some(stream, buffer, parser, as_value);
    ignored = error;
  }
}

/// Sends the message and judges the answer.
template <class Stream>
asio::awaitable<result> converse(Stream& stream, const message& sent,
                                 const courier_options& options) {
  auto& wire = beast::get_lowest_layer(stream);
  wire.expires_after(options.write_timeout);
  const auto [unsent, size] = co_await beast::http::async_write(stream, sent, as_value);
  if (unsent) co_return failure(unsent, post_trouble::connection_lost);

  wire.expires_after(options.answer_timeout);
  beast::flat_buffer buffer{longest_header};
  for (int n = 0; n <= most_interim_answers; ++n) {
    answer_parser parser;
    parser.header_limit(longest_header);
    parser.body_limit(boost::none);
    const auto [unread, got] =
        co_await beast::http::async_read_header(stream, buffer, parser, as_value);
    if (unread) {
      const auto otherwise =
          is_no_http(unread) ? post_trouble::bad_answer : post_trouble::connection_lost;
      co_return failure(unread, otherwise);
    }
    const auto status = static_cast<int>(parser.get().result_int());
    if (status < 200) continue;
    co_await read_away(stream, buffer, parser);
    if (status < 300) co_return std::nullopt;
    co_return post_failure{post_trouble::status, status};
  }
  co_return failure(post_trouble::bad_answer);
}

asio::awaitable<result> connect(beast::tcp_stream& stream, const endpoints& to,
                                const courier_options& options) {
  const auto end = std::chrono::steady_clock::now() + options.connect_timeout;
  auto left = std::ssize(to);
  error_code last = asio::error::host_not_found;
  for (const auto& each : to) {
    // One that says nothing leaves as much time to the others.
    stream.expires_after((end - std::chrono::steady_clock::now()) / left--);
    const auto [error] = co_await stream.async_connect(each, as_value);
    if (!error) co_return std::nullopt;
    last = error;
    stream.close();
  }
  co_return failure(last, post_trouble::no_connection);
}

}  // namespace

struct web_courier::parts {
  explicit parts(courier_options given) : options{std::move(given)} {
    tls.set_default_verify_paths();
    if (!options.authorities.empty()) tls.load_verify_file(options.authorities);
    tls.set_verify_mode(ssl::verify_peer);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
    worker = std::thread{[this] { io.run(); }};
  }
  ~parts() {
    io.stop();
    names.stop();
    worker.join();
    names.join();
  }

  asio::awaitable<result> deliver(posting what);
  asio::awaitable<result> deliver_plainly(const endpoints& to, const message& sent);
  asio::awaitable<result> deliver_securely(const receiver_url& url, const endpoints& to,
                                           const message& sent);
  asio::awaitable<boost::system::result<endpoints, post_trouble>> find(const receiver_url& url);

  const courier_options options;
  ssl::context tls{ssl::context::tls_client};
  std::atomic<std::size_t> look_ups{0};
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> open{io.get_executor()};
  asio::thread_pool names{look_ups_at_once};
  std::thread worker;
};

/// The host's addresses, all of which have to be public ones unless others are allowed: a name that
/// leads to both kinds is none that we trust.
asio::awaitable<boost::system::result<endpoints, post_trouble>> web_courier::parts::find(
    const receiver_url& url) {
  if (look_ups >= most_look_ups) co_return post_trouble::timed_out;
  ++look_ups;
  auto waiting = std::make_shared<look_up>(look_up{asio::steady_timer{io}});
  waiting->patience.expires_after(options.look_up_timeout);
  asio::post(names, [this, waiting, host = url.host, port = url.port] {
    endpoints found;
    error_code error;
    asio::io_context here;
    tcp::resolver resolver{here};
    const auto entries =
        resolver.resolve(host, std::to_string(port), tcp::resolver::numeric_service, error);
    for (const auto& each : entries) found.push_back(each.endpoint());
    --look_ups;
    asio::post(io, [waiting, found = std::move(found)]() mutable {
      waiting->is_done = true;
      waiting->found = std::move(found);
      waiting->patience.cancel();
    });
  });
  co_await waiting->patience.async_wait(as_value);
  if (!waiting->is_done) co_return post_trouble::timed_out;
  if (waiting->found.empty()) co_return post_trouble::name_not_found;
  const bool is_allowed =
      options.rules.private_addresses ||
      std::ranges::all_of(waiting->found, [](auto& each) { return is_public(each.address()); });
  if (!is_allowed) co_return post_trouble::address_not_allowed;
  co_return std::move(waiting->found);
}

asio::awaitable<result> web_courier::parts::deliver_plainly(const endpoints& to,
                                                            const message& sent) {
  beast::tcp_stream stream{io};
  if (auto why = co_await connect(stream, to, options)) co_return why;
  co_return co_await converse(stream, sent, options);
}

asio::awaitable<result> web_courier::parts::deliver_securely(const receiver_url& url,
                                                             const endpoints& to,
                                                             const message& sent) {
  ssl::stream<beast::tcp_stream> stream{io, tls};
  error_code is_name;
  asio::ip::make_address(url.host, is_name);
  // An address is not to be sent (RFC 6066 section 3).
  if (is_name && SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str()) != 1)
    co_return failure(post_trouble::tls_failed);
  stream.set_verify_callback(ssl::host_name_verification(url.host));
  if (auto why = co_await connect(stream.next_layer(), to, options)) co_return why;
  stream.next_layer().expires_after(options.handshake_timeout);
  const auto [error] = co_await stream.async_handshake(ssl::stream_base::client, as_value);
  if (error) co_return failure(error, post_trouble::tls_failed);
  co_return co_await converse(stream, sent, options);
}

asio::awaitable<result> web_courier::parts::deliver(posting what) {
  const auto url = parse_receiver_url(what.url, options.rules);
  if (!url) co_return failure(post_trouble::url_not_allowed);
  const auto sent = message_of(*url, what, options.agent);
  if (!sent) co_return failure(post_trouble::url_not_allowed);
  const auto to = co_await find(*url);
  if (!to) co_return failure(to.error());
  if (!url->is_secure) co_return co_await deliver_plainly(*to, *sent);
  co_return co_await deliver_securely(*url, *to, *sent);
}

web_courier::web_courier(courier_options options)
    : parts_{std::make_unique<parts>(std::move(options))} {}

web_courier::~web_courier() = default;

void web_courier::stop() {
  parts_.reset();
}

void web_courier::carry(posting what, done tell) {
  if (!parts_) return;
  asio::co_spawn(parts_->io, parts_->deliver(std::move(what)),
                 [tell = std::move(tell)](const std::exception_ptr& thrown, result how) {
                   if (thrown) how = failure(post_trouble::connection_lost);
                   tell(how);
                 });
}

}  // namespace rentwave::http
