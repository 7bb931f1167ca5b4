// `/`: what runs here, who may try it, and how to begin.
#include <algorithm>
#include <cstdio>

#include "http/ascii.hpp"
#include "http/backend.hpp"
#include "http/pages/html.hpp"
#include "http/pages/page_handlers.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

constexpr std::string_view start_form = R"(<h1>People rent things to each other here</h1>
<p class="lead">Books, vehicles and guest rooms. This is the marketplace's server: programs talk to
it in JSON over HTTP, and <a href="/docs">the API</a> says how.</p>

<section aria-labelledby="first-steps">
<h2 id="first-steps">First steps</h2>
<p>In a terminal. Amounts of money are in cents, times are UTC.</p>
<pre tabindex="0" role="region" aria-labelledby="first-steps"><code>here={{here}}
json='Content-Type: application/json'
{{who}}
# What there is, what one has, and 50.00 more of it
curl "$here/api/listings?kind=book&amp;sort=price"
curl $here/api/me/wallet -b cookies.txt
curl $here/api/me/wallet/top-ups -b cookies.txt -H "$json" -d '{"amount": 5000}'

# To rent: the id of an advert, and for how long
curl $here/api/rentals -b cookies.txt -H "$json" -d '{"listing_id": "…", "duration": "P2D"}'
curl $here/api/me/rentals -b cookies.txt
curl $here/api/me/notifications -b cookies.txt
</code></pre>
</section>
{{samples}}
<section aria-labelledby="facts">
<h2 id="facts">What runs here</h2>
<dl>
<dt>Version</dt><dd>{{version}}</dd>
<dt>Node</dt><dd>{{node}}, since <time datetime="{{since}}">{{since}}</time></dd>
<dt>Journal</dt><dd>What is in it {{promise}}.</dd>
<dt>Money</dt><dd>{{currency}}; {{payments}}</dd>
<dt>Domain time</dt><dd><time datetime="{{now}}">{{now}}</time>, {{rate}}</dd>
</dl>
</section>

<section aria-labelledby="more">
<h2 id="more">Where to look next</h2>
<ul>
<li><a href="/docs">The API</a>: every call, who may make it, and what it does</li>
<li><a href="/api/listings">All adverts</a> and
<a href="/api/listings/top">the most rented ones</a></li>
<li><a href="/api/meta">Version, time and limits</a>, <a href="/readyz">whether everything is
up</a>, <a href="/metrics">figures for Prometheus</a></li>
</ul>
</section>
)";

constexpr std::string_view registering = R"(
# Register and log in; the cookie is the session
curl $here/api/users -H "$json" -d '{"username": "ada", "password": "correct horse"}'
curl $here/api/sessions -H "$json" -d '{"username": "ada", "password": "correct horse"}' \
     -c cookies.txt
)";

constexpr std::string_view logging_in = R"(
# Log in as somebody of the samples; the cookie is the session
curl $here/api/sessions -H "$json" -c cookies.txt \
     -d '{"username": "{{name}}", "password": "{{password}}"}'
)";

constexpr std::string_view samples_form = R"(
<section aria-labelledby="samples">
<h2 id="samples">Sample accounts</h2>
<p>This is a demo: what is in it was made up, and whoever reads this may log in as any of these,
with the password <code>{{password}}</code>. That is why it is served to this machine only.</p>
<div class="wide" tabindex="0" role="region" aria-labelledby="samples">
<table>
<thead><tr><th scope="col">Username</th><th scope="col">Who</th></tr></thead>
<tbody>
{{rows}}</tbody>
</table>
</div>
</section>
)";

constexpr std::string_view sample_row =
    "<tr><th scope=\"row\"><code>{{name}}</code></th><td>{{about}}</td></tr>\n";

markup who_logs_in(const backend::facts& about) {
  if (about.samples.empty()) return {std::string{registering}};
  return filled(logging_in,
                {{"name", about.samples.front().username}, {"password", about.sample_password}});
}

markup samples(const backend::facts& about) {
  if (about.samples.empty()) return {};
  markup rows;
  for (const auto& each : about.samples)
    rows.text += filled(sample_row, {{"name", each.username}, {"about", each.about}}).text;
  return filled(samples_form, {{"password", about.sample_password}, {"rows", rows}});
}

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

std::string rate_text(double rate) {
  if (rate == 1) return "as fast as real time";
  return rounded(rate) + " times as fast as real time";
}

/// Where the reader found us; what could mean something to a shell is not repeated.
std::string here(const request& asked) {
  const auto host = asked.header("host");
  const auto is_plain = [](char c) {
    return ascii::is_letter(c) || ascii::is_digit(c) || c == '.' || c == '-' || c == ':' ||
           c == '[' || c == ']';
  };
  const bool plain = !host.empty() && std::ranges::all_of(host, is_plain);
  return std::string{asked.is_secure ? "https://" : "http://"} +
         (plain ? std::string{host} : "127.0.0.1:8080");
}

}  // namespace

boost::asio::awaitable<response> get_root(backend& api, const request& asked) {
  const auto& about = api.about();
  const auto content =
      filled(start_form,
             {{"here", here(asked)},
              {"who", who_logs_in(about)},
              {"samples", samples(about)},
              {"version", about.version},
              {"node", about.node},
              {"since", format_instant(std::chrono::floor<std::chrono::seconds>(about.since))},
              {"promise", about.promise},
              {"currency", api.currency()},
              {"payments", api.payments_are_sandbox() ? "payments are a sandbox: none is real"
                                                      : "payments are real"},
              {"now", format_instant(std::chrono::floor<std::chrono::seconds>(api.clock().now()))},
              {"rate", rate_text(api.clock().rate())}});
  co_return page("RentWave: what runs here", content);
}

}  // namespace rentwave::http
