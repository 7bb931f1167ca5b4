#include "http/websocket/live_socket.hpp"

#include <boost/asio.hpp>

#include "http/as_value.hpp"
#include "http/operations.hpp"
#include "http/service.hpp"
#include "http/views.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;

constexpr int notices_page = 100;
/// So much silence, in pings that were not answered, is death.
constexpr int most_unanswered_pings = 3;
/// What the system keeps for a client that does not read, of which it makes twice as much.
constexpr int send_buffer_bytes = 64 * 1024;

bool is_admin(backend& api, const identity& who) {
  const auto* operators = api.operators();
  return operators && operators->is_admin(who);
}

complaint as_complaint(const problem& why) {
  return {why.code, why.detail};
}

}  // namespace

live_socket::live_socket(std::shared_ptr<client_stream> over, std::shared_ptr<service> shared,
                         sockets::seat place, request asked)
    : shared_(std::move(shared)),
      seat_(std::move(place)),
      stream_(std::move(over)),
      who_(*asked.who),
      client_(rate_key(asked.remote_address)),
      opening_(std::move(asked)),
      frames_(*stream_, shared_->limits.socket_message_bytes,
              shared_->limits.socket_close_patience),
      talk_(shared_->limits.watches_per_socket, is_admin(shared_->api, who_)),
      outbox_(shared_->limits.socket_queue_bytes),
      pulse_(stream_->executor()) {}

// --- its life ---

awaitable<void> live_socket::run() {
  error_code ignored;
  stream_->socket().set_option(asio::socket_base::send_buffer_size{send_buffer_bytes}, ignored);
  const auto failed = co_await frames_.accept(*opening_);
  opening_.reset();
  if (failed) {
    end_as(ending::lost);
  } else {
    co_await live();
  }
  // What is under way for it may keep it for a while.
  pulse_.cancel();
  outbox_.clear();
  for (const auto& [about, feed] : std::exchange(followed_, {})) feed->remove(this);
  seat_.reset();
}

awaitable<void> live_socket::live() {
  is_open_ = true;
  hear();
  frames_.on_control([this] { hear(); });
  beat();
  if (shared_->is_stopping()) leave(close_code::going_away, ending::stopping, "shutting down");
  if (!ending_) co_await watch_session();
  co_await listen();
  if (is_closing_ && !is_closed_) co_await pulse_.async_wait(as_value);
}

awaitable<void> live_socket::listen() {
  using what = frames::received::what;
  for (;;) {
    auto got = co_await frames_.read();
    hear();
    switch (got.is) {
      case what::closed:
        co_return end_as(ending::client);
      case what::broken:
        co_return end_as(ending::broken);
      case what::lost:
        co_return end_as(ending::lost);
      case what::not_text:
        leave(close_code::not_text, ending::broken, "text only");
        break;
      case what::bad_utf8:
        leave(close_code::bad_utf8, ending::broken, "no UTF-8");
        break;
      case what::text:
        if (!ending_) co_await take(got.text);
        break;
    }
  }
}

void live_socket::leave(close_code code, ending how, std::string_view why) {
  if (ending_ || !is_open_) return;
  end_as(how);
  goodbye_ = {code, why};
  is_closing_ = true;
  // The last error says why.
  if (how != ending::not_understood) outbox_.clear();
  if (!is_writing_) say_goodbye();
  // Should the client not answer, or not even read.
  pulse_.expires_after(shared_->limits.socket_close_patience);
  pulse_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error) self->stream_->close();
  });
}

void live_socket::say_goodbye() {
  frames_.close(goodbye_.code, goodbye_.why,
                [self = shared_from_this()](const error_code&) { self->closed(); });
}

void live_socket::closed() {
  is_closed_ = true;
  pulse_.cancel();
}

void live_socket::cut(ending how) {
  end_as(how);
  stream_->close();
}

/// The first reason counts.
void live_socket::end_as(ending how) {
  if (ending_) return;
  ending_ = how;
  ++shared_->api.counted().websockets_closed[static_cast<std::size_t>(how)];
}

// --- what the client says ---

awaitable<void> live_socket::take(std::string_view text) {
  if (asks_too_often()) {
    object(talk_.refuse({"rate_limited", "Too many messages come from this account or address."}));
    co_return;
  }
  const auto reaction = talk_.take(text);
  if (const auto* hello = std::get_if<conversation::greet>(&reaction)) co_await greet(hello->after);
  if (const auto* wanted = std::get_if<conversation::follow>(&reaction))
    co_await follow(wanted->what);
  if (const auto* unwanted = std::get_if<conversation::unfollow>(&reaction))
    unfollow(unwanted->what);
  if (std::holds_alternative<conversation::answer_ping>(reaction)) say(pong_text());
  if (const auto* wrong = std::get_if<conversation::object>(&reaction)) object(*wrong);
}

/// A message counts as a request does.
bool live_socket::asks_too_often() {
  const auto is_over = [now = clock::now()](token_buckets& rates, const std::string& whose) {
    return rates.take(whose, now).has_value();
  };
  return is_over(shared_->by_address, client_) ||
         is_over(shared_->by_account, to_string(who_.account));
}

void live_socket::object(const conversation::object& what) {
  say(error_text(what.why.code, what.why.detail));
  if (what.is_last) leave(close_code::policy, ending::not_understood, "not understood");
}

awaitable<void> live_socket::greet(std::optional<std::int64_t> after) {
  const auto refused = co_await greeted(after);
  if (!refused) co_return;
  talk_.give_up_greeting();
  object({*refused});
}

awaitable<std::optional<complaint>> live_socket::greeted(std::optional<std::int64_t> after) {
  const auto box = inbox_ref(who_.account);
  const std::weak_ptr<watcher> self = weak_from_this();
  const auto unwatched = co_await shared_->live.watches.watch(box, self);
  if (unwatched) co_return as_complaint(*unwatched);
  const auto found = co_await shared_->api.view(box);
  if (!found) co_return as_complaint(found.error());
  const auto last = (*found)->as<inbox::state>().last;
  if (after.value_or(last) > last)
    co_return complaint{"unknown_cursor", "There was no notification with this cursor."};
  cursor_ = after.value_or(last);
  is_greeted_ = true;
  say(welcome_text(who_.session, cursor_));
  if (wants_notices_ || cursor_ < last) want_notices();  // a hint may have come while we looked
  co_return std::nullopt;
}

awaitable<void> live_socket::follow(topic about) {
  const std::weak_ptr<follower> self = weak_from_this();
  const auto followed = co_await shared_->live.topics.follow(about, self, who_.account);
  if (followed) {
    followed_.insert_or_assign(about, *followed);
    co_return;
  }
  talk_.give_up(about);
  object({as_complaint(followed.error())});
}

void live_socket::unfollow(const topic& about) {
  const auto found = followed_.find(about);
  if (found == followed_.end()) return;
  found->second->remove(this);
  followed_.erase(found);
}

// --- what it is told ---

void live_socket::changed(const entity_ref& where) {
  const bool is_session = where.kind == entity_kind::session;
  asio::post(stream_->executor(), [weak = weak_from_this(), is_session] {
    const auto self = weak.lock();
    if (!self || self->ending_) return;
    if (!is_session) return self->want_notices();
    self->shared_->api.forget_session(self->who_.session);
    asio::co_spawn(self->stream_->executor(), self->confirm_session(),
                   [self](std::exception_ptr) {});
  });
}

void live_socket::tell(const topic& about, const text_ptr& text) {
  asio::post(stream_->executor(), [weak = weak_from_this(), about, text] {
    const auto self = weak.lock();
    if (self && self->followed_.contains(about)) self->say(text);
  });
}

awaitable<void> live_socket::watch_session() {
  const auto session = session_ref(who_.session);
  const std::weak_ptr<watcher> self = weak_from_this();
  const auto unwatched = co_await shared_->live.watches.watch(session, self);
  if (unwatched) {
    leave(close_code::try_again_later, ending::unavailable, "unavailable");
    co_return;
  }
  co_await confirm_session();
}

awaitable<void> live_socket::confirm_session() {
  const auto found = co_await shared_->api.view(session_ref(who_.session));
  if (!found) {
    leave(close_code::try_again_later, ending::unavailable, "unavailable");
  } else if ((*found)->as<session::state>().now != session::status::open) {
    leave(close_code::session_ended, ending::session_ended, "the session has ended");
  }
}

void live_socket::want_notices() {
  wants_notices_ = true;
  if (!is_greeted_ || is_reading_notices_ || ending_ || !outbox_.is_calm()) return;
  is_reading_notices_ = true;
  asio::co_spawn(stream_->executor(), read_notices(), [self = shared_from_this()](auto) {
    self->is_reading_notices_ = false;
    if (self->wants_notices_) self->want_notices();
  });
}

/// As much as there is room for; the rest once the client has taken that.
awaitable<void> live_socket::read_notices() {
  wants_notices_ = false;
  auto question = [owner = who_.account, after = cursor_](journal& in) {
    return in.notices(owner, after, notices_page);
  };
  const auto found = co_await shared_->api.read(std::move(question));
  if (!found) {
    leave(close_code::try_again_later, ending::unavailable, "unavailable");
    co_return;
  }
  for (const auto& row : *found) {
    if (!outbox_.is_calm()) break;
    say(notification_text(row.cursor, notification_json(row)));
    cursor_ = row.cursor;
  }
  const bool has_more = found->size() == notices_page;
  if (has_more || (!found->empty() && found->back().cursor != cursor_)) wants_notices_ = true;
}

// --- writing ---

void live_socket::say(text_ptr text) {
  if (ending_) return;
  if (!outbox_.push(std::move(text)))
    return leave(close_code::try_again_later, ending::too_slow, "read faster");
  if (!is_writing_) write_next();
}

void live_socket::write_next() {
  auto text = outbox_.pop();
  is_writing_ = text != nullptr;
  if (!text) return;
  writing_since_ = clock::now();
  frames_.write(std::move(text),
                [self = shared_from_this()](const error_code& error) { self->written(error); });
}

void live_socket::written(const error_code& error) {
  is_writing_ = false;
  if (!error) ++shared_->api.counted().websocket_messages;
  if (error && is_closing_) closed();
  if (error) return;  // reading fails, too
  write_next();
  if (is_closing_ && !is_writing_) say_goodbye();
  if (wants_notices_) want_notices();
}

// --- the pulse ---

void live_socket::beat() {
  const auto left = who_.until - shared_->api.clock().real_now();
  const duration interval = shared_->limits.socket_ping;
  pulse_.expires_after(std::clamp(left, duration::zero(), interval));
  pulse_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (!error && self && !self->ending_) self->pulse();
  });
}

void live_socket::pulse() {
  const auto now = clock::now();
  const auto& limits = shared_->limits;
  if (shared_->api.clock().real_now() >= who_.until)
    return leave(close_code::session_ended, ending::session_ended, "the token has expired");
  if (now - last_heard_ >= most_unanswered_pings * limits.socket_ping) return cut(ending::silent);
  const bool is_stuck = is_writing_ && limits.write_timeout.count() != 0 &&
                        now - writing_since_ >= limits.write_timeout;
  if (is_stuck) return leave(close_code::try_again_later, ending::too_slow, "read faster");
  say(ping_text());  // for pages, which do not see the other
  if (ending_) return;
  // Answered by every client's library.
  frames_.ping([self = shared_from_this()](const error_code&) {});
  beat();
}

}  // namespace rentwave::http
