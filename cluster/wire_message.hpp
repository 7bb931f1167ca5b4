// The one type of message between nodes (design.md section 8). It never changes: what there is to
// say is JSON under stable names (wire_form.hpp), so that nodes of two releases understand each
// other, and CAF's own serialisation carries four fields and nothing else.
#pragma once

#include <caf/meta/type_name.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace rentwave {

struct wire_message {
  std::uint64_t number = 0;  ///< of the call, which its answer has, too; 0: nobody answers. Or of
                             ///< news, which those who have heard them say
  std::string type;          ///< "ask.query", "answer.view", "news" …
  std::string head;          ///< JSON: to whom, until when and so on
  std::string body;          ///< JSON: what is said

  friend bool operator==(const wire_message&, const wire_message&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, wire_message& m) {
  return f(caf::meta::type_name("wire_message"), m.number, m.type, m.head, m.body);
}

/// By this name CAF knows it on every node.
inline constexpr const char* wire_message_name = "rentwave.wire_message";

/// Of head and body together: more is refused by whoever would send it, and by whoever gets it.
inline constexpr std::size_t max_wire_bytes = std::size_t{1} << 20;

inline std::size_t bytes_of(const wire_message& message) {
  return message.head.size() + message.body.size();
}

}  // namespace rentwave
