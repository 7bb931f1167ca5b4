// The frames of one WebSocket (RFC 6455) over a client's stream: Beast, and what it leaves to its
// user. On the stream's strand; belongs to its socket, as do the functions that it calls back,
// each of which has to keep it alive.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/client_stream.hpp"
#include "http/exchange.hpp"
#include "http/websocket/messages.hpp"

namespace rentwave::http {

/// Why a side closes (RFC 6455 section 7.4, and api.md).
enum class close_code : std::uint16_t {
  going_away = 1001,
  not_text = 1003,
  bad_utf8 = 1007,
  policy = 1008,
  try_again_later = 1013,
  session_ended = 4401,
};

class frames {
 public:
  using error_code = boost::system::error_code;
  using then = std::function<void(error_code)>;

  /// Longer messages are answered by a close with 1009; 0: any. The patience is for the client to
  /// take the handshake's answer, and to answer a close.
  frames(client_stream& over, std::size_t most_bytes, std::chrono::milliseconds patience);
  ~frames();

  /// Answers the opening handshake, which was found to be one.
  boost::asio::awaitable<error_code> accept(const request& asked);

  struct received {
    /// `closed`: by the client, or for its breach of the protocol, which it was told; `lost`: the
    /// connection is gone.
    enum class what { text, not_text, bad_utf8, closed, broken, lost };
    what is{};
    std::string text{};
  };
  /// The next message.
  boost::asio::awaitable<received> read();
  /// Called at each control frame that comes.
  void on_control(std::function<void()> act);

  /// One at a time: until `done` is called.
  void write(text_ptr text, then done);
  /// A control frame, which the client's library answers; does nothing while one is on its way.
  void ping(then done);
  /// Sends a close frame once what is being written has gone, and waits for the client's. Once.
  void close(close_code code, std::string_view reason, then done);

 private:
  struct wire;
  std::unique_ptr<wire> wire_;
};

}  // namespace rentwave::http
