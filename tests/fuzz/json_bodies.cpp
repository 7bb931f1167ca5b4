// A JSON body: the tree, the fields of an advert in it, and a patch of one.
#include "http/json_body.hpp"

#include "http/offers.hpp"
#include "tests/fuzz/complaints.hpp"

namespace rentwave::fuzz {
namespace {

using http::field_reader;
using nlohmann::json;

constexpr const char* plain_advert = R"({
  "kind": "room", "title": "Attic", "description": "Quiet.",
  "price": {"amount": 5000, "per": "day"}, "late_fee": {"amount": 100, "per": "hour"},
  "min_duration": "P1D", "max_duration": "P2W",
  "place": {"city": "Vienna", "country": "AT", "lat": 48.2, "lon": 16.4},
  "room": {"guests": 2, "beds": 1, "bathrooms": 1, "amenities": ["desk"]},
  "extra": {"floor": 4}})";

http::request post_of(std::string_view body) {
  http::request asked;
  asked.method = http::verb::post;
  asked.body = body;
  return asked;
}

int depth_of(const json& value) {
  if (!value.is_structured()) return 0;
  int deepest = 0;
  for (const auto& each : value) deepest = std::max(deepest, depth_of(each));
  return deepest + 1;
}

int count_of(const json& value) {
  int count = 1;
  if (value.is_structured())
    for (const auto& each : value) count += count_of(each);
  return count;
}

void check_tree(std::string_view text) {
  const auto read = http::parse_json(text, http::max_json_depth, http::max_json_values);
  const auto others = json::parse(text, nullptr, false);
  if (!read) {
    const auto& why = read.error().detail;
    demand(!why.empty(), "malformed JSON is explained");
    demand(others.is_discarded() || why.find("twice") != why.npos ||
               why.find("nested") != why.npos || why.find("too many") != why.npos,
           "JSON within the bounds is read");
    return;
  }
  demand(*read == others, "two readers read the same");
  demand(depth_of(*read) <= http::max_json_depth, "the depth is bounded");
  demand(count_of(*read) <= http::max_json_values, "the number of values is bounded");
  const auto written = read->dump();
  const auto again = http::parse_json(written, http::max_json_depth, http::max_json_values);
  demand(again && *again == *read && again->dump() == written, "what is written reads the same");
}

void check_depth(std::size_t depth) {
  const auto nested = std::string(depth, '[') + std::string(depth, ']');
  const bool fits = depth <= std::size_t{http::max_json_depth};
  const auto read = http::parse_json(nested, http::max_json_depth, http::max_json_values);
  demand(read.has_value() == fits, "JSON is read to its greatest depth, and no deeper");
}

void check_posting(const offer& content) {
  field_reader posted{http::posting_of(content)};
  demand(http::read_offer(posted) == content, "a posting reads as its offer");
  demand(posted.ok(), "the posting of an offer is accepted");
}

void check_offer(const http::request& asked) {
  auto body = field_reader::over(asked);
  if (!body) return check_complaint(body.error(), asked.body);
  field_reader others{body->members()};
  const auto content = http::read_offer(*body);
  if (const auto wrong = body->failure()) {
    check_complaint(*wrong, asked.body);
  } else {
    check_posting(content);
  }
  others.id<listing_id>("listing_id");
  others.instant("start");
  others.optional_flag("active");
  others.optional_texts("list", 3, {.min = 0, .max = 10, .trim = false});
  if (const auto wrong = others.failure()) check_complaint(*wrong, asked.body);
}

void check_change(const http::request& asked) {
  static const offer present = [] {
    auto body = field_reader::over(post_of(plain_advert));
    return http::read_offer(*body);
  }();
  const auto change = http::read_change(asked, present);
  if (!change) return check_complaint(change.error(), asked.body);
  if (!change->content) return;
  demand(change->content->kind() == present.kind(), "an advert keeps its kind");
  check_posting(*change->content);
}

}  // namespace

void examine(std::string_view input) {
  check_tree(input);
  check_depth(1 + input.size() % 40);
  const auto asked = post_of(input);
  check_offer(asked);
  check_change(asked);
}

}  // namespace rentwave::fuzz
