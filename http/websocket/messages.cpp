#include "http/websocket/messages.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "http/json_body.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

constexpr int most_depth = 8;
constexpr int most_values = 64;

const json* member_of(const json& message, const char* name) {
  const auto found = message.find(name);
  return found == message.end() || found->is_null() ? nullptr : &*found;
}

/// A cursor is given out as text; whoever counts with it may send a number.
std::optional<std::int64_t> cursor_of(const json& value) {
  std::int64_t cursor = -1;
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number <= std::uint64_t{INT64_MAX}) cursor = static_cast<std::int64_t>(number);
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    const auto* end = text.data() + text.size();
    const auto [after, error] = std::from_chars(text.data(), end, cursor);
    if (error != std::errc{} || after != end) return std::nullopt;
  }
  if (cursor < 0) return std::nullopt;
  return cursor;
}

checked<client_message> read_hello(const json& message) {
  const auto* after = member_of(message, "after");
  if (!after) return client_message{hello_message{}};
  const auto cursor = cursor_of(*after);
  if (!cursor) return complaint{"format", "after is the cursor of a notification."};
  return client_message{hello_message{*cursor}};
}

checked<topic> read_topic(const json& message) {
  const auto* name = member_of(message, "topic");
  if (!name) return complaint{"required", "topic is missing."};
  if (!name->is_string()) return complaint{"type", "topic is a text."};
  const auto known = parse_topic(name->get_ref<const std::string&>());
  if (!known)
    return complaint{"unknown_value",
                     "topic is listing:<id>, rental:<id>, admin:events or admin:stats."};
  return *known;
}

template <class Message>
checked<client_message> read_about(const json& message) {
  auto about = read_topic(message);
  if (!about) return about.error();
  return client_message{Message{*std::move(about)}};
}

text_ptr frame_of(const json& message) {
  return std::make_shared<const std::string>(message.dump());
}

}  // namespace

checked<client_message> read_message(std::string_view text) {
  const auto read = parse_json(text, most_depth, most_values);
  if (!read) return complaint{"malformed_json", read.error().detail};
  if (!read->is_object()) return complaint{"type", "A message is a JSON object."};
  const auto* type = member_of(*read, "type");
  if (!type) return complaint{"required", "type is missing."};
  if (!type->is_string()) return complaint{"type", "type is a text."};
  const auto& name = type->get_ref<const std::string&>();
  if (name == "hello") return read_hello(*read);
  if (name == "watch") return read_about<watch_message>(*read);
  if (name == "unwatch") return read_about<unwatch_message>(*read);
  if (name == "ping") return client_message{ping_message{}};
  if (name == "pong") return client_message{pong_message{}};
  return complaint{"unknown_value", "type is hello, watch, unwatch, ping or pong."};
}

text_ptr welcome_text(session_id session, std::int64_t cursor) {
  return frame_of(
      {{"type", "welcome"}, {"session", to_string(session)}, {"cursor", std::to_string(cursor)}});
}

text_ptr notification_text(std::int64_t cursor, const json& notification) {
  return frame_of({{"type", "notification"},
                   {"cursor", std::to_string(cursor)},
                   {"notification", notification}});
}

text_ptr event_text(const topic& about, const json& event) {
  return frame_of({{"type", "event"}, {"topic", to_string(about)}, {"event", event}});
}

text_ptr error_text(std::string_view code, std::string_view detail) {
  return frame_of({{"type", "error"}, {"code", code}, {"detail", detail}});
}

text_ptr ping_text() {
  static const auto text = std::make_shared<const std::string>(R"({"type":"ping"})");
  return text;
}

text_ptr pong_text() {
  static const auto text = std::make_shared<const std::string>(R"({"type":"pong"})");
  return text;
}

}  // namespace rentwave::http
