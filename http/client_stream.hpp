// A client's bytes, plain or by TLS: what a connection reads and writes without knowing which. On
// the connection's strand; a stream of its own for each.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <memory>

namespace rentwave::http {

class tls_context;

class client_stream {
 public:
  using error_code = boost::system::error_code;

  /// Without a context it is plain.
  client_stream(boost::asio::ip::tcp::socket socket, std::shared_ptr<tls_context> context);
  ~client_stream();

  bool is_secure() const { return tls_ != nullptr; }
  boost::asio::ip::tcp::socket& socket() { return socket_; }
  boost::asio::any_io_executor executor() { return socket_.get_executor(); }

  /// Whether the client begins with a letter, as HTTP does and TLS never, although it should speak
  /// TLS. Waits for the first byte and leaves it unread; false at once when the stream is plain.
  boost::asio::awaitable<bool> has_plain_client();
  /// From now on it is plain; before the handshake.
  void become_plain();
  /// Before anything else; done at once when it is plain.
  boost::asio::awaitable<error_code> handshake();

  /// Both say how much was done; nothing only with an error.
  struct done {
    error_code error;
    std::size_t size = 0;
  };
  boost::asio::awaitable<done> read_some(boost::asio::mutable_buffer into);
  /// All of it.
  boost::asio::awaitable<done> write(std::array<boost::asio::const_buffer, 2> parts);

  /// Says that nothing more comes from us, so that the client can tell an end from a cut. By TLS it
  /// waits for the client to say the same: give it a time-out.
  boost::asio::awaitable<void> end_writing();
  /// Reads on without looking, after `end_writing`.
  boost::asio::awaitable<done> discard_some(boost::asio::mutable_buffer sink);
  /// What is being read, and what would be, fails.
  void stop_reading();
  void close();

  /// Calls `act` with the stream of Asio's that the bytes go through, for whoever speaks another
  /// protocol over it; defined in client_stream_parts.hpp.
  template <class Act>
  auto with_parts(Act&& act);

 private:
  struct tls;  ///< OpenSSL's part

  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<tls> tls_;
};

}  // namespace rentwave::http
