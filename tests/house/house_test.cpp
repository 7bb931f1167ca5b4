// The tree as it stands, against the house rules; and each rule against a text that breaks it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "tests/house/rules.hpp"

namespace rentwave::house {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const fs::path root = RENTWAVE_ROOT;

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// All C++ files of ours, relative to the root.
std::vector<fs::path> sources() {
  std::vector<fs::path> found;
  if (fs::exists(root / "main.cpp")) found.emplace_back("main.cpp");
  for (auto* top :
       {"actors", "application", "bench", "cluster", "config", "http", "persistence", "tests"}) {
    if (!fs::exists(root / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / top))
      if (entry.path().extension() == ".hpp" || entry.path().extension() == ".cpp")
        found.push_back(entry.path().lexically_relative(root));
  }
  std::ranges::sort(found);
  return found;
}

void report(const findings& found) {
  for (const auto& finding : found) ADD_FAILURE() << finding;
}

TEST(House, every_source_keeps_the_rules) {
  auto all = sources();
  ASSERT_GT(all.size(), 10u) << "no sources under " << root;
  for (const auto& path : all) report(check_source(path.generic_string(), text_of(root / path)));
}

TEST(House, every_folder_with_sources_has_a_short_readme) {
  std::set<fs::path> folders;
  for (const auto& path : sources()) {
    if (path.parent_path().empty()) continue;  // the root's README is the project's front page
    // One page says it for all of tests/.
    folders.insert(path.begin()->string() == "tests" ? fs::path("tests") : path.parent_path());
  }
  for (const auto& folder : folders) {
    auto path = (folder / "README.md").generic_string();
    if (fs::exists(root / path))
      report(check_readme(path, text_of(root / path)));
    else
      ADD_FAILURE() << path << ": missing";
  }
}

TEST(House, every_source_is_listed_in_the_nearest_build_file) {
  for (const auto& path : sources()) {
    if (path.extension() != ".cpp") continue;
    auto folder = path.parent_path();
    while (!fs::exists(root / folder / "CMakeLists.txt")) folder = folder.parent_path();
    auto name = path.lexically_relative(folder.empty() ? "." : folder).generic_string();
    EXPECT_TRUE(lists(text_of(root / folder / "CMakeLists.txt"), name)) << path << " is not built";
  }
}

TEST(HouseRules, accept_a_tidy_file) {
  EXPECT_THAT(check_source("http/a.hpp",
                           "// What it is.\n#pragma once\n\n#include <string>\n\n"
                           "#include \"actors/runtime/protocol.hpp\"\n"),
              IsEmpty());
}

struct violation {
  const char* path;
  const char* include;
  const char* expected;

  friend void PrintTo(const violation& of, std::ostream* out) {
    *out << of.path << ' ' << of.include;
  }
};

class IncludeRules : public testing::TestWithParam<violation> {};

TEST_P(IncludeRules, refuse) {
  auto [path, line, expected] = GetParam();
  EXPECT_THAT(check_source(path, "// A comment.\n#pragma once\n" + std::string(line) + "\n"),
              ElementsAre(HasSubstr(std::string(path) + ":3: includes " + expected)));
}

INSTANTIATE_TEST_SUITE_P(
    House, IncludeRules,
    testing::Values(
        violation{"actors/domain/a.cpp", "#include <caf/all.hpp>",
                  "caf/all.hpp, which actors/domain/"},
        violation{"actors/domain/a.hpp", "#include <boost/asio.hpp>", "boost/asio.hpp, which"},
        violation{"actors/domain/a.hpp", "#include <random>", "random, which"},
        violation{"actors/domain/a.cpp", "#include \"persistence/journal.hpp\"",
                  "persistence/journal"},
        violation{"actors/runtime/a.cpp", "#include \"http/server.hpp\"", "http/server.hpp, which"},
        violation{"actors/runtime/a.cpp", "#include \"config/parse.hpp\"",
                  "config/parse.hpp, which"},
        violation{"persistence/a.cpp", "#include <caf/actor.hpp>", "caf/actor.hpp, which"},
        violation{"persistence/a.cpp", "#include \"actors/runtime/a.hpp\"", "actors/runtime/a.hpp"},
        violation{"persistence/a.hpp", "#include <sqlite3.h>",
                  "sqlite3.h, which belongs into .cpp"},
        violation{"persistence/a.hpp", "# include <pqxx/pqxx>",
                  "pqxx/pqxx, which belongs into .cpp"},
        violation{"http/a.cpp", "#include \"persistence/sqlite_journal.hpp\"",
                  "persistence/sqlite"},
        violation{"http/a.cpp", "#include <SQLiteCpp/SQLiteCpp.h>", "SQLiteCpp/SQLiteCpp.h, which"},
        violation{"http/a.hpp", "#include <boost/beast/http.hpp>", "boost/beast/http.hpp, which"},
        violation{"cluster/a.cpp", "#include \"http/server.hpp\"", "http/server.hpp, which"},
        violation{"config/a.cpp", "#include \"actors/domain/money.hpp\"",
                  "actors/domain/money.hpp"},
        violation{"tests/unit/a.cpp", "#include \"money.hpp\"", "money.hpp, but a quoted path"},
        violation{"tests/unit/a.cpp", "#include <http/a.hpp>", "http/a.hpp in angle brackets"}));

TEST(HouseRules, a_header_opens_with_a_comment_and_is_included_once) {
  EXPECT_THAT(check_source("tests/a.hpp", "#include <string>\n"),
              ElementsAre("tests/a.hpp:1: a header opens with a comment",
                          "tests/a.hpp:1: no #pragma once"));
}

TEST(HouseRules, lines_have_no_tabs_and_at_most_100_columns) {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "ü";  // two bytes, one column
  EXPECT_THAT(check_source("tests/a.cpp", "int\ta;\n//" + std::string(99, '-') + "\n" + umlauts),
              ElementsAre("tests/a.cpp:1: a tab", "tests/a.cpp:2: 101 columns, at most 100"));
}

TEST(HouseRules, files_have_at_most_600_lines_and_readmes_30) {
  EXPECT_THAT(check_source("tests/a.cpp", std::string(600, '\n')), IsEmpty());
  EXPECT_THAT(check_source("tests/a.cpp", std::string(601, '\n')),
              ElementsAre("tests/a.cpp:601: more than 600 lines"));
  EXPECT_THAT(check_readme("a/README.md", std::string(30, '\n')), IsEmpty());
  EXPECT_THAT(check_readme("a/README.md", std::string(31, '\n')),
              ElementsAre("a/README.md:31: more than 30 lines"));
}

TEST(HouseRules, the_domain_asks_for_neither_time_nor_chance) {
  for (const char* line : {"auto now = std::chrono::system_clock::now();",
                           "auto now = steady_clock::now();", "int dice = std::rand() % 6;",
                           "int dice = 1 + rand() % 6;", "std::random_device chance;"}) {
    EXPECT_THAT(check_source("actors/domain/a.cpp", line),
                ElementsAre(HasSubstr("which actors/domain/ may not")))
        << line;
    EXPECT_THAT(check_source("actors/runtime/a.cpp", line), IsEmpty());
  }
}

TEST(HouseRules, a_source_is_listed_by_its_whole_name) {
  EXPECT_TRUE(lists("f(SOURCES a.cpp b.cpp)", "a.cpp"));
  EXPECT_TRUE(lists("f(SOURCES a.cpp b.cpp)", "b.cpp"));
  EXPECT_FALSE(lists("f(SOURCES aa.cpp sub/a.cpp a.cpp.in)", "a.cpp"));
}

}  // namespace
}  // namespace rentwave::house
