// What another node says: a line with the message's type, a line with its head, then its body.
#include "actors/domain/time.hpp"
#include "cluster/wire_form.hpp"
#include "tests/fuzz/fuzzing.hpp"

namespace rentwave::fuzz {
namespace {

constexpr instant now{std::chrono::hours{24 * 365 * 60}};
constexpr std::uint64_t number = 7;

void check_reason(const wire_error& error, const wire_message& message) {
  demand(error.why.starts_with(message.type + ": "), "what is not understood is explained");
}

void check_call(const wire_message& message) {
  const auto read = call_from_wire(message, now);
  if (!read) return check_reason(read.error(), message);
  demand(use_of(message) == wire_use::call && read->number == number, "a call is one");
  demand(read->until == instant::max() ||
             (read->until >= now && read->until <= now + std::chrono::hours{1}),
         "nobody waits for long");
  const auto written = call_to_wire(*read, now);
  // What has grown when it was written out in full may be too large.
  if (!written) return demand(bytes_of(message) > max_wire_bytes / 8, "a call can be passed on");
  const auto again = call_from_wire(*written, now);
  demand(again.has_value(), "what was written can be read");
  const auto rewritten = call_to_wire(*again, now);
  demand(rewritten && *rewritten == *written, "a call has one form");
  demand(written->type == message.type, "a call stays what it is");
}

void check_answer(const wire_message& message) {
  const auto read = answer_from_wire(message);
  if (!read) return check_reason(read.error(), message);
  demand(use_of(message) == wire_use::answer && read->number == number, "an answer is one");
  const auto written = answer_to_wire(*read);
  demand(written.number == number, "an answer keeps its number");
  const auto again = answer_from_wire(written);
  demand(again && answer_to_wire(*again) == written, "an answer has one form");
}

void check_news(const wire_message& message) {
  const auto read = news_from_wire(message);
  if (!read) return check_reason(read.error(), message);
  const auto written = news_to_wire(**read);
  demand(use_of(written) == wire_use::news, "news are news");
  const auto again = news_from_wire(written);
  demand(again && news_to_wire(**again) == written, "news have one form");
}

}  // namespace

void examine(std::string_view input) {
  wire_message message;
  message.number = number;
  message.type = take_line(input);
  message.head = take_line(input);
  message.body = input;
  check_call(message);
  check_answer(message);
  check_news(message);
}

}  // namespace rentwave::fuzz
