#include "persistence/memory/store.hpp"
#include "persistence/sqlite/store.hpp"

namespace rentwave {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr std::string_view memory_url = "memory:";

using opened = journal_result<std::unique_ptr<journal_store>>;

template <class OpenFile>
opened open(std::string_view url, OpenFile open_file) {
  if (url == memory_url) return std::make_unique<memory_store>();
  if (url.starts_with(sqlite_scheme) && url.size() > sqlite_scheme.size())
    return open_file(std::filesystem::path{url.substr(sqlite_scheme.size())});
  return journal_error{journal_errc::not_found,
                       "no kind of journal has the URL '" + std::string{url} + "'"};
}

}  // namespace

opened open_journal(std::string_view url) {
  return open(url, [](const auto& file) { return sqlite::open_file(file); });
}

opened open_journal_read_only(std::string_view url) {
  return open(url, sqlite::open_file_read_only);
}

}  // namespace rentwave
