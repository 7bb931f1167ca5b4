#include "http/offers.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "actors/domain/decision.hpp"
#include "actors/domain/isbn.hpp"
#include "http/duration_text.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;
using std::string_view;

/// Its range was checked.
int whole(std::int64_t value) {
  return static_cast<int>(value);
}

// --- reading ---

rate read_rate(field_reader in, amount_rule rule) {
  rate read;
  read.amount = in.amount("amount", rule);
  read.per = in.choice<time_unit>("per");
  return read;
}

rental_terms read_terms(field_reader& body) {
  rental_terms terms;
  terms.price = read_rate(body.object("price"), amount_rule::positive);
  terms.late_fee = read_rate(body.object("late_fee"), amount_rule::zero_too);
  terms.grace = body.optional_duration("grace", grace_times).value_or(terms.grace);
  const int otherwise = terms.late_fee.per == time_unit::hour ? default_hourly_late_periods
                                                              : default_daily_late_periods;
  terms.max_late_periods =
      whole(body.optional_integer("max_late_periods", late_period_caps).value_or(otherwise));
  terms.deposit = body.optional_amount("deposit").value_or(money{});
  terms.cancellation = body.optional_choice<cancellation_policy>("cancellation")
                           .value_or(cancellation_policy::flexible);
  return terms;
}

/// Names as in the IANA database, for example "Europe/Berlin". Whether there is such a zone is for
/// whoever shows times in it.
bool looks_like_time_zone(string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  });
}

place read_place(field_reader in) {
  place where;
  where.city = in.text("city", {.max = max_place_name});
  where.country = in.text("country", {.max = max_place_name});
  where.lat = in.optional_number("lat", latitudes);
  where.lon = in.optional_number("lon", longitudes);
  if (in.has("lat") != in.has("lon"))
    in.refuse(in.has("lat") ? "lon" : "lat", "required", "lat and lon go together.");
  where.time_zone = in.optional_text("time_zone", {.max = max_time_zone});
  if (where.time_zone && !looks_like_time_zone(*where.time_zone))
    in.refuse("time_zone", "format", "A time zone is one of IANA's, for example Europe/Berlin.");
  return where;
}

std::string read_isbn(field_reader& in) {
  const auto text = in.text("isbn", {.max = max_isbn_text});
  if (text.empty()) return {};
  if (auto isbn = normalise_isbn(text)) return *std::move(isbn);
  const auto digits = std::ranges::count_if(text, [](char c) { return c != '-' && c != ' '; });
  const bool plausible =
      (digits == 10 || digits == 13) && text.find_first_not_of("0123456789xX- ") == text.npos;
  if (plausible) {
    in.refuse("isbn", "check_digit", "The check digit is wrong: a digit was mistyped.");
  } else {
    in.refuse("isbn", "format", "An ISBN has 10 or 13 digits.");
  }
  return {};
}

book_details read_book(field_reader in) {
  book_details book;
  book.isbn = read_isbn(in);
  book.title = in.text("title", {.max = max_book_text});
  book.author = in.text("author", {.max = max_book_text});
  return book;
}

vehicle_details read_vehicle(field_reader in) {
  constexpr text_rules rules{.max = max_vehicle_text};
  vehicle_details vehicle;
  vehicle.type = in.text("type", rules);
  vehicle.make = in.text("make", rules);
  vehicle.model = in.text("model", rules);
  vehicle.year = whole(in.integer("year", model_years));
  vehicle.seats = whole(in.integer("seats", seat_counts));
  vehicle.boot_litres = whole(in.integer("boot_litres", boot_sizes));
  vehicle.transmission = in.text("transmission", rules);
  vehicle.fuel = in.text("fuel", rules);
  return vehicle;
}

room_details read_room(field_reader in) {
  room_details room;
  room.guests = whole(in.integer("guests", guest_counts));
  room.beds = whole(in.integer("beds", bed_counts));
  room.bathrooms = whole(in.integer("bathrooms", bathroom_counts));
  room.amenities = in.texts("amenities", max_amenities, {.max = max_amenity});
  return room;
}

/// The details of the advert's own kind are required, those of another are refused.
item_details read_item(field_reader& body) {
  const auto kind = body.optional_choice<item_kind>("kind");
  if (!kind) {
    if (!body.has("kind")) body.refuse("kind", "required", "It is required.");
    return {};
  }
  for (const auto name : names_of<item_kind>())
    if (name != name_of(*kind) && body.has(name))
      body.refuse(name, "unexpected", "These are the details of another kind.");
  switch (*kind) {
    case item_kind::book:
      return read_book(body.object("book"));
    case item_kind::vehicle:
      return read_vehicle(body.object("vehicle"));
    case item_kind::room:
      return read_room(body.object("room"));
  }
  return {};
}

bool has_null_character(const json& value) {
  if (const auto* text = value.get_ptr<const json::string_t*>())
    return text->find('\0') != text->npos;
  if (!value.is_structured()) return false;
  for (const auto& [name, element] : value.items())
    if (name.find('\0') != name.npos || has_null_character(element)) return true;
  return false;
}

std::string read_extra(field_reader& body) {
  if (!body.optional_object("extra")) return {};
  const auto& extra = *body.raw("extra");
  auto text = extra.dump();
  if (text.size() > max_extra_bytes)
    body.refuse("extra", "too_long", "It has at most 4096 bytes as JSON.");
  if (has_null_character(extra))
    body.refuse("extra", "control_character", "It must not contain NUL.");
  return text;
}

}  // namespace

offer read_offer(field_reader& body) {
  offer read;
  read.item = read_item(body);
  read.title = body.text("title", {.max = max_advert_title});
  read.description = body.text("description", {.min = 0, .max = max_description, .lines = true});
  read.terms = read_terms(body);
  const auto shortest = body.duration("min_duration", rental_lengths);
  const auto longest = body.duration("max_duration", rental_lengths);
  const bool both = shortest > duration{} && longest > duration{};
  if (both && longest < shortest)
    body.refuse("max_duration", "range", "It must not be shorter than min_duration.");
  read.min_duration = shortest;
  read.max_duration = longest;
  read.where = read_place(body.object("place"));
  read.extra = read_extra(body);
  return read;
}

// --- writing ---

namespace {

json rate_posting(const rate& value) {
  return {{"amount", value.amount.cents}, {"per", name_of(value.per)}};
}

json place_posting(const place& value) {
  json where{{"city", value.city}, {"country", value.country}};
  if (value.lat) where["lat"] = *value.lat;
  if (value.lon) where["lon"] = *value.lon;
  if (value.time_zone) where["time_zone"] = *value.time_zone;
  return where;
}

/// The members of the kind's own object ("book", "vehicle", "room").
json details_of(const item_details& item) {
  return std::visit(
      overloaded{[](const book_details& book) -> json {
                   return {{"isbn", book.isbn}, {"title", book.title}, {"author", book.author}};
                 },
                 [](const vehicle_details& vehicle) -> json {
                   return {{"type", vehicle.type},
                           {"make", vehicle.make},
                           {"model", vehicle.model},
                           {"year", vehicle.year},
                           {"seats", vehicle.seats},
                           {"boot_litres", vehicle.boot_litres},
                           {"transmission", vehicle.transmission},
                           {"fuel", vehicle.fuel}};
                 },
                 [](const room_details& room) -> json {
                   return {{"guests", room.guests},
                           {"beds", room.beds},
                           {"bathrooms", room.bathrooms},
                           {"amenities", room.amenities}};
                 }},
      item);
}

/// The further attributes, as an object.
json extra_of(const offer& content) {
  auto extra = json::parse(content.extra, nullptr, false);
  return extra.is_object() ? extra : json::object();
}

}  // namespace

json posting_of(const offer& content) {
  const std::string kind{name_of(content.kind())};
  json posting{{"kind", kind},
               {"title", content.title},
               {"description", content.description},
               {"price", rate_posting(content.terms.price)},
               {"late_fee", rate_posting(content.terms.late_fee)},
               {"grace", format_duration(content.terms.grace)},
               {"max_late_periods", content.terms.max_late_periods},
               {"deposit", content.terms.deposit.cents},
               {"cancellation", name_of(content.terms.cancellation)},
               {"min_duration", format_duration(content.min_duration)},
               {"max_duration", format_duration(content.max_duration)},
               {"place", place_posting(content.where)}};
  posting[kind] = details_of(content.item);
  if (!content.extra.empty()) posting["extra"] = extra_of(content);
  return posting;
}

boost::system::result<advert_change, problem> read_change(const request& asked,
                                                          const offer& present) {
  auto patch = field_reader::over(asked);
  if (!patch) return patch.error();
  advert_change change;
  change.active = patch->optional_flag("active");
  const json kind = name_of(present.kind());
  if (patch->has("kind") && *patch->raw("kind") != kind)
    patch->refuse("kind", "immutable", "The kind of an advert never changes.");
  auto merged_posting = posting_of(present);
  merged_posting.merge_patch(patch->members());
  merged_posting["kind"] = kind;
  field_reader merged{std::move(merged_posting)};
  auto content = read_offer(merged);

  auto wrong = merged.failure();
  if (auto also = patch->failure()) {
    if (wrong) also->errors.insert(also->errors.end(), wrong->errors.begin(), wrong->errors.end());
    wrong = std::move(also);
  }
  if (wrong) return *std::move(wrong);
  if (content != present) change.content = std::move(content);
  return change;
}

}  // namespace rentwave::http
