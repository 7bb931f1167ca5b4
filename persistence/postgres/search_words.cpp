#include "persistence/postgres/search_words.hpp"

#include <algorithm>

#include "persistence/fold.hpp"
#include "persistence/postgres/values.hpp"
#include "persistence/search_text.hpp"
#include "persistence/traits.hpp"

namespace rentwave::postgres {
namespace {

// A lexeme may have 2046 bytes, a tsvector 1 MiB, and positions end at 16383 (PostgreSQL, 12.11).
constexpr std::size_t longest_word = 250;
constexpr std::size_t most_bytes = 500'000;
constexpr int last_position = 16'383;
/// U+E001, for private use, as `trait_mark` is.
constexpr std::string_view title_mark = "\xEE\x80\x81";

/// In quotes: no blank or sign in a word means anything. Words have no quotes (search_text.hpp).
std::string lexeme(std::string word) {
  return '\'' + term_of(std::move(word)) + '\'';
}

}  // namespace

std::string term_of(std::string word) {
  if (word.size() > longest_word) {
    auto end = longest_word;
    while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80) --end;
    word.resize(end);
  }
  if (!is_utf8(word)) word = "\xEF\xBF\xBD";
  return word;
}

std::string title_term(const std::string& term) {
  return term_of(std::string{title_mark} + term);
}

std::string words_vector(const offer& content) {
  const auto text = text_of(content);
  std::string vector;
  int position = 0;
  const auto add = [&](std::string_view part, char weight) {
    for (auto& word : folded_words(part)) {
      if (word.empty()) continue;
      if (vector.size() > most_bytes) return;
      vector += lexeme(std::move(word)) + ':' +
                std::to_string(position = std::min(position + 1, last_position)) + weight + ' ';
    }
  };
  add(text.title, 'A');
  add(text.details, 'B');
  add(text.description, 'C');
  for (const auto& word : folded_words(text.title)) {
    if (vector.size() > most_bytes) break;
    if (!word.empty()) vector += lexeme(std::string{title_mark} + word) + ' ';
  }
  for (auto& each : traits_of(content)) vector += lexeme(std::move(each)) + ' ';
  return vector;
}

std::string words_query(std::string_view words, const std::vector<std::string>& traits) {
  std::string query;
  bool prefix = false;
  for (auto& word : folded_words(words, max_search_words)) {
    if (word.empty()) continue;
    if (!query.empty()) query += " & ";
    prefix = is_prefix(word);
    query += lexeme(std::move(word));
  }
  if (prefix) query += ":*";
  for (const auto& each : traits) query += (query.empty() ? "" : " & ") + lexeme(each);
  return query;
}

std::vector<std::string> title_queries(std::string_view words) {
  std::vector<std::string> queries;
  bool prefix = false;
  for (auto& word : folded_words(words, max_search_words)) {
    if (word.empty()) continue;
    if (std::ssize(queries) == title_words) return queries;
    prefix = is_prefix(word);
    queries.push_back(lexeme(std::string{title_mark} + word));
  }
  if (prefix) queries.back() += ":*";
  return queries;
}

}  // namespace rentwave::postgres
