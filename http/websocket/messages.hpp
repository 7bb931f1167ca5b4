// What clients and server say over a WebSocket (api.md): reading the one, writing the other. Pure.
#pragma once

#include <boost/system/result.hpp>
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "actors/domain/ids.hpp"
#include "http/text_rules.hpp"
#include "http/websocket/topics.hpp"

namespace rentwave::http {

// --- from clients ---

struct hello_message {
  std::optional<std::int64_t> after;  ///< the cursor of the last notification that is known
};
struct watch_message {
  topic what;
};
struct unwatch_message {
  topic what;
};
struct ping_message {};
struct pong_message {};
using client_message =
    std::variant<hello_message, watch_message, unwatch_message, ping_message, pong_message>;

/// Codes of a complaint: malformed_json, required, type, unknown_value, format. What else an object
/// has is ignored: a later version may say more.
checked<client_message> read_message(std::string_view text);

// --- from the server ---

/// One text, for as many sockets as want it.
using text_ptr = std::shared_ptr<const std::string>;

text_ptr welcome_text(session_id session, std::int64_t cursor);
text_ptr notification_text(std::int64_t cursor, const nlohmann::json& notification);
text_ptr event_text(const topic& about, const nlohmann::json& event);
text_ptr error_text(std::string_view code, std::string_view detail);
text_ptr ping_text();
text_ptr pong_text();

}  // namespace rentwave::http
