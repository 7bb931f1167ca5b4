// What nodes say to each other, as wire messages and back. Pure functions. Whatever comes from
// another node may be of a neighbouring release: unknown members are ignored, absent ones keep
// their defaults, and what is not understood is an error with a reason, never more.
#pragma once

#include <boost/system/result.hpp>

#include <string>

#include "actors/runtime/remote.hpp"
#include "cluster/wire_message.hpp"

namespace rentwave {

struct wire_error {
  std::string why;  ///< a sentence for the log and for who asked, with the message's type
};
template <class T>
using wire_result = boost::system::result<T, wire_error>;

/// What a message is there for, by its type; also of types that this release does not know.
enum class wire_use {
  call,    ///< wants an answer of the same number
  answer,  ///< is one
  news,    ///< goes to those who watch
  heard,   ///< news up to this number have come
  other,
};
wire_use use_of(const wire_message& message);

/// Time goes as what is left of it: `now` is the real time of whoever sends or gets the message.
/// Errors: more than `max_wire_bytes`.
wire_result<wire_message> call_to_wire(const remote_call& call, instant now);
/// Under the message's number. Errors: an unknown type or command, a form that does not fit.
wire_result<remote_call> call_from_wire(const wire_message& message, instant now);

/// What does not fit into a message becomes a failure that does.
wire_message answer_to_wire(const remote_answer& answer);
/// Of a failure whose code this release does not know: `unavailable`.
wire_result<remote_answer> answer_from_wire(const wire_message& message);

/// News that do not fit become the news that watching has ended: who watches asks, and reads.
/// With a number, which is the sender's business, the other node says when it has heard them.
wire_message news_to_wire(const news& what);
wire_result<news_ptr> news_from_wire(const wire_message& message);
wire_message heard_to_wire(std::uint64_t number);

}  // namespace rentwave
