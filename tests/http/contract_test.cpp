// The contract, http/openapi.yaml, beside the table of routes: each describes what the other has.
// What the routes answer is held against it when all tests are over (tests/contract/).
#include <regex>

#include "http/ascii.hpp"
#include "http/fields.hpp"
#include "http/openapi.hpp"
#include "http/router.hpp"
#include "tests/http/node_scene.hpp"

namespace rentwave::http {
namespace {

/// The lines under `head`, which stands alone at that depth; empty when it is not there. All that
/// is asked of the form of the document is how deep paths and operations stand.
std::string lines_under(const std::string& text, const std::string& head) {
  const auto depth = head.find_first_not_of(' ');
  const auto found = text.find('\n' + head + '\n');
  if (found == text.npos) return {};
  const auto begin = found + head.size() + 1;
  auto end = begin;
  do {
    end = text.find('\n', end + 1);
  } while (end != text.npos &&
           (text[end + 1] == '\n' || text.find_first_not_of(' ', end + 1) > end + 1 + depth));
  return text.substr(begin, end == text.npos ? end : end - begin) + '\n';
}

/// What stands behind `name`, without quotes.
std::string value_of(const std::string& lines, const std::string& name) {
  std::smatch found;
  const std::regex form{"\n +" + name + ": \"?([^\n\"]*)\"?\n"};
  return std::regex_search(lines, found, form) ? found[1].str() : "";
}

bool is_for_anyone(const route& row) {
  return row.who.who == access::open || row.who.who == access::probe;
}
bool is_for_admins(const route& row) {
  return row.who.who == access::admin;
}
/// As an operation says it; empty for what any session, and no program, may do.
std::string security_of(const route& row) {
  if (is_for_anyone(row)) return "[]";
  if (!row.who.program) return "";
  return "[{bearer: [" + std::string{name_of(*row.who.program)} + "]}, {cookie: []}]";
}

struct described_operation {
  std::string lines;
  explicit described_operation(const route& row) {
    const std::string text{openapi_text()};
    const auto path = lines_under(text, "  " + std::string{row.pattern} + ':');
    lines = lines_under(path, "    " + ascii::lowered(std::string{to_string(row.method)}) + ':');
  }
  bool has(std::string_view what) const { return lines.find(what) != lines.npos; }
};

/// What to begin with.
std::string stub_of(const route& row, std::string_view heading) {
  return "  " + std::string{row.pattern} + ":\n    " +
         ascii::lowered(std::string{to_string(row.method)}) +
         ":\n      operationId: <its handler's name>\n      tags: [" + std::string{heading} +
         "]\n      summary: \"" + std::string{row.what} +
         "\"\n      responses:\n        \"200\": …\n"
         "        default: {$ref: \"#/components/responses/General\"}\n";
}

TEST(Contract, describes_every_route_as_the_table_has_it) {
  std::string_view heading;
  for (const auto& row : all_routes()) {
    if (!row.heading.empty()) heading = row.heading;
    const described_operation one{row};
    const auto where = std::string{to_string(row.method)} + ' ' + std::string{row.pattern};
    if (one.lines.empty()) {
      ADD_FAILURE() << where << " is not described. To begin with, under `paths` of "
                    << "http/openapi.yaml:\n"
                    << stub_of(row, heading);
      continue;
    }
    EXPECT_EQ(value_of(one.lines, "summary"), row.what) << where;
    EXPECT_EQ(value_of(one.lines, "tags"), '[' + std::string{heading} + ']') << where;
    const bool is_open = is_for_anyone(row);
    EXPECT_EQ(value_of(one.lines, "security"), security_of(row)) << where;
    EXPECT_EQ(one.has("\"401\":"), !is_open || row.pattern == "/api/sessions") << where;
    EXPECT_EQ(one.has("/responses/NotAdmin\""), is_for_admins(row)) << where;
  }
}

TEST(Contract, describes_no_other_route) {
  const std::string text{openapi_text()};
  const std::regex form{"\n      operationId: (.*)\n"};
  std::set<std::string> names;
  for (std::sregex_iterator at{text.begin(), text.end(), form}, end; at != end; ++at)
    EXPECT_TRUE(names.insert((*at)[1]).second) << (*at)[1] << " is there twice";
  EXPECT_EQ(names.size(), all_routes().size())
      << "http/openapi.yaml has operations that http/routes.cpp has not, or fewer";
}

class ContractOverHttp : public node_scene {
 protected:
  ContractOverHttp() { start(); }

  /// The path with something in place of its parameters that is not there.
  static std::string path_of(const route& row) {
    auto path = std::regex_replace(std::string{row.pattern}, std::regex{R"(\{kind\})"}, "rental");
    path = std::regex_replace(path, std::regex{R"(\{topic\})"},
                              "listing:018f2f4c-0000-7000-8000-000000000000");
    return std::regex_replace(path, std::regex{R"(\{\w+\})"},
                              "018f2f4c-0000-7000-8000-000000000000");
  }
  client_response ask(const route& row, const client::fields& as = {}) {
    client to{site->port()};
    return to.send(to_string(row.method), path_of(row), as);
  }
};

TEST_F(ContractOverHttp, nothing_personal_is_for_those_without_a_session) {
  for (const auto& row : all_routes()) {
    if (is_for_anyone(row)) continue;
    const auto got = ask(row);
    EXPECT_EQ(got.status, 401U) << row.pattern;
    EXPECT_EQ(got.code(), "unauthenticated") << row.pattern;
    EXPECT_EQ(got.header("www-authenticate"), "Bearer") << row.pattern;
  }
}

TEST_F(ContractOverHttp, administration_is_not_for_everybody) {
  const auto ada = join("ada");
  for (const auto& row : all_routes()) {
    if (!is_for_admins(row)) continue;
    const auto got = ask(row, ada);
    EXPECT_EQ(got.status, 403U) << row.pattern;
    EXPECT_EQ(got.code(), "not_admin") << row.pattern;
  }
}

TEST_F(ContractOverHttp, what_is_not_there_is_not_found) {
  const auto root = join("root");
  for (const auto& row : all_routes()) {
    if (row.pattern.find('{') == row.pattern.npos) continue;
    const auto got = ask(row, root);
    if (row.method == verb::remove && row.pattern == "/api/me/follows/{topic}") {
      EXPECT_EQ(got.status, 204U) << "so nobody follows it";
      continue;
    }
    EXPECT_EQ(got.status, 404U) << row.pattern;
    EXPECT_EQ(got.code(), "not_found") << row.pattern;
  }
}

TEST_F(ContractOverHttp, what_anybody_may_read_is_there) {
  for (const auto& row : all_routes()) {
    const bool has_parameters = row.pattern.find('{') != row.pattern.npos;
    if (row.who.who != access::open || row.method != verb::get || has_parameters) continue;
    EXPECT_EQ(ask(row).status, 200U) << row.pattern;
  }
}

TEST_F(ContractOverHttp, a_query_has_no_other_parameters_than_are_described) {
  const auto ada = join("ada");
  for (const auto& row : all_routes()) {
    const described_operation one{row};
    if (!one.has("/parameters/Limit\"") || is_for_admins(row)) continue;
    client from{site->port()};
    const auto got = from.get(path_of(row) + "?no_such=1", ada);
    EXPECT_EQ(got.status, 422U) << row.pattern;
    EXPECT_EQ(got.json().at("errors").at(0).at("code"), "unknown_parameter") << row.pattern;
  }
}

TEST_F(ContractOverHttp, is_served) {
  client from{site->port()};
  const auto got = from.get("/openapi.yaml");
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.header("content-type"), "application/yaml");
  EXPECT_EQ(got.body, openapi_text());
  EXPECT_TRUE(got.body.starts_with("openapi: 3.1."));

  const auto tag = got.header("etag");
  for (const auto& known : {tag, "W/" + tag, "\"other\", " + tag}) {
    const auto again = from.get("/openapi.yaml", {{"If-None-Match", known}});
    EXPECT_EQ(again.status, 304U) << known;
    EXPECT_EQ(again.header("etag"), tag);
    EXPECT_EQ(again.body, "");
  }
  EXPECT_EQ(from.get("/openapi.yaml", {{"If-None-Match", "\"other\""}}).status, 200U);
}

}  // namespace
}  // namespace rentwave::http
