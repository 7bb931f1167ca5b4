// One WebSocket from its opening to its end: what the client says is done in order, what it is told
// waits in a bounded outbox. Lives on its connection's strand; owned by the connection, and for as
// long as that takes by what is under way for it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>

#include "http/client_stream.hpp"
#include "http/exchange.hpp"
#include "http/websocket/conversation.hpp"
#include "http/websocket/endings.hpp"
#include "http/websocket/frames.hpp"
#include "http/websocket/outbox.hpp"
#include "http/websocket/sockets.hpp"

namespace rentwave::http {

class service;

class live_socket final : public std::enable_shared_from_this<live_socket>,
                          public watcher,
                          public follower {
 public:
  /// `asked` was found to be an opening handshake, by whom it says.
  live_socket(std::shared_ptr<client_stream> over, std::shared_ptr<service> shared,
              sockets::seat place, request asked);

  /// Until it is closed; the stream is done with then.
  boost::asio::awaitable<void> run();
  /// Closes in order: what waits is dropped, the client is told and has a while to say so. Does
  /// nothing before it is open: a server that stops is noticed then. On the strand.
  void leave(close_code code, ending how, std::string_view why);

  // from any thread
  void changed(const entity_ref& where) override;
  void tell(const topic& about, const text_ptr& text) override;

 private:
  using clock = std::chrono::steady_clock;

  boost::asio::awaitable<void> live();
  boost::asio::awaitable<void> listen();
  boost::asio::awaitable<void> take(std::string_view text);
  bool asks_too_often();
  boost::asio::awaitable<void> greet(std::optional<std::int64_t> after);
  boost::asio::awaitable<std::optional<complaint>> greeted(std::optional<std::int64_t> after);
  boost::asio::awaitable<void> follow(topic about);
  void unfollow(const topic& about);
  void object(const conversation::object& what);

  boost::asio::awaitable<void> watch_session();
  boost::asio::awaitable<void> confirm_session();
  void want_notices();
  boost::asio::awaitable<void> read_notices();

  void say(text_ptr text);
  void write_next();
  void written(const boost::system::error_code& error);

  void beat();
  void pulse();
  void hear() { last_heard_ = clock::now(); }
  /// Without a word.
  void cut(ending how);
  void end_as(ending how);
  void say_goodbye();
  void closed();

  const std::shared_ptr<service> shared_;
  std::optional<sockets::seat> seat_;  ///< until it has ended
  const std::shared_ptr<client_stream> stream_;
  const identity who_;
  const std::string client_;        ///< the `rate_key` of its address
  std::optional<request> opening_;  ///< until it has been answered
  frames frames_;
  conversation talk_;

  outbox outbox_;
  bool is_writing_ = false;
  clock::time_point writing_since_;

  clock::time_point last_heard_;
  boost::asio::steady_timer pulse_;

  bool is_greeted_ = false;
  std::int64_t cursor_ = 0;  ///< of the last notification that was sent, or need not be
  bool wants_notices_ = false;
  bool is_reading_notices_ = false;
  std::map<topic, std::shared_ptr<feed>> followed_;

  bool is_open_ = false;          ///< the handshake is done
  std::optional<ending> ending_;  ///< set once it is to end
  struct {
    close_code code{};
    std::string_view why;
  } goodbye_;                ///< why: a literal
  bool is_closing_ = false;  ///< in order: the goodbye is said, or will be
  bool is_closed_ = false;   ///< and all is done about it
};

}  // namespace rentwave::http
