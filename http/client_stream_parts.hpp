// What a client's stream is made of. Only for sources that speak a protocol over it.
#pragma once

#include <boost/asio/ssl/stream.hpp>

#include <utility>

#include "http/client_stream.hpp"
#include "http/tls_context.hpp"

namespace rentwave::http {

struct client_stream::tls {
  tls(boost::asio::ip::tcp::socket& over, std::shared_ptr<tls_context> from)
      : context(std::move(from)), stream(over, context->context()) {}
  std::shared_ptr<tls_context> context;  // the server may have a newer one by now
  boost::asio::ssl::stream<boost::asio::ip::tcp::socket&> stream;
};

template <class Act>
auto client_stream::with_parts(Act&& act) {
  if (tls_) return std::forward<Act>(act)(tls_->stream);
  return std::forward<Act>(act)(socket_);
}

}  // namespace rentwave::http
