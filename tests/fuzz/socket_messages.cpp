// What a client says over a WebSocket: a message a line, and what is to be done about each.
#include "http/websocket/messages.hpp"

#include <nlohmann/json.hpp>

#include "http/websocket/conversation.hpp"
#include "tests/fuzz/fuzzing.hpp"

namespace rentwave::fuzz {
namespace {

using http::conversation;
using nlohmann::json;

constexpr std::size_t most_watches = 3;

void check_topic(const http::topic& one) {
  const auto again = http::parse_topic(to_string(one));
  demand(again && *again == one, "a topic reads the same when it is written");
  if (!one.is_for_admins()) demand(!entity_of(one).id.empty(), "a topic is about something");
}

void check_error(const http::complaint& why, std::string_view sent) {
  demand(!why.code.empty() && !why.detail.empty(), "an error has a code and a sentence");
  const auto text = http::error_text(why.code, why.detail);
  const auto read = json::parse(*text, nullptr, false);
  demand(!read.is_discarded() && read.at("type") == "error", "an error is a message");
  demand(text->size() <= 1024 + 6 * sent.size(), "an error is short");
}

/// One client's talk, and what it has to come to.
struct listener {
  conversation talk;
  bool is_admin = false;
  int misunderstood = 0;
  int greetings = 0;

  /// False: it is closed.
  bool hear(std::string_view line) {
    const auto before = talk.watches();
    const auto reaction = talk.take(line);
    const auto* wrong = std::get_if<conversation::object>(&reaction);
    const bool is_read = http::read_message(line).has_value();
    misunderstood = is_read ? 0 : misunderstood + 1;
    demand(is_read || wrong, "what is not understood is refused");
    if (wrong) check_error(wrong->why, line);
    const bool is_over = wrong && wrong->is_last;
    demand(is_over == (misunderstood >= 3), "the third in a row is the last");
    if (const auto* one = std::get_if<conversation::follow>(&reaction)) {
      check_topic(one->what);
      demand(is_admin || !one->what.is_for_admins(), "the log is for administrators");
      demand(talk.watches() == before + 1, "what is followed is watched");
    }
    if (std::holds_alternative<conversation::greet>(reaction))
      demand(++greetings == 1, "there is one greeting");
    demand(talk.watches() <= most_watches, "watches are bounded");
    return !is_over;
  }
};

void converse(std::string_view input, bool is_admin) {
  listener one{conversation{most_watches, is_admin}, is_admin};
  while (!input.empty() && one.hear(take_line(input))) {
  }
}

void check_reading(std::string_view text) {
  const auto read = http::read_message(text);
  const auto others = json::parse(text, nullptr, false);
  if (!read) return check_error(read.error(), text);
  demand(others.is_object() && others.at("type").is_string(), "a message is an object with a type");
  if (const auto* hello = std::get_if<http::hello_message>(&*read))
    demand(hello->after.value_or(0) >= 0, "a cursor is a number of notifications");
}

}  // namespace

void examine(std::string_view input) {
  check_reading(input);
  if (const auto topic = http::parse_topic(input)) check_topic(*topic);
  converse(input, false);
  converse(input, true);
}

}  // namespace rentwave::fuzz
