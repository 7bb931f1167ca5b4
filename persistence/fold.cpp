#include "persistence/fold.hpp"

#include <sqlite3.h>

#include <new>
#include <stdexcept>

#include "persistence/search_text.hpp"

namespace rentwave {
namespace {

/// As the file's index of words is made, so that every journal finds the same.
class tokeniser {
 public:
  tokeniser() {
    if (sqlite3_open(":memory:", &database_) != SQLITE_OK) throw std::bad_alloc{};
    fts5_api* api = nullptr;
    sqlite3_stmt* ask = nullptr;
    sqlite3_prepare_v2(database_, "SELECT fts5(?1)", -1, &ask, nullptr);
    sqlite3_bind_pointer(ask, 1, &api, "fts5_api_ptr", nullptr);
    sqlite3_step(ask);
    sqlite3_finalize(ask);
    void* context = nullptr;
    const char* how[] = {"remove_diacritics", "2"};
    if (!api || api->xFindTokenizer(api, "unicode61", &context, &calls_) != SQLITE_OK ||
        calls_.xCreate(context, how, 2, &self_) != SQLITE_OK) {
      sqlite3_close(database_);
      throw std::runtime_error{"this SQLite has no FTS5"};
    }
  }
  tokeniser(const tokeniser&) = delete;
  tokeniser& operator=(const tokeniser&) = delete;
  ~tokeniser() {
    calls_.xDelete(self_);
    sqlite3_close(database_);
  }

  /// What is no word to it stays as it is.
  std::string fold(std::string_view word) {
    std::string folded;
    const auto add = [](void* to, int, const char* token, int size, int, int) {
      static_cast<std::string*>(to)->append(token, static_cast<std::size_t>(size));
      return SQLITE_OK;
    };
    calls_.xTokenize(self_, &folded, FTS5_TOKENIZE_DOCUMENT, word.data(),
                     static_cast<int>(word.size()), add);
    return folded.empty() ? std::string{word} : folded;
  }

 private:
  sqlite3* database_ = nullptr;
  fts5_tokenizer calls_{};
  Fts5Tokenizer* self_ = nullptr;
};

}  // namespace

std::vector<std::string> folded_words(std::string_view text, std::size_t most) {
  thread_local tokeniser words;
  std::vector<std::string> folded;
  for (const auto word : words_of(text, most)) folded.push_back(words.fold(word));
  return folded;
}

}  // namespace rentwave
