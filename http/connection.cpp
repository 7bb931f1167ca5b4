#include "http/connection.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio.hpp>

#include <array>

#include "http/as_value.hpp"
#include "http/call.hpp"
#include "http/incoming.hpp"
#include "http/problems.hpp"
#include "http/request_log.hpp"
#include "http/response_text.hpp"
#include "http/trace_context.hpp"
#include "http/websocket/live_socket.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How long, and how much, a client may go on sending after we answered without reading it all:
/// closing at once would reset the connection before it has read the answer (RFC 9112 section 9.6).
constexpr milliseconds linger_time{1'000};
constexpr std::size_t linger_bytes = 16 * 1024 * 1024;
constexpr std::size_t linger_read = 8 * 1024;

constexpr unsigned switching_protocols = 101;

/// Probes are welcome however often.
std::optional<problem> address_asks_too_often(const call_state& one) {
  if (one.is_probe()) return std::nullopt;
  const auto wait = one.shared->by_address.take(one.client, steady_clock::now());
  if (!wait) return std::nullopt;
  return rate_limited("Too many requests come from this address.", *wait);
}

/// `found`: its route, or null. `took`: nothing where it was refused without being tried.
void note(service& shared, const request& asked, const route* found, const response& made,
          std::optional<steady_clock::duration> took = {}) {
  auto& counted = shared.api.counted();
  counted.note(found, made.status, took);
  if (made.status == 429) ++counted.rate_limited;
  log_request(asked, found, made, took);
}

/// A longer one counts among the bytes of all bodies until the client has taken it: of what may be
/// open at once nobody takes much with shorter ones.
constexpr std::size_t long_answer = 16 * 1024;

bool takes_photo(const call_state& one) {
  return one.where.found && one.where.found->takes == body_form::photo;
}

std::size_t longest_body(const call_state& one) {
  const auto& limits = one.shared->limits;
  return takes_photo(one) ? limits.photo_bytes : limits.body_bytes;
}

problem too_busy() {
  return try_later("overloaded", "Too many requests are under way.");
}

}  // namespace

connection::connection(asio::ip::tcp::socket socket, std::shared_ptr<service> shared)
    : shared_(std::move(shared)),
      stream_(std::make_shared<client_stream>(std::move(socket), shared_->tls())),
      turned_away_(shared_->turning_away()),
      watch_(stream_->executor()),
      answered_(stream_->executor()) {
  error_code error;
  const auto remote = stream_->socket().remote_endpoint(error);
  if (!error) remote_address_ = remote.address().to_string();
  client_ = rate_key(remote_address_);
  stream_->socket().set_option(asio::ip::tcp::no_delay{true}, error);
}

connection::~connection() {
  shared_->leave(this);
}

void connection::start(asio::ip::tcp::socket socket, std::shared_ptr<service> shared) {
  const auto strand = socket.get_executor();
  auto one = std::make_shared<connection>(std::move(socket), shared);
  const bool entered = shared->enter(one, one->remote_address_, one->client_);
  // To tell it by TLS would cost more than to serve it.
  if (!entered && (shared->is_stopping() || shared->tls())) return;
  if (!entered && !one->turned_away_.grow(1)) return;  // too many even to tell them
  asio::co_spawn(strand, entered ? one->serve() : one->turn_away(),
                 [one](std::exception_ptr failure) {
                   if (failure) spdlog::error("A connection of {} broke.", one->remote_address_);
                   one->shared_->leave(one.get());  // a call may keep it alive for a while
                 });
}

void connection::close_when_idle() {
  asio::post(stream_->executor(), [self = shared_from_this()] {
    if (self->doing_ == doing::waiting || self->doing_ == doing::greeting) self->expire();
    if (self->socket_)
      self->socket_->leave(close_code::going_away, ending::stopping, "shutting down");
  });
}

void connection::cut() {
  asio::post(stream_->executor(), [self = shared_from_this()] {
    self->close();
    self->answered_.cancel();
  });
}

awaitable<void> connection::serve() {
  begin(doing::greeting, shared_->limits.header_timeout);
  // Named: GCC 12 makes a trap of an await in the condition of an `if` with an `else if`.
  const bool is_plain = co_await stream_->has_plain_client();
  if (is_plain) {
    co_await refuse_plain();
  } else {
    const auto failed = co_await stream_->handshake();
    if (!failed) co_await serve_requests();
    if (socket_) co_await serve_socket();
  }
  close();
}

/// Its time-outs are its own.
awaitable<void> connection::serve_socket() {
  begin(doing::upgraded, milliseconds{0});
  co_await socket_->run();
}

awaitable<void> connection::serve_requests() {
  incoming in{shared_->limits};
  auto then = next::another;
  while (then == next::another) {
    if (!co_await wait_for_request(in)) break;
    then = co_await exchange(in);
    is_first_ = false;
  }
  if (then == next::upgrade) co_return;
  const bool is_unread = then == next::leave_unread || in.has_bytes();
  if (is_unread || stream_->is_secure()) co_await linger();
}

awaitable<void> connection::turn_away() {
  ++shared_->api.counted().connections_turned_away;
  request nobody;
  nobody.trace = new_trace_id();
  const auto made = to_response(
      try_later("overloaded", "Too many connections are open, altogether or from this address."),
      nobody);
  co_await write(nobody, made, false, false);
  co_await linger();
  close();
}

/// In words that such a client reads, which those of TLS are not.
awaitable<void> connection::refuse_plain() {
  stream_->become_plain();
  incoming in{shared_->limits};
  co_await read_head(in);  // for its method; whatever else it is, the answer is the same
  auto why = make_problem(400, "https_required", "HTTPS required",
                          "This port speaks https only, and was asked by plain http.");
  co_await refuse(std::move(why), unknown_request(in));
  co_await linger();
}

awaitable<bool> connection::wait_for_request(incoming& in) {
  if (in.has_bytes()) co_return true;
  const auto& limits = shared_->limits;
  begin(doing::waiting, is_first_ ? limits.header_timeout : limits.idle_timeout);
  if (shared_->is_stopping()) co_return false;
  while (!in.has_bytes())
    if (!co_await read_some(in)) co_return in.has_bytes();
  co_return true;
}

/// False once it has taken too long, too: what is on its way arrives though we read no more.
awaitable<bool> connection::read_some(incoming& in) {
  const auto [error, size] = co_await stream_->read_some(in.room());
  in.arrived(size);
  co_return !error && !expired_;
}

awaitable<connection::reading> connection::read_head(incoming& in) {
  begin(doing::reading, shared_->limits.header_timeout);
  in.begin();
  for (;;) {
    const auto so_far = in.read_head();
    if (so_far == incoming::progress::done) co_return reading::done;
    if (so_far == incoming::progress::broken) co_return reading::failed;
    if (!co_await read_some(in)) co_return reading::failed;
  }
}

/// The body counts as it comes, so that whoever only promises one takes nothing.
awaitable<connection::reading> connection::read_body(incoming& in, body_room& room) {
  begin(doing::reading, shared_->limits.body_timeout);
  for (;;) {
    const auto so_far = in.read_body();
    if (!room.grow(in.body_size() - room.size())) co_return reading::crowded;
    if (so_far == incoming::progress::done) co_return reading::done;
    if (so_far == incoming::progress::broken) co_return reading::failed;
    if (!co_await read_some(in)) co_return reading::failed;
  }
}

awaitable<connection::next> connection::exchange(incoming& in) {
  if (co_await read_head(in) != reading::done)
    co_return co_await refuse_unreadable(in, unknown_request(in));
  auto head = accept_head(in.head());
  if (!head) co_return co_await refuse(std::move(head).error(), unknown_request(in));

  auto one = std::make_shared<call_state>();
  one->shared = shared_;
  one->asked = std::move(head->asked);
  one->asked.remote_address = remote_address_;
  one->asked.is_secure = stream_->is_secure();
  shared_->trusted.look_through(one->asked);
  const auto& from = one->asked.remote_address;
  one->client = from == remote_address_ ? client_ : rate_key(from);
  one->is_about_server = head->is_about_server;
  one->keep_alive = head->keep_alive;
  if (!one->is_about_server) one->where = shared_->routes.find(one->asked.method, head->segments);
  one->asked.parameters = std::move(one->where.parameters);
  if (!in.allow_body(longest_body(*one)))
    co_return co_await refuse_unreadable(in, std::move(one->asked), one->where.found);

  // Before the body: who is refused need not send it, and is not asked to.
  if (const auto why = address_asks_too_often(*one))
    co_return co_await refuse_unread(in, *one, *why);
  if (in.has_body() && takes_photo(*one)) {
    begin(doing::answering, milliseconds{0});  // each wait behind it has an end of its own
    const auto why = co_await turned_down_unread(one);
    if (why) co_return co_await refuse_unread(in, *one, *why);
  }
  if (in.has_body() && head->expects_continue) {
    if (!one->where.found) {
      const auto made = co_await respond(one);
      note(*shared_, one->asked, nullptr, made);
      co_await write(one->asked, made, false, false);
      co_return next::leave_unread;
    }
    if (!in.has_bytes() && !co_await write_continue()) co_return next::leave;
  }
  one->body = shared_->room_for_body(one->client);
  const auto read = co_await read_body(in, one->body);
  if (read == reading::crowded) {
    ++shared_->api.counted().overloaded;
    co_return co_await refuse(too_busy(), std::move(one->asked), one->where.found);
  }
  if (read == reading::failed)
    co_return co_await refuse_unreadable(in, std::move(one->asked), one->where.found);
  one->asked.body = in.take_body();

  const auto began = steady_clock::now();
  // Only now, so that a slow upload keeps nobody out.
  one->permit = shared_->permits();
  response made;
  if (one->is_probe() || one->permit.grow(1)) {
    made = co_await run(one);
    // However long the client takes to read the answer.
    if (!one->given_up) one->permit = {};
  } else {
    ++shared_->api.counted().overloaded;
    made = to_response(too_busy(), one->asked);
  }
  if (made.body.size() > long_answer && !one->body.grow(made.body.size())) {
    ++shared_->api.counted().overloaded;
    made = to_response(too_busy(), one->asked);
  }
  if (made.status == switching_protocols)
    if (const auto why = upgrade(in, *one)) made = to_response(*why, one->asked);
  note(*shared_, one->asked, one->where.found, made, steady_clock::now() - began);
  if (socket_) co_return next::upgrade;
  co_return co_await write(one->asked, made, one->keep_alive, in.is_http_1_0());
}

std::optional<problem> connection::upgrade(const incoming& in, call_state& one) {
  // RFC 6455 section 4.1: it has to wait for our answer.
  if (in.has_bytes())
    return make_problem(400, "bad_request", "Bad request", "Frames came before the handshake.");
  auto place = shared_->live.enter(one.asked.who->account);
  if (!place) return place.error();
  socket_ = std::make_shared<live_socket>(stream_, shared_, *std::move(place), one.asked);
  return std::nullopt;
}

/// The connection stays when the whole body has come with the header.
awaitable<connection::next> connection::refuse_unread(incoming& in, const call_state& one,
                                                      const problem& why) {
  const auto made = to_response(why, one.asked);
  note(*shared_, one.asked, one.where.found, made);
  const bool is_whole = in.read_body() == incoming::progress::done;
  const auto then = co_await write(one.asked, made, is_whole && one.keep_alive, in.is_http_1_0());
  co_return is_whole ? then : next::leave_unread;
}

request connection::unknown_request(const incoming& in) {
  request asked;
  asked.trace = new_trace_id();
  if (in.asks_for_head()) asked.method = verb::head;
  return asked;
}

awaitable<connection::next> connection::refuse_unreadable(incoming& in, request asked,
                                                          const route* found) {
  if (expired_) {
    auto why = make_problem(408, "request_timeout", "Request timeout",
                            "The request took too long to arrive.");
    co_return co_await refuse(std::move(why), std::move(asked), found);
  }
  auto why = in.complaint();
  if (!why) co_return next::leave;  // the client went
  co_return co_await refuse(*std::move(why), std::move(asked), found);
}

awaitable<connection::next> connection::refuse(problem what, request asked, const route* found) {
  const auto made = to_response(what, asked);
  note(*shared_, asked, found, made);
  co_await write(asked, made, false, false);
  co_return next::leave_unread;
}

awaitable<response> connection::run(std::shared_ptr<call_state> one) {
  begin(doing::answering, milliseconds{0});
  asio::co_spawn(stream_->executor(), respond(one),
                 [self = shared_from_this(), one](std::exception_ptr failure, response made) {
                   if (one->given_up) return;       // the timer may be another request's by now
                   if (failure) made.status = 500;  // out of memory: nothing to say it with
                   one->result = std::move(made);
                   self->answered_.cancel();
                 });
  const auto patience = shared_->limits.request_timeout;
  answered_.expires_at(patience.count() == 0 ? time_point::max() : steady_clock::now() + patience);
  if (!one->result) co_await answered_.async_wait(as_value);
  if (one->result) co_return *std::move(one->result);
  // It goes on, and keeps its permit, until its own waits end it.
  one->given_up = true;
  co_return to_response(
      try_later("timed_out", "There was no answer in time; it may have had its effect."),
      one->asked);
}

awaitable<connection::next> connection::write(const request& asked, const response& made,
                                              bool keep_alive, bool is_old) {
  const bool we_close = keep_alive && shared_->is_stopping();
  if (we_close) keep_alive = false;
  const auto then = !keep_alive ? after_answer::close
                    : is_old    ? after_answer::keep_and_tell
                                : after_answer::keep;
  const auto head = head_text(made, asked, then, shared_->other_pages.fields(asked));
  const bool has_body = may_have_body(made.status) && asked.method != verb::head;
  const std::array<asio::const_buffer, 2> parts{
      asio::buffer(head), has_body ? asio::buffer(made.body) : asio::const_buffer{}};
  begin(doing::writing, shared_->limits.write_timeout);
  const auto [error, size] = co_await stream_->write(parts);
  if (error) co_return next::leave;
  if (keep_alive) co_return next::another;
  // The client, which does not know it yet, may be sending its next request.
  co_return we_close ? next::leave_unread : next::leave;
}

awaitable<bool> connection::write_continue() {
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  begin(doing::writing, shared_->limits.write_timeout);
  const auto [error, size] = co_await stream_->write(
      {asio::const_buffer{go_on.data(), go_on.size()}, asio::const_buffer{}});
  co_return !error;
}

awaitable<void> connection::linger() {
  begin(doing::leaving, linger_time);
  co_await stream_->end_writing();
  std::array<char, linger_read> sink;
  for (std::size_t read = 0; read < linger_bytes;) {
    const auto [error, size] = co_await stream_->discard_some(asio::buffer(sink));
    if (error) break;
    read += size;
  }
}

void connection::begin(doing what, milliseconds at_most) {
  doing_ = what;
  expired_ = false;
  due_ = at_most.count() == 0 ? time_point::max() : steady_clock::now() + at_most;
  if (due_ < wakes_at_) watch();
}

void connection::watch() {
  wakes_at_ = due_;
  watch_.expires_at(due_);
  watch_.async_wait([weak = weak_from_this()](const error_code& error) {
    if (error) return;
    if (const auto self = weak.lock()) self->wake();
  });
}

void connection::wake() {
  wakes_at_ = time_point::max();
  if (due_ == time_point::max()) return;
  if (steady_clock::now() < due_) return watch();
  due_ = time_point::max();
  expire();
}

/// Makes what is being done fail now, and whatever comes between it and its failure too: a
/// cancelled operation could be followed by another before the coroutine hears of it.
void connection::expire() {
  expired_ = true;
  switch (doing_) {
    case doing::waiting:
    case doing::reading:
      stream_->stop_reading();
      break;
    case doing::answering:
    case doing::upgraded:
      break;
    case doing::greeting:
    case doing::writing:
    case doing::leaving:
      close();
      break;
  }
}

void connection::close() {
  stream_->close();
}

}  // namespace rentwave::http
