// One client's connection: reads requests one after the other, has them answered, writes the
// answers. Lives on a strand of its own; owned by the coroutine that runs it, and for as long as
// that takes by a call that it has given up, which still ends there.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "http/client_stream.hpp"
#include "http/exchange.hpp"
#include "http/share.hpp"

namespace rentwave::http {

class body_room;
class incoming;
class live_socket;
class service;
struct call_state;

class connection : public std::enable_shared_from_this<connection> {
 public:
  /// The socket's executor has to be a strand.
  connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<service> shared);
  ~connection();

  /// Begins, if the server has room for one more; else answers 503 and closes, or closes at once
  /// when many others are being told so.
  static void start(boost::asio::ip::tcp::socket socket, std::shared_ptr<service> shared);

  // from any thread
  /// Closes if nothing is under way; otherwise the connection closes itself after its answer.
  void close_when_idle();
  /// Closes now.
  void cut();

 private:
  enum class doing { greeting, waiting, reading, answering, writing, leaving, upgraded };
  /// `leave_unread`: the client may still be sending; `upgrade`: it speaks WebSocket from now on.
  enum class next { another, leave, leave_unread, upgrade };
  /// `crowded`: all bodies together are too large, or all of this client's.
  enum class reading { done, failed, crowded };

  boost::asio::awaitable<void> serve();
  boost::asio::awaitable<void> serve_requests();
  boost::asio::awaitable<void> turn_away();
  boost::asio::awaitable<void> refuse_plain();
  boost::asio::awaitable<bool> wait_for_request(incoming& in);
  boost::asio::awaitable<next> exchange(incoming& in);
  boost::asio::awaitable<bool> read_some(incoming& in);
  boost::asio::awaitable<reading> read_head(incoming& in);
  boost::asio::awaitable<reading> read_body(incoming& in, body_room& room);
  /// For answers to what has no header that could be read.
  static request unknown_request(const incoming& in);
  boost::asio::awaitable<next> refuse_unreadable(incoming& in, request asked,
                                                 const route* found = nullptr);
  boost::asio::awaitable<next> refuse(problem what, request asked, const route* found = nullptr);
  boost::asio::awaitable<next> refuse_unread(incoming& in, const call_state& one,
                                             const problem& why);
  boost::asio::awaitable<response> run(std::shared_ptr<call_state> one);
  boost::asio::awaitable<next> write(const request& asked, const response& made, bool keep_alive,
                                     bool is_old);
  boost::asio::awaitable<bool> write_continue();
  /// Makes it a WebSocket's, or says why not.
  std::optional<problem> upgrade(const incoming& in, call_state& one);
  boost::asio::awaitable<void> serve_socket();
  boost::asio::awaitable<void> linger();

  void begin(doing what, std::chrono::milliseconds at_most);
  void watch();
  void wake();
  void expire();
  void close();

  using time_point = std::chrono::steady_clock::time_point;

  std::shared_ptr<service> shared_;
  const std::shared_ptr<client_stream> stream_;  ///< shared with `socket_` alone
  std::string remote_address_;
  std::string client_;  ///< what that counts as for limits: its `rate_key`
  share turned_away_;   ///< one, when the server has no room for it

  doing doing_ = doing::waiting;
  bool is_first_ = true;
  bool expired_ = false;  ///< what it does now took too long
  // One timer for all time-outs, which a request moves several times: it sleeps on when it wakes
  // before the deadline, so that moving that costs nothing.
  boost::asio::steady_timer watch_;
  time_point due_ = time_point::max();
  time_point wakes_at_ = time_point::max();
  boost::asio::steady_timer answered_;  ///< cancelled when the call under way has its answer

  std::shared_ptr<live_socket> socket_;  ///< once it is upgraded
};

}  // namespace rentwave::http
