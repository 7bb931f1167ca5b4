// A request as it arrives: bytes in, a header and a body out, within the server's limits. No
// sockets: whoever owns it reads. One a connection, on its strand; one request after the other.
#pragma once

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "http/exchange.hpp"
#include "http/framing.hpp"
#include "http/options.hpp"

namespace rentwave::http {

class incoming {
 public:
  explicit incoming(const server_limits& limits);
  ~incoming();
  incoming(const incoming&) = delete;
  incoming& operator=(const incoming&) = delete;

  /// Where the next bytes belong; there is room whenever a part is `unfinished`.
  boost::asio::mutable_buffer room();
  /// So many of them came.
  void arrived(std::size_t size);
  /// Bytes are there that no request has taken; empty lines before one are none.
  bool has_bytes() const;

  /// The next request: what is there already is its beginning.
  void begin();

  enum class progress {
    unfinished,  ///< it wants more bytes
    done,
    broken,  ///< never to be read; `complaint` says why
  };
  progress read_head();
  /// How long this body may be (0: as it likes), where that is not `body_bytes` of the limits. To
  /// be called between header and body. False: its header says that it is longer; `complaint` says
  /// so.
  bool allow_body(std::size_t most);
  /// After the header; done at once when there is none.
  progress read_body();

  // of the header, once it is done
  raw_head head() const;
  bool has_body() const;
  bool is_http_1_0() const;

  /// HEAD, as far as the header was read.
  bool asks_for_head() const;
  /// As much of the body as has come.
  std::size_t body_size() const;
  std::string take_body();

  /// Why it is broken: 400, 413, 414, 431 or 505.
  std::optional<problem> complaint() const;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace rentwave::http
