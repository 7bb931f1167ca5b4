// `/docs`: the API as it is, out of the table of routes and the contract, with what holds for all
// of it.
#include <nlohmann/json.hpp>

#include "http/backend.hpp"
#include "http/fields.hpp"
#include "http/offers.hpp"
#include "http/pages/contract_pages.hpp"
#include "http/pages/html.hpp"
#include "http/pages/page_handlers.hpp"
#include "http/router.hpp"
#include "http/routes.hpp"

namespace rentwave::http {
namespace {

constexpr std::string_view docs_form = R"(<h1>The API</h1>
<p class="lead">RentWave {{version}}. JSON over HTTP; what follows is all that this server
answers. <a href="/openapi.yaml">The same as OpenAPI 3.1</a> says it to programs, with the form of
every body and every error.</p>

<section aria-labelledby="conventions">
<h2 id="conventions">What holds everywhere</h2>
<ul>
<li>Bodies are JSON objects under <code>Content-Type: application/json</code>, of at most
{{body_bytes}} bytes; a photo is its own bytes, at most {{photo_bytes}}.</li>
<li>Requests give money as a whole number of cents: <code>"amount": 250</code>. Answers say the
currency: <code>{"amount": 250, "currency": "{{currency}}"}</code>.</li>
<li>Times are RFC 3339 in UTC, in domain time. Durations are ISO 8601: <code>PT90M</code>,
<code>P14D</code>; a day is 24 hours. Rent and late fees count started hours or days.</li>
<li>Lists are <code>{"items": […], "next": …}</code>. Where <code>next</code> is not
<code>null</code>, it is the <code>cursor</code> of the following page;
<code>limit</code> is at most {{page}}.</li>
<li>Errors are problems (RFC 9457) with a stable <code>code</code>; 400 is malformed JSON, 422 names
each wrong field, 429 and 503 say in <code>Retry-After</code> when to try again.</li>
<li>A POST that creates takes an <code>Idempotency-Key</code>: the same key and body give the same
answer, and the thing is made once.</li>
<li>An edit of an advert sends the <code>ETag</code> that it read as <code>If-Match</code>.</li>
</ul>
</section>

<section aria-labelledby="who">
<h2 id="who">Who may call</h2>
<p>Logging in gives an <code>access_token</code>, to be sent as
<code>Authorization: Bearer …</code>, and the same as the cookie <code>auth</code>. The column
<em>Who</em> says what a call needs: nothing (<em>anyone</em>), such a token (<em>session</em>; else
401), or that of an administrator (<em>administrator</em>; else 403). A program has a token of its
own from <code>/api/me/tokens</code>, which may call what names one of its scopes, and no more (else
403 <code>insufficient_scope</code>). HEAD works wherever GET does.</p>
</section>

<section aria-labelledby="general">
<h2 id="general">What any call may answer</h2>
<p>Beside the answers that stand with each call.</p>
<div class="wide" tabindex="0" role="region" aria-labelledby="general">
<table>
<thead><tr><th scope="col">Answer</th><th scope="col">Codes</th>
<th scope="col">When</th></tr></thead>
<tbody>
{{general_errors}}</tbody>
</table>
</div>
</section>
{{sections}}
<section aria-labelledby="adverts">
<h2 id="adverts">What an advert says</h2>
<p>To be posted to <code>/api/listings</code>, one of each kind. <code>grace</code>,
<code>max_late_periods</code>, <code>deposit</code>, <code>cancellation</code> and
<code>extra</code> may be left out.</p>
{{examples}}</section>
)";

constexpr std::string_view section_start = R"(
<section aria-labelledby="section-{{number}}">
<h2 id="section-{{number}}">{{heading}}</h2>
<div class="wide" tabindex="0" role="region" aria-labelledby="section-{{number}}">
<table>
<thead><tr><th scope="col">Call</th><th scope="col">Path</th><th scope="col">Who</th>
<th scope="col">What</th></tr></thead>
<tbody>
)";
constexpr std::string_view section_end =
    "</tbody>\n</table>\n</div>\n<h3>Each of them</h3>\n{{operations}}</section>\n";

constexpr std::string_view row =
    R"(<tr><td class="method">{{method}}</td><td><code>{{path}}</code></td><td>{{who}}</td>)"
    "<td>{{what}}</td></tr>\n";

constexpr std::string_view example =
    "<details>\n<summary>A {{kind}}</summary>\n<pre tabindex=\"0\"><code>{{body}}</code></pre>\n"
    "</details>\n";

std::string name_of_audience(const audience& of) {
  switch (of.who) {
    case access::probe:
    case access::open:
      return "anyone";
    case access::session:
      return of.program ? "session, " + std::string{name_of(*of.program)} : "session";
    case access::admin:
      return "administrator";
  }
  return "";
}

markup sections(const contract_pages& contract) {
  markup made;
  int number = 0;
  std::string_view heading;
  const auto end_section = [&] {
    const auto found = contract.operations.find(heading);
    const auto operations = found == contract.operations.end() ? markup{} : found->second;
    made.text += filled(section_end, {{"operations", operations}}).text;
  };
  for (const auto& each : all_routes()) {
    if (!each.heading.empty()) {
      if (number > 0) end_section();
      heading = each.heading;
      const auto next = std::to_string(++number);
      made.text += filled(section_start, {{"number", next}, {"heading", heading}}).text;
    }
    made.text += filled(row, {{"method", to_string(each.method)},
                              {"path", each.pattern},
                              {"who", name_of_audience(each.who)},
                              {"what", each.what}})
                     .text;
  }
  end_section();
  return made;
}

/// Of each kind one, in the form that reading takes: it is written by the code that reads it.
std::vector<offer> sample_offers() {
  offer book;
  book.title = "Dune, well read";
  book.description = "Paperback; a few pages have seen the sea.";
  book.terms = {.price = {money{250}, time_unit::day},
                .late_fee = {money{300}, time_unit::day},
                .max_late_periods = default_daily_late_periods,
                .deposit = money{1000}};
  book.min_duration = one_day;
  book.max_duration = one_day * 14;
  book.where = {"Vienna", "AT", 48.21, 16.37, "Europe/Vienna"};
  book.item = book_details{"9780441013593", "Dune", "Frank Herbert"};

  auto vehicle = book;
  vehicle.title = "Small car for the weekend";
  vehicle.description = "Parked at the station.";
  vehicle.terms.price = vehicle.terms.late_fee = {money{600}, time_unit::hour};
  vehicle.terms.max_late_periods = default_hourly_late_periods;
  vehicle.terms.deposit = money{30'000};
  vehicle.terms.cancellation = cancellation_policy::moderate;
  vehicle.min_duration = one_hour * 2;
  vehicle.item = vehicle_details{"car", "Fiat", "Panda", 2019, 5, 225, "manual", "petrol"};

  auto room = book;
  room.title = "Quiet room above the courtyard";
  room.description = "Breakfast if you like.";
  room.terms.price = {money{5500}, time_unit::day};
  room.terms.late_fee = {money{2000}, time_unit::hour};
  room.terms.max_late_periods = default_hourly_late_periods;
  room.item = room_details{2, 1, 1, {"wifi", "breakfast"}};
  return {book, vehicle, room};
}

markup examples() {
  markup made;
  for (const auto& each : sample_offers()) {
    const auto posting = posting_of(each);
    made.text += filled(example, {{"kind", posting.at("kind").get<std::string>()},
                                  {"body", posting.dump(2)}})
                     .text;
  }
  return made;
}

}  // namespace

boost::asio::awaitable<response> get_docs(backend& api, const request&) {
  static const contract_pages contract = read_contract();
  static const markup all_sections = sections(contract);
  static const markup all_examples = examples();
  const auto content = filled(docs_form, {{"version", api.about().version},
                                          {"body_bytes", std::to_string(api.about().body_bytes)},
                                          {"photo_bytes", std::to_string(api.about().photo_bytes)},
                                          {"currency", api.currency()},
                                          {"page", std::to_string(max_page)},
                                          {"general_errors", contract.general_errors},
                                          {"sections", all_sections},
                                          {"examples", all_examples}});
  co_return page("RentWave: the API", content);
}

}  // namespace rentwave::http
