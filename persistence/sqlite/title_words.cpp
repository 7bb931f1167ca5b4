#include "persistence/sqlite/title_words.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "persistence/search_text.hpp"
#include "persistence/sqlite/error.hpp"

namespace rentwave::sqlite {
namespace {

constexpr int title_column = 0;

void words_in_title(const Fts5ExtensionApi* api, Fts5Context* row, sqlite3_context* result, int,
                    sqlite3_value**) {
  int found = 0;
  const int words = std::min(api->xPhraseCount(row), title_words);
  for (int word = 0; word < words; ++word) {
    Fts5PhraseIter columns;
    int first = -1;  // the columns come in ascending order; -1: none
    if (const int code = api->xPhraseFirstColumn(row, word, &columns, &first); code != SQLITE_OK)
      return sqlite3_result_error_code(result, code);
    if (first == title_column) ++found;
  }
  sqlite3_result_int(result, found);
}

fts5_api* api_of(sqlite3* connection) {
  fts5_api* api = nullptr;
  sqlite3_stmt* asked = nullptr;
  int code = sqlite3_prepare_v2(connection, "SELECT fts5(?1)", -1, &asked, nullptr);
  if (code == SQLITE_OK) {
    sqlite3_bind_pointer(asked, 1, &api, "fts5_api_ptr", nullptr);
    sqlite3_step(asked);
    code = sqlite3_finalize(asked);
  }
  if (code != SQLITE_OK) throw error(code, sqlite3_errmsg(connection));
  if (!api) throw error(SQLITE_ERROR, "this SQLite has no FTS5");
  return api;
}

}  // namespace

void register_words_in_title(sqlite3* connection) {
  auto* api = api_of(connection);
  const int code = api->xCreateFunction(api, "words_in_title", nullptr, words_in_title, nullptr);
  if (code != SQLITE_OK) throw error(code, sqlite3_errmsg(connection));
}

}  // namespace rentwave::sqlite
