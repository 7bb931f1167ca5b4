// The pages for people, by a real server over the real table of routes, with nothing behind it.
#include "http/pages/html.hpp"

#include <set>

#include "http/router.hpp"
#include "http/routes.hpp"
#include "http/target.hpp"
#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

class Pages : public server_scene {
 protected:
  Pages() {
    api.described.version = "1.2.3";
    api.described.node = "node-7";
    api.described.promise = "survives the death of the process";
    api.described.since = instant{std::chrono::seconds{1'700'000'000}};
  }
  client_response get(std::string_view path, std::string_view method = "GET") {
    if (!running) serve({}, all_routes());
    return connect().send(method, path);
  }
};

/// The values of an attribute, in order.
std::vector<std::string> values_of(const std::string& html, const std::string& attribute) {
  const auto start = ' ' + attribute + "=\"";
  std::vector<std::string> values;
  for (auto at = html.find(start); at != html.npos; at = html.find(start, at)) {
    at += start.size();
    values.push_back(html.substr(at, html.find('"', at) - at));
  }
  return values;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

constexpr const char* paths[] = {"/", "/docs"};

TEST_F(Pages, are_html_that_may_load_nothing_but_our_style_sheet_and_icon) {
  for (const auto* path : paths) {
    const auto got = get(path);
    EXPECT_EQ(got.status, 200U) << path;
    EXPECT_EQ(got.header("content-type"), "text/html; charset=utf-8") << path;
    EXPECT_EQ(got.header("content-security-policy"),
              "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
              "form-action 'none'; frame-ancestors 'none'")
        << path;
    EXPECT_EQ(got.header("x-content-type-options"), "nosniff") << path;
    for (const auto* nothing : {"<script", "<style", " style=", " src=", "http-equiv", "@import"})
      EXPECT_FALSE(has(got.body, nothing)) << path << nothing;
  }
}

TEST_F(Pages, are_built_for_everybody) {
  for (const auto* path : paths) {
    const auto html = get(path).body;
    for (const auto* part : {"<!doctype html>", "<html lang=\"en\">", "<meta name=\"viewport\"",
                             "<main id=\"content\">", "href=\"#content\"", "<title>RentWave: "})
      EXPECT_TRUE(has(html, part)) << path << ": " << part;
    EXPECT_EQ(html.find("<h1>"), html.rfind("<h1>")) << path << " has one";
    const auto ids = values_of(html, "id");
    const std::set<std::string> all{ids.begin(), ids.end()};
    EXPECT_EQ(all.size(), ids.size()) << path << ": an id is there twice";
    for (const auto& label : values_of(html, "aria-labelledby"))
      EXPECT_TRUE(all.contains(label)) << path << ": " << label;
  }
}

TEST_F(Pages, answer_head_without_a_body) {
  for (const auto* path : {"/", "/docs", "/style.css", "/icon.svg"}) {
    if (!running) serve({}, all_routes());
    auto one = connect();
    one.send_raw("HEAD " + std::string{path} + " HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto got = one.receive(true);
    EXPECT_EQ(got.status, 200U) << path;
    EXPECT_GT(std::stoi(got.header("content-length")), 200) << path;
    EXPECT_EQ(one.get(path).status, 200U) << "the connection is in order";
  }
}

TEST_F(Pages, have_links_that_lead_somewhere) {
  const router routes{all_routes()};
  for (const auto* path : paths) {
    const auto html = get(path).body;
    const auto links = values_of(html, "href");
    EXPECT_GT(links.size(), 3U);
    for (const auto& link : links) {
      if (link.starts_with('#')) {
        EXPECT_TRUE(has(html, "id=\"" + link.substr(1) + '"')) << link;
        continue;
      }
      const auto target = parse_target(link);
      ASSERT_TRUE(target) << link;
      EXPECT_TRUE(routes.find(verb::get, target->segments).found) << path << ": " << link;
    }
  }
}

TEST_F(Pages, have_a_style_sheet_for_light_and_dark) {
  const auto got = get("/style.css");
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.header("content-type"), "text/css; charset=utf-8");
  EXPECT_TRUE(has(got.body, "prefers-color-scheme: dark"));
  EXPECT_FALSE(has(got.body, "url(")) << "nothing is loaded from elsewhere";
  EXPECT_FALSE(has(got.body, "<"));
  EXPECT_EQ(get("/icon.svg").header("content-type"), "image/svg+xml");
}

TEST_F(Pages, say_what_runs_here) {
  const auto html = get("/").body;
  for (const auto* part :
       {"1.2.3", "node-7", "survives the death of the process", "2023-11-14T22:13:20Z", "EUR",
        "payments are a sandbox", "as fast as real time", "curl $here/api/users"})
    EXPECT_TRUE(has(html, part)) << part;
  auto one = connect();
  one.send_raw("GET / HTTP/1.1\r\nHost: rent.example:8080\r\n\r\n");
  EXPECT_TRUE(has(one.receive().body, "here=http://rent.example:8080\n"));
}

TEST_F(Pages, show_the_sample_accounts_if_there_are_any) {
  EXPECT_FALSE(has(get("/").body, "id=\"samples\""));
  api.described.samples = {{"demo.one", "lets <books>"}, {"demo.two", "rents them"}};
  api.described.sample_password = "known & public";
  const auto html = get("/").body;
  for (const auto* part : {"demo.one", "lets &lt;books&gt;", "demo.two", "known &amp; public",
                           "served to this machine only"})
    EXPECT_TRUE(has(html, part)) << part;
  EXPECT_FALSE(has(html, "curl $here/api/users")) << "nobody has to register";
}

TEST_F(Pages, escape_what_they_are_told) {
  const std::string evil = "<b onclick=\"x\">&'{{version}}";
  api.described.version = api.described.node = api.described.promise = evil;
  for (const auto* path : paths) {
    const auto html = get(path).body;
    EXPECT_FALSE(has(html, "<b onclick")) << path;
    EXPECT_TRUE(has(html, "&lt;b onclick=&quot;x&quot;&gt;&amp;&#39;{{version}}")) << path;
  }
  auto one = connect();
  one.send_raw("GET / HTTP/1.1\r\nHost: a;b$(c)'\r\n\r\n");
  EXPECT_TRUE(has(one.receive().body, "here=http://127.0.0.1:8080\n"))
      << "a host that a shell would not take as such is not for copying";
}

TEST_F(Pages, document_every_route) {
  const auto html = get("/docs").body;
  std::size_t at = 0;
  for (const auto& each : all_routes()) {
    ASSERT_FALSE(each.what.empty()) << each.pattern;
    const auto cells = "<td class=\"method\">" + std::string{to_string(each.method)} +
                       "</td><td><code>" + escaped(each.pattern) + "</code></td>";
    at = html.find(cells, at);
    ASSERT_NE(at, html.npos) << each.pattern << " is missing, or not in its place";
    const auto last_cell = html.find("</td><td>", at + cells.size()) + 9;
    EXPECT_EQ(html.substr(last_cell, escaped(each.what).size()), escaped(each.what));
  }
  EXPECT_FALSE(all_routes().front().heading.empty()) << "a row outside of any section";
  EXPECT_TRUE(has(html, "<td>administrator</td>"));
  EXPECT_TRUE(has(html, "9780441013593")) << "an advert of each kind";
}

TEST_F(Pages, show_what_the_contract_says_of_every_call) {
  const auto html = get("/docs").body;
  std::size_t calls = 0;
  for (auto at = html.find("<details id="); at != html.npos; at = html.find("<details id=", at + 1))
    ++calls;
  EXPECT_EQ(calls, all_routes().size());
  const auto begin = html.find("<details id=\"post_rental\">");
  ASSERT_NE(begin, html.npos);
  const auto call = html.substr(begin, html.find("</details>", begin) - begin);
  for (const auto* part :
       {"<code>/api/rentals</code>", "Idempotency-Key", "&quot;duration&quot;: &quot;P2D&quot;",
        "<th scope=\"row\">409</th>", "<code>not_available</code>", "<code>rental_id</code>"})
    EXPECT_TRUE(has(call, part)) << part;
  EXPECT_TRUE(has(html, "<code>rate_limited</code>")) << "what any call may answer";
}

TEST(Html, fills_in_by_name_and_only_once) {
  const auto made = filled("{{a}}-{{b}}-{{a}}", {{"a", "{{b}}<"}, {"b", markup{"<i>{{a}}</i>"}}});
  EXPECT_EQ(made.text, "{{b}}&lt;-<i>{{a}}</i>-{{b}}&lt;");
}

}  // namespace
}  // namespace rentwave::http
