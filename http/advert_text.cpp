#include "http/advert_text.hpp"

#include "http/duration_text.hpp"
#include "http/object_text.hpp"

namespace rentwave::http {
namespace {

void add_money(object_text& to, std::string_view name, money value, std::string_view currency) {
  to.add_object(name, [&](object_text& inner) {
    inner.add("amount", value);
    inner.add("currency", currency);
  });
}

void add_rate(object_text& to, std::string_view name, const rate& value,
              std::string_view currency) {
  to.add_object(name, [&](object_text& inner) {
    inner.add("amount", value.amount);
    inner.add("currency", currency);
    inner.add("per", value.per);
  });
}

void append_photo(std::string& out, const photo& one) {
  object_text::append(out, [&](object_text& shown) {
    shown.add("id", one.id);
    shown.add("url", photo_path(one.id));
    shown.add("type", media_type_of(one.type));
    shown.add("width", one.width);
    shown.add("height", one.height);
  });
}

std::string photos_text(const std::vector<photo>& photos) {
  std::string text = "[";
  json_form::separator elements{text};
  for (const auto& each : photos) {
    elements.next();
    append_photo(text, each);
  }
  text += ']';
  return text;
}

void add_content(object_text& to, const offer& content, const std::vector<photo>& photos,
                 std::string_view currency) {
  const std::string_view kind = json_form::enum_name(content.kind());
  to.add("kind", kind);
  to.add("title", content.title);
  to.add("description", content.description);
  add_rate(to, "price", content.terms.price, currency);
  add_rate(to, "late_fee", content.terms.late_fee, currency);
  to.add("grace", format_duration(content.terms.grace));
  to.add("max_late_periods", content.terms.max_late_periods);
  add_money(to, "deposit", content.terms.deposit, currency);
  to.add("cancellation", content.terms.cancellation);
  to.add("min_duration", format_duration(content.min_duration));
  to.add("max_duration", format_duration(content.max_duration));
  to.add("place", content.where);
  std::visit([&](const auto& details) { to.add(kind, details); }, content.item);
  if (!content.extra.empty()) to.add_json("extra", content.extra);
  to.add_json("photos", photos_text(photos));
}

/// What an advert, a state or a row, has beside its content. The row of a hidden one does not know
/// whether its owner has it active.
template <class Advert>
void add_standing(object_text& to, const Advert& one, bool active) {
  to.add("id", one.id);
  to.add("owner", one.owner);
  to.add("active", active);
  to.add("revision", one.revision);
  to.add("times_rented", one.times_rented);
  to.add("added_at", one.added_at);
  if (one.rating.count == 0) return to.add_null("rating");
  to.add_object("rating", [&](object_text& inner) {
    inner.add("average", static_cast<double>(one.rating.average_hundredths()) / 100);
    inner.add("count", one.rating.count);
  });
}

void add_hidden(object_text& to, const std::optional<std::string>& why) {
  if (!why) return to.add_null("hidden");
  to.add_object("hidden", [&](object_text& inner) { inner.add("reason", *why); });
}

}  // namespace

std::string media_type_of(photo_type type) {
  return std::string{"image/"} + json_form::enum_name(type);
}

std::string photo_path(const photo_id& id) {
  return "/api/photos/" + to_string(id);
}

std::string photo_text(const photo& one) {
  std::string text;
  append_photo(text, one);
  return text;
}

std::string advert_text(const listing::state& advert, instant now, std::string_view currency) {
  std::string text;
  object_text shown{text};
  add_content(shown, advert.content, advert.photos, currency);
  add_standing(shown, advert, advert.active);
  add_hidden(shown, advert.hidden_why);
  if (advert.active && !advert.is_hidden())
    shown.add("next_free", listing::next_free(advert, now, advert.content.min_duration, now).start);
  else
    shown.add_null("next_free");
  shown.end();
  return text;
}

std::string advert_text(const listing_row& advert, std::string_view currency) {
  std::string text;
  object_text shown{text};
  add_content(shown, advert.content, advert.photos, currency);
  add_standing(shown, advert, advert.active);
  shown.end();
  return text;
}

std::string advert_text(const listing_row& advert, const listing::state* inactive,
                        std::string_view currency) {
  std::string text;
  object_text shown{text};
  add_content(shown, advert.content, advert.photos, currency);
  add_standing(shown, advert, inactive ? inactive->active : advert.active);
  add_hidden(shown, inactive ? inactive->hidden_why : std::nullopt);
  shown.end();
  return text;
}

std::string list_text(const std::vector<std::string>& items, const std::optional<std::string>& next,
                      std::string_view further) {
  std::string text = "{\"items\":[";
  json_form::separator elements{text};
  for (const auto& each : items) {
    elements.next();
    text += each;
  }
  text += "],\"next\":";
  append_json(text, next);
  text += further;
  text += '}';
  return text;
}

}  // namespace rentwave::http
