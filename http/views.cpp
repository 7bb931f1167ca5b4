#include "http/views.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/advert_text.hpp"
#include "http/duration_text.hpp"
#include "http/offers.hpp"
#include "http/problems.hpp"
#include "http/public_form.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

template <class T>
json or_null(const std::optional<T>& value) {
  if (!value) return nullptr;
  if constexpr (std::same_as<T, instant>) {
    return format_instant(*value);
  } else if constexpr (std::same_as<T, std::string>) {
    return *value;
  } else {
    return to_string(*value);
  }
}

json decision_json(const rental::arbitration& decided, const std::string& currency) {
  return {{"rent", money_json(decided.rent, currency)},
          {"late_fees", money_json(decided.late_fees, currency)},
          {"deposit", money_json(decided.deposit, currency)},
          {"reason", decided.reason}};
}

json rejection_json(const rare<refusal>& why) {
  return why ? refusal_json(*why) : json(nullptr);
}

json terms_json(const rental_terms& terms, const std::string& currency) {
  return {{"price", rate_json(terms.price, currency)},
          {"late", late_rule_json(terms, currency)},
          {"deposit", money_json(terms.deposit, currency)},
          {"cancellation", name_of(terms.cancellation)}};
}

json extension_json(const rare<rental::extension>& wish, const std::string& currency) {
  if (!wish) return nullptr;
  json shown{{"ends_at", format_instant(wish->ends_at)}, {"rent", nullptr}};
  if (wish->reserved) shown["rent"] = money_json(wish->rent, currency);
  return shown;
}

}  // namespace

json rate_json(const rate& value, const std::string& currency) {
  auto shown = money_json(value.amount, currency);
  shown["per"] = name_of(value.per);
  return shown;
}

json period_json(const period& value) {
  return {{"start", format_instant(value.start)}, {"end", format_instant(value.end)}};
}

json rating_json(const rating_total& given) {
  if (given.count == 0) return nullptr;
  return {{"average", static_cast<double>(given.average_hundredths()) / 100},
          {"count", given.count}};
}

json refusal_json(const refusal& why) {
  json shown{{"code", public_code(why.code)}, {"detail", why.detail}};
  if (why.free) shown["free"] = period_json(*why.free);
  return shown;
}

json late_rule_json(const rental_terms& terms, const std::string& currency) {
  return {{"fee", rate_json(terms.late_fee, currency)},
          {"grace", format_duration(terms.grace)},
          {"max_periods", terms.max_late_periods}};
}

// --- adverts ---

json photo_json(const photo& one) {
  return json::parse(photo_text(one));
}

json block_json(const listing::owner_block& block) {
  return {{"id", to_string(block.id)},
          {"starts_at", format_instant(block.when.start)},
          {"ends_at", format_instant(block.when.end)},
          {"note", block.note}};
}

// --- rentals ---

json rental_json(const rental::state& one, const std::string& currency) {
  const auto late_fees = rental::late_fees(one);
  json shown{{"id", to_string(one.id)},
             {"listing_id", to_string(one.about.listing)},
             {"renter", to_string(one.about.renter)},
             {"status", name_of(one.now)},
             {"starts_at", format_instant(one.when.start)},
             {"ends_at", format_instant(one.when.end)},
             {"due_at", format_instant(one.when.end)},
             {"requested_at", format_instant(one.requested_at)},
             {"started_at", or_null(one.started_at)},
             {"returned_at", or_null(one.returned_at)},
             {"late_fees", money_json(late_fees, currency)},
             {"rejection", rejection_json(one.rejection)},
             {"extension", extension_json(one.pending_extension, currency)},
             {"extension_rejection", rejection_json(one.extension_refusal)},
             {"reviews", json::array()}};
  for (const auto& each : one.reviews) shown["reviews"].push_back(review_json(one, each));
  // Known once the listing has agreed.
  for (const auto* name : {"title", "kind", "owner", "rent", "deposit", "total", "terms"})
    shown[name] = nullptr;
  if (one.reserved) {
    shown["title"] = one.about.title;
    shown["kind"] = name_of(one.about.kind);
    shown["owner"] = to_string(one.about.owner);
    shown["rent"] = money_json(one.rent, currency);
    shown["deposit"] = money_json(one.terms.deposit, currency);
    shown["total"] = money_json(one.rent + one.terms.deposit + late_fees, currency);
    shown["terms"] = terms_json(one.terms, currency);
  }
  const bool ended = one.now == rental::status::completed || one.now == rental::status::lost;
  if (ended) shown["deposit_claim"] = money_json(one.claim, currency);
  shown["settlement"] = one.decided ? decision_json(*one.decided, currency) : json(nullptr);
  if (one.now == rental::status::cancelled)
    shown["cancellation_fee"] = money_json(one.fee, currency);
  return shown;
}

json rental_json(const rental_row& one, const std::string& currency) {
  json shown{{"id", to_string(one.id)},
             {"listing_id", to_string(one.listing)},
             {"renter", to_string(one.renter)},
             {"owner", or_null(one.owner)},
             {"status", name_of(one.status)},
             {"starts_at", format_instant(one.when.start)},
             {"ends_at", format_instant(one.when.end)},
             {"due_at", format_instant(one.when.end)},
             {"requested_at", format_instant(one.requested_at)},
             {"late_fees", money_json(one.late_fees, currency)}};
  for (const auto* name : {"title", "kind", "rent", "deposit", "total"}) shown[name] = nullptr;
  if (one.owner) {
    shown["title"] = one.title;
    shown["kind"] = name_of(one.kind);
    shown["rent"] = money_json(one.rent, currency);
    shown["deposit"] = money_json(one.deposit, currency);
    shown["total"] = money_json(one.rent + one.deposit + one.late_fees, currency);
  }
  return shown;
}

// --- reviews ---

json review_json(const review_row& row) {
  const std::string side{name_of(row.by)};
  return {{"id", to_string(uuid_v8(row.rental.value, "review by " + side))},
          {"rental_id", to_string(row.rental)},
          {"listing_id", to_string(row.listing)},
          {"by", side},
          {"author", to_string(row.author)},
          {"about", to_string(row.about)},
          {"rating", row.rating},
          {"text", row.text},
          {"reviewed_at", format_instant(row.at)}};
}

json review_json(const rental::state& of, const rental::written_review& written) {
  const bool by_renter = written.by == rental::party::renter;
  review_row row;
  row.rental = of.id;
  row.by = written.by;
  row.author = by_renter ? of.about.renter : of.about.owner;
  row.about = by_renter ? of.about.owner : of.about.renter;
  row.listing = of.about.listing;
  row.rating = written.rating;
  row.text = written.text;
  row.at = written.at;
  return review_json(row);
}

// --- wallet and inbox ---

json wallet_json(const wallet::state& purse, const std::string& currency) {
  return {{"balance", money_json(purse.balance, currency)},
          {"held", money_json(purse.held(), currency)},
          {"owed", money_json(purse.owed(), currency)}};
}

json entry_json(const wallet_entry& line, const std::string& currency) {
  return {{"id", to_string(event_id(wallet_ref(line.account), line.version))},
          {"type", line.type},
          {"amount", money_json(line.amount, currency)},
          {"balance", money_json(line.balance, currency)},
          {"rental_id", or_null(line.rental)},
          {"time", format_instant(line.time)}};
}

json notification_json(const notice_row& row) {
  auto about = json::object();
  if (row.what.listing) about["listing_id"] = to_string(*row.what.listing);
  if (row.what.rental) about["rental_id"] = to_string(*row.what.rental);
  if (row.what.isbn) about["isbn"] = *row.what.isbn;
  if (row.what.alternatives) about["alternatives"] = "/api/listings?" + *row.what.alternatives;
  return {{"cursor", std::to_string(row.cursor)},
          {"type", row.what.type},
          {"time", format_instant(row.what.time)},
          {"text", row.what.text},
          {"data", std::move(about)}};
}

namespace {

json failure_json(const webhook::trouble& last) {
  json shown{
      {"code", name_of(last.why.code)}, {"status", nullptr}, {"at", format_instant(last.at)}};
  if (last.why.code == post_trouble::status) shown["status"] = last.why.status;
  return shown;
}

}  // namespace

json webhook_json(const webhook::state& hook) {
  json shown{{"id", to_string(hook.id)},
             {"url", hook.url.text},
             {"types", nullptr},
             {"active", hook.now == webhook::status::active},
             {"created_at", format_instant(hook.since)},
             {"delivered_up_to", std::to_string(hook.cursor)},
             {"failures", hook.failures},
             {"last_failure", nullptr},
             {"next_try_at", nullptr}};
  if (!hook.types.empty()) shown["types"] = hook.types;
  if (hook.last_failure) shown["last_failure"] = failure_json(*hook.last_failure);
  if (hook.again) shown["next_try_at"] = format_instant(*hook.again);
  return shown;
}

json list_json(json items, const std::optional<std::string>& next) {
  return {{"items", std::move(items)}, {"next", or_null(next)}};
}

}  // namespace rentwave::http
