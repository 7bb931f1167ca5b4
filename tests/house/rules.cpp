#include "tests/house/rules.hpp"

#include <algorithm>
#include <optional>

namespace rentwave::house {

namespace {

using std::string_view;

constexpr std::size_t most_lines = 600;
constexpr std::size_t most_readme_lines = 30;
constexpr std::size_t most_columns = 100;

constexpr string_view our_folders[] = {"actors/", "application/", "bench/", "cluster/",
                                       "config/", "http/",        "tests/", "persistence/"};

// Large, or a choice of one implementation: whoever includes our header must not pay for it.
constexpr string_view only_in_sources[] = {"boost/beast", "SQLiteCpp/", "sqlite3", "pqxx/"};

const std::vector<include_rule> rules = {
    {.folder = "actors/domain/",
     .ours = {"actors/domain/"},
     .banned = {"caf/", "boost/asio", "boost/beast", "SQLiteCpp/", "sqlite3", "pqxx/", "sodium",
                "openssl/", "spdlog/", "prometheus/", "fstream", "iostream", "random", "thread",
                "mutex", "ctime", "unistd.h", "sys/"}},
    {.folder = "actors/",
     .ours = {"actors/", "persistence/"},
     .banned = {"boost/beast", "SQLiteCpp/", "sqlite3", "pqxx/"}},
    {.folder = "persistence/",
     .ours = {"persistence/", "actors/domain/"},
     .banned = {"caf/", "boost/asio", "boost/beast"}},
    {.folder = "cluster/",
     .ours = {"cluster/", "actors/", "persistence/"},
     .banned = {"boost/beast", "SQLiteCpp/", "sqlite3"}},
    {.folder = "http/",
     .ours = {"http/", "actors/", "persistence/codec.hpp", "persistence/journal.hpp",
              "persistence/journal_error.hpp", "persistence/json_traits.hpp",
              "persistence/json_writer.hpp",
              "persistence/histogram.hpp", "persistence/measured.hpp",
              "persistence/read_models.hpp", "persistence/timestamp.hpp"},
     .banned = {"SQLiteCpp/", "sqlite3", "pqxx/"}},
    {.folder = "config/",
     .ours = {"config/"},
     .banned = {"caf/", "boost/asio", "boost/beast", "SQLiteCpp/", "sqlite3", "pqxx/", "sodium"}},
};

/// Time and chance are arguments of the domain (design.md section 3); <chrono> itself it needs.
constexpr string_view impure_calls[] = {"system_clock::now",
                                        "steady_clock::now",
                                        "utc_clock::now",
                                        "high_resolution_clock::now",
                                        "clock_gettime",
                                        "gettimeofday",
                                        "std::rand(",
                                        " rand(",
                                        "(rand(",
                                        "srand(",
                                        "random_device",
                                        "mt19937",
                                        "std::time(",
                                        " time(nullptr)"};

bool starts_with_any(string_view text, std::span<const string_view> prefixes) {
  return std::ranges::any_of(prefixes, [text](auto prefix) { return text.starts_with(prefix); });
}

struct include {
  string_view path;
  bool quoted;
};

std::optional<include> include_of(string_view line) {
  auto skip_blanks = [&line] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  };
  auto skip = [&line](string_view word) {
    if (!line.starts_with(word)) return false;
    line.remove_prefix(word.size());
    return true;
  };
  skip_blanks();
  if (!skip("#")) return {};
  skip_blanks();
  if (!skip("include")) return {};
  skip_blanks();
  if (line.size() < 2 || (line.front() != '"' && line.front() != '<')) return {};
  bool quoted = line.front() == '"';
  return include{line.substr(1, line.find(quoted ? '"' : '>', 1) - 1), quoted};
}

/// In code points: what a reader sees, near enough.
std::size_t columns(string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::vector<string_view> lines_of(string_view text) {
  std::vector<string_view> lines;
  while (!text.empty()) {
    auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

void check_include(findings& found, const std::string& where, string_view path, include target) {
  auto report = [&](const std::string& what) {
    found.push_back(where + ": includes " + std::string(target.path) + what);
  };
  bool ours = target.quoted || starts_with_any(target.path, our_folders);
  if (ours && !starts_with_any(target.path, our_folders))
    report(", but a quoted path starts at the repository's root");
  if (ours && !target.quoted) report(" in angle brackets, which are for others' headers");
  if (path.ends_with(".hpp") && starts_with_any(target.path, only_in_sources))
    report(", which belongs into .cpp files only");

  auto rule = std::ranges::find_if(rules, [path](auto& r) { return path.starts_with(r.folder); });
  if (rule == rules.end()) return;
  bool allowed =
      ours ? starts_with_any(target.path, rule->ours) : !starts_with_any(target.path, rule->banned);
  if (!allowed) report(", which " + std::string(rule->folder) + " may not");
}

void check_purity(findings& found, const std::string& where, string_view line) {
  for (const auto call : impure_calls)
    if (line.find(call) != string_view::npos)
      found.push_back(where + ": " + std::string(call) + ", which actors/domain/ may not");
}

void check_header(findings& found, string_view path, const std::vector<string_view>& lines) {
  bool comment = !lines.empty() && (lines[0].starts_with("//") || lines[0].starts_with("/*"));
  if (!comment) found.push_back(std::string(path) + ":1: a header opens with a comment");
  if (std::ranges::find(lines, "#pragma once") == lines.end())
    found.push_back(std::string(path) + ":1: no #pragma once");
}

void check_length(findings& found, string_view path, std::size_t lines, std::size_t most) {
  if (lines > most)
    found.push_back(std::string(path) + ":" + std::to_string(lines) + ": more than " +
                    std::to_string(most) + " lines");
}

}  // namespace

std::span<const include_rule> include_rules() {
  return rules;
}

findings check_source(string_view path, string_view text) {
  findings found;
  auto lines = lines_of(text);
  check_length(found, path, lines.size(), most_lines);
  if (path.ends_with(".hpp")) check_header(found, path, lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto where = std::string(path) + ":" + std::to_string(i + 1);
    if (lines[i].find('\t') != string_view::npos) found.push_back(where + ": a tab");
    if (auto width = columns(lines[i]); width > most_columns)
      found.push_back(where + ": " + std::to_string(width) + " columns, at most " +
                      std::to_string(most_columns));
    if (path.starts_with("actors/domain/")) check_purity(found, where, lines[i]);
    if (auto target = include_of(lines[i])) check_include(found, where, path, *target);
  }
  return found;
}

bool lists(string_view build_file, string_view name) {
  constexpr string_view around = " \n()";
  for (auto at = build_file.find(name); at != string_view::npos;
       at = build_file.find(name, at + 1)) {
    auto end = at + name.size();
    bool begins = at == 0 || around.find(build_file[at - 1]) != string_view::npos;
    bool ends = end == build_file.size() || around.find(build_file[end]) != string_view::npos;
    if (begins && ends) return true;
  }
  return false;
}

findings check_readme(string_view path, string_view text) {
  findings found;
  check_length(found, path, lines_of(text).size(), most_readme_lines);
  return found;
}

}  // namespace rentwave::house
