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

  /// What is between its tokens stays as it is, such as the vowel signs of Indic scripts.
  std::string fold(std::string_view word) {
    folding made{word, {}, 0};
    calls_.xTokenize(self_, &made, FTS5_TOKENIZE_DOCUMENT, word.data(),
                     static_cast<int>(word.size()), add);
    return made.folded.append(word.substr(made.end));
  }

 private:
  struct folding {
    std::string_view word;
    std::string folded;
    std::size_t end;  ///< of the last token, in the word
  };
  static int add(void* to, int, const char* token, int size, int start, int end) {
    auto& made = *static_cast<folding*>(to);
    made.folded.append(made.word.substr(made.end, static_cast<std::size_t>(start) - made.end));
    made.folded.append(token, static_cast<std::size_t>(size));
    made.end = static_cast<std::size_t>(end);
    return SQLITE_OK;
  }

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
