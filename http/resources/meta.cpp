// What the service says about itself: facts for programs, and a page for people.
#include <sodium.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "http/digests.hpp"
#include "http/passwords.hpp"
#include "http/resources/account_handlers.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

using boost::asio::awaitable;

constexpr std::string_view style =
    "body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif;"
    "color:#1c1c1c;background:#fff}"
    "pre{padding:1rem;overflow-x:auto;background:#f2f2f2}"
    "a{color:#0b57a4}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}pre{background:#262626}"
    "a{color:#8cc4ff}}";

constexpr std::string_view page_start =
    R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>RentWave</title>
<style>)";

constexpr std::string_view page_body =
    R"(</style>
</head>
<body>
<main>
<h1>RentWave</h1>
<p>A marketplace where people rent things to each other: books, vehicles and rooms. This is its
server; programs talk to it in JSON over HTTP.</p>
<h2>First steps</h2>
<p>In a terminal, with the address of this page in place of <code>$HERE</code>:</p>
<pre tabindex="0" aria-label="Commands for a terminal"><code>curl $HERE/api/users \
     -d '{"username": "ada", "password": "correct horse"}' \
     -H 'Content-Type: application/json'
curl $HERE/api/sessions -d '{"username": "ada", "password": "correct horse"}' \
     -H 'Content-Type: application/json' -c cookies.txt
curl $HERE/api/me/wallet/top-ups -d '{"amount": 5000}' \
     -H 'Content-Type: application/json' -b cookies.txt
curl $HERE/api/me/wallet -b cookies.txt
curl "$HERE/api/listings?q=book"</code></pre>
<h2>Where to look next</h2>
<ul>
<li><a href="/api/meta">Version, currency, time and limits</a></li>
<li><a href="/api/listings">All adverts</a></li>
<li><a href="/readyz">Whether everything is up</a></li>
</ul>
</main>
</body>
</html>
)";

std::string style_hash() {
  const auto hash = sha256(style);
  constexpr int form = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_ENCODED_LEN(hash.size(), form), '\0');
  sodium_bin2base64(text.data(), text.size(), hash.data(), hash.size(), form);
  text.pop_back();  // the terminating zero
  return text;
}

/// Nothing but this very style sheet (CSP level 3).
std::string content_policy() {
  return "default-src 'none'; style-src 'sha256-" + style_hash() +
         "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

}  // namespace

awaitable<response> get_meta(backend& api, const request&) {
  const auto& about = api.about();
  nlohmann::json limits;
  limits["header_bytes"] = about.header_bytes;
  limits["body_bytes"] = about.body_bytes;
  limits["page"] = max_page;
  limits["json_depth"] = max_json_depth;
  limits["password_characters"] = {{"min", password_rules.min}, {"max", password_rules.max}};
  limits["sessions"] = login::max_sessions;
  nlohmann::json facts;
  facts["version"] = about.version;
  facts["currency"] = api.currency();
  facts["domain_time"] = format_instant(api.clock().now());
  facts["clock_rate"] = api.clock().rate();
  facts["payments"] = api.payments_are_sandbox() ? "sandbox" : "provider";
  facts["limits"] = std::move(limits);
  auto made = json_response(200, facts);
  made.headers.emplace_back("Cache-Control", "no-store");
  co_return made;
}

awaitable<response> get_root(backend&, const request&) {
  static const std::string policy = content_policy();
  response page;
  page.content_type = "text/html; charset=utf-8";
  page.body.append(page_start).append(style).append(page_body);
  page.headers.emplace_back("Content-Security-Policy", policy);
  page.headers.emplace_back("Referrer-Policy", "no-referrer");
  co_return page;
}

}  // namespace rentwave::http
