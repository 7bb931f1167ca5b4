// Small texts with a grammar: cursors, times, durations, ids, ISBN; and any text as words, as JSON
// and as UTF-8.
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "actors/domain/ids.hpp"
#include "actors/domain/isbn.hpp"
#include "http/ascii.hpp"
#include "http/duration_text.hpp"
#include "http/fields.hpp"
#include "http/trace_context.hpp"
#include "persistence/cursor.hpp"
#include "persistence/fold.hpp"
#include "persistence/json_writer.hpp"
#include "persistence/postgres/search_words.hpp"
#include "persistence/postgres/values.hpp"
#include "persistence/search_text.hpp"
#include "persistence/timestamp.hpp"
#include "tests/fuzz/fuzzing.hpp"

namespace rentwave::fuzz {
namespace {

/// A value that follows from the text, so that values as well as texts are tried.
std::uint64_t number_of(std::string_view text) {
  return std::hash<std::string_view>{}(text);
}

void check_cursor(std::string_view text) {
  keyset made;
  std::memcpy(made.id.data, text.data(), std::min(text.size(), sizeof made.id.data));
  made.key = static_cast<std::int64_t>(number_of(text));
  made.order = text.empty() ? 'n' : text.back();
  auto written = to_cursor(made);
  demand(from_cursor(written, made.order) == made, "a cursor comes back");
  demand(!from_cursor(written, static_cast<char>(made.order ^ 1)), "a cursor is of its own list");
  // Each fourth digit is of one byte, and the last has bits to spare.
  const auto at = text.size() % 2 == 0 ? written.size() - 1 : 4 * (text.size() % 9);
  auto& digit = written[at];
  digit = digit == 'B' ? 'A' : 'B';
  demand(!from_cursor(written, made.order), "a cursor that was changed is refused");
  for (const char order : {'n', 'p'})
    if (const auto read = from_cursor(text, order))
      demand(to_cursor(*read) == text, "a cursor is written in one way");
}

void check_time(std::string_view text) {
  const auto day = std::chrono::days{number_of(text) % 2'000'000};
  const instant made = instant{day} + duration{text.size()};
  demand(parse_instant(format_instant(made)) == made, "any time comes back");
  if (const auto read = parse_instant(text)) {
    const auto written = format_instant(*read);
    demand(parse_instant(written) == *read, "a time comes back");
    demand(written.size() == 20 || written.size() == 27, "a time is written in one way");
  }
  if (const auto read = http::parse_duration(text)) {
    demand(*read >= duration{} && *read <= one_day * 100'000, "a duration is bounded");
    demand(http::parse_duration(http::format_duration(*read)) == *read, "a duration comes back");
  }
}

void check_id(std::string_view text) {
  if (const auto read = parse_uuid(text))
    demand(to_string(*read) == http::ascii::lowered(std::string{text}), "an id comes back");
  if (const auto isbn = normalise_isbn(text)) {
    demand(isbn->size() == 13 && std::ranges::all_of(*isbn, http::ascii::is_digit),
           "an ISBN has 13 digits");
    demand(normalise_isbn(*isbn) == *isbn, "an ISBN is written in one way");
  }
  if (const auto trace = http::parse_traceparent(text))
    demand(http::parse_traceparent(http::format_traceparent(*trace)) == *trace,
           "a trace comes back");
}

void check_utf8(std::string_view text) {
  const bool fits = http::is_utf8(text);
  demand(postgres::is_utf8(text) == fits, "two readers agree on what is UTF-8");
  std::string written;
  append_json_string(written, text);
  const auto read = nlohmann::json::parse(written, nullptr, false);
  demand(read.is_string(), "any text is written as JSON");
  demand((read.get<std::string>() == text) == fits, "what is UTF-8, and no more, comes back");
}

void check_rules(std::string_view text) {
  for (const bool lines : {false, true}) {
    http::request asked;
    asked.query.emplace_back("q", text);
    const http::text_rules rules{.max = 100, .lines = lines};
    const auto kept = http::query_reader{asked}.text("q", rules);
    if (!kept) continue;
    asked.query.front().second = *kept;
    demand(http::query_reader{asked}.text("q", rules) == kept, "a text that is kept stays so");
  }
}

/// 'word':A & 'word':* — nothing between the quotes ends them.
void check_lexemes(std::string_view query) {
  demand(postgres::is_utf8(query), "a query is text");
  bool inside = false;
  for (const char c : query) {
    if (c == '\'') inside = !inside;
    demand(inside ? c != '\\' && c != '\0'
                  : std::string_view{"' &:*ABC0123456789"}.find(c) != std::string_view::npos,
           "words stay between quotes");
  }
  demand(!inside, "quotes end");
}

void check_words(std::string_view text) {
  const auto words = words_of(text, max_search_words);
  demand(words.size() <= max_search_words, "a query has a bounded number of words");
  for (const auto word : words)
    demand(!word.empty() && word.find_first_of(" '\"\\*&|!():-") == word.npos,
           "a word has no sign in it");
  const auto folded = folded_words(text, max_search_words);
  demand(folded.size() == words.size(), "each word is folded");
  for (const auto& word : folded) {
    demand(postgres::is_utf8(word) || !postgres::is_utf8(text), "a folded word is text");
    if (!word.empty() && postgres::is_utf8(text))
      demand(folded_words(word) == std::vector{word}, "a folded word is folded");
  }
  check_lexemes(postgres::words_query(text));
  for (const auto& each : postgres::title_queries(text)) check_lexemes(each);
  offer content;
  content.title = text;
  check_lexemes(postgres::words_vector(content));
}

}  // namespace

void examine(std::string_view input) {
  check_cursor(input);
  check_time(input);
  check_id(input);
  check_utf8(input);
  check_rules(input);
  check_words(input);
}

}  // namespace rentwave::fuzz
