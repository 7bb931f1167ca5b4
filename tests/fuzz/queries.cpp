// A query string, as a search reads it.
#include <charconv>

#include "actors/domain/isbn.hpp"
#include "actors/domain/offer.hpp"
#include "http/fields.hpp"
#include "http/search_fields.hpp"
#include "http/target.hpp"
#include "persistence/timestamp.hpp"
#include "tests/fuzz/complaints.hpp"

namespace rentwave::fuzz {
namespace {

struct wanted {
  std::optional<std::string> words;
  std::optional<item_kind> kind;
  std::optional<std::int64_t> price;
  std::optional<bool> active;
  std::optional<instant> since;
  std::optional<account_id> owner;
  std::optional<double> radius;
  std::optional<std::vector<double>> near;
  std::vector<std::string> amenities;
  std::optional<std::string> sort;
  std::optional<std::string> cursor;
  int limit = 0;

  friend bool operator==(const wanted&, const wanted&) = default;
};

wanted read(http::query_reader& query) {
  wanted all;
  all.words = query.text("q", {.min = 0});
  all.kind = query.choice<item_kind>("kind");
  all.price = query.integer("price", {-5, max_amount.cents});
  all.active = query.flag("active");
  all.since = query.instant("since");
  all.owner = query.id<account_id>("owner");
  all.radius = query.number("radius", {0, 1e9});
  all.near = query.numbers("near", {{-90, 90}, {-180, 180}});
  all.amenities = query.texts("amenities", 3);
  all.sort = query.word("sort", {"newest", "-price"});
  all.cursor = query.cursor();
  all.limit = query.limit();
  return all;
}

std::string digits(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string written(const wanted& all) {
  std::string text = "/?limit=" + std::to_string(all.limit);
  const auto add = [&text](const char* name, std::string_view value) {
    text.append("&").append(name).append("=") += percent_encoded(value);
  };
  if (all.words) add("q", *all.words);
  if (all.kind) add("kind", http::name_of(*all.kind));
  if (all.price) add("price", std::to_string(*all.price));
  if (all.active) add("active", *all.active ? "true" : "false");
  if (all.since) add("since", format_instant(*all.since));
  if (all.owner) add("owner", to_string(*all.owner));
  if (all.radius) add("radius", digits(*all.radius));
  if (all.near) add("near", digits(all.near->front()) + ',' + digits(all.near->back()));
  std::string amenities;
  for (const auto& each : all.amenities) amenities += (amenities.empty() ? "" : ",") + each;
  if (!all.amenities.empty()) add("amenities", amenities);
  if (all.sort) add("sort", *all.sort);
  if (all.cursor) add("cursor", *all.cursor);
  return text;
}

/// What a search asks for is within the bounds that the journals rely on.
void examine_search(const http::request& asked, std::string_view input) {
  constexpr instant noon{std::chrono::hours{12}};
  http::query_reader query{asked};
  const auto wanted = http::read_search(query, noon);
  if (const auto wrong = query.failure()) return check_complaint(*wrong, input);
  demand(wanted.page.limit >= 1 && wanted.page.limit <= http::max_page, "a page is bounded");
  demand(!wanted.min_price || !wanted.max_price || *wanted.min_price <= *wanted.max_price,
         "prices are in order");
  if (wanted.near)
    demand(wanted.near->radius_m > 0 && wanted.near->radius_m <= 20'016'000,
           "a circle is on Earth");
  if (wanted.free) {
    const auto length = wanted.free->when.length();
    demand(length > duration{} && length <= http::longest_free_time, "a time is bounded");
  }
  demand(wanted.kind || wanted.least.empty(), "what only one kind has implies it");
}

}  // namespace

void examine(std::string_view input) {
  auto where = http::parse_target("/?" + std::string{input});
  if (!where) return;
  http::request asked;
  asked.query = std::move(where->query);
  examine_search(asked, input);
  http::query_reader query{asked};
  const auto all = read(query);
  if (const auto wrong = query.failure()) return check_complaint(*wrong, input);
  demand(all.limit >= 1 && all.limit <= http::max_page, "a page is bounded");

  asked.query = http::parse_target(written(all)).value().query;
  http::query_reader again{asked};
  demand(read(again) == all, "what was understood reads the same again");
  demand(!again.failure(), "what was understood is accepted again");
}

}  // namespace rentwave::fuzz
