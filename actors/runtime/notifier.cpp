#include "actors/runtime/notifier.hpp"

#include <charconv>
#include <string>

#include "actors/runtime/happened.hpp"
#include "actors/runtime/sentences.hpp"
#include "actors/runtime/webhook_notices.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave {
namespace {

using rental::subject_matter;

/// How far around the item others are looked for.
constexpr const char* nearby = "&radius_km=50&sort=distance";

/// As RFC 3986 wants it in a query.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (plain.find(c) != plain.npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    (encoded += '%') += digits[byte >> 4];
    encoded += digits[byte & 15];
  }
  return encoded;
}

std::string degrees(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// The query of a search for what is as good, is free then and not far away. Whoever follows it
/// sees what is free at that moment, not what was when the notice was written.
std::string alternatives_to(const listing::delayed& e) {
  std::string query = e.isbn ? "isbn=" + *e.isbn
                             : std::string{"kind="} + boost::describe::enum_to_string(e.kind, "");
  query += "&free_from=" + format_instant(e.when.start) + "&free_to=" + format_instant(e.when.end);
  if (e.where.lat && e.where.lon)
    return query + "&near=" + degrees(*e.where.lat) + ',' + degrees(*e.where.lon) + nearby;
  return query + "&city=" + percent_encoded(e.where.city);
}

inbox::notice notice_of(std::optional<std::string> isbn) {
  inbox::notice about;
  about.isbn = std::move(isbn);
  return about;
}

/// Collects the notices about one event.
struct writer {
  const stored_event& event;
  std::string_view currency;
  rental_id rental;
  std::vector<effect> effects;

  void tell(account_id whom, const char* role, listing_id listing, std::string text,
            inbox::notice notice = {}) {
    notice.type = event.type;
    notice.time = event.time;
    notice.text = std::move(text);
    notice.listing = listing;
    notice.rental = rental;
    effects.push_back(
        {role, inbox_ref(whom), inbox::command{inbox::deliver{whom, std::move(notice)}}});
  }
  void owner(const subject_matter& about, std::string text) {
    tell(about.owner, "owner", about.listing, std::move(text), notice_of(about.isbn));
  }
  void renter(const subject_matter& about, std::string text) {
    tell(about.renter, "renter", about.listing, std::move(text), notice_of(about.isbn));
  }
};

std::string quoted(const subject_matter& about) {
  return in_quotes(about.title);
}

void write(writer& to, const rental::event& happened) {
  std::visit(
      overloaded{
          [&](const rental::booked& e) {
            to.owner(e.about, quoted(e.about) + " was rented from " + in_words(e.when.start) +
                                  " to " + in_words(e.when.end) + ".");
          },
          [&](const rental::waited& e) {
            to.renter(e.about, quoted(e.about) +
                                   " is not back yet. Your rental starts as soon as it is; "
                                   "until then you can cancel free of charge.");
          },
          [&](const rental::started& e) {
            if (!e.waited) return;  // nothing new to who booked it
            to.renter(e.about, quoted(e.about) + " is back, and your rental has begun. You pay " +
                                   in_words(e.rent, to.currency) + " for it until " +
                                   in_words(e.due) + ".");
          },
          [&](const rental::reminded& e) {
            to.renter(e.about, quoted(e.about) + " is due on " + in_words(e.due) + ".");
          },
          [&](const rental::late& e) {
            to.renter(e.about, quoted(e.about) + " is late: fee " + std::to_string(e.n) + ", " +
                                   in_words(e.fee, to.currency) + ", fell due on " +
                                   in_words(e.due) + ".");
            if (e.n == 1) to.owner(e.about, quoted(e.about) + " was not returned in time.");
          },
          [&](const rental::returned& e) {
            if (e.by == rental::party::owner) {
              to.renter(e.about, "The owner has " + quoted(e.about) + " back.");
            } else {
              to.owner(e.about, quoted(e.about) +
                                    " was returned. Confirm it, or dispute it within 48 "
                                    "hours.");
            }
          },
          [&](const rental::disputed& e) {
            to.renter(e.about, "The owner says that " + quoted(e.about) + " is not back.");
          },
          [&](const rental::completed& e) {
            to.renter(e.about,
                      "The rental of " + quoted(e.about) + " is complete." +
                          (e.claim > money{} ? " The owner claims a part of the deposit." : ""));
            to.owner(e.about, "The rental of " + quoted(e.about) + " is complete; you are paid.");
          },
          [&](const rental::arbitrated& e) {
            const auto text = "An administrator has settled the rental of " + quoted(e.about) + ".";
            to.renter(e.about, text);
            to.owner(e.about, text);
          },
          [&](const rental::cancelled& e) {
            // Before the listing agreed the owner has not heard of it either.
            if (e.about.owner != account_id{} && e.by != rental::party::owner)
              to.owner(e.about, "A rental of " + quoted(e.about) + " was cancelled.");
            if (e.by != rental::party::renter)
              to.renter(e.about,
                        "Your rental of " + quoted(e.about) + " was cancelled; you pay nothing.");
          },
          [&](const rental::lost& e) {
            to.renter(e.about, quoted(e.about) + " counts as lost. The deposit went to the owner.");
            to.owner(e.about, quoted(e.about) + " counts as lost. The advert is switched off.");
          },
          [&](const rental::extended& e) {
            to.owner(e.about, "The rental of " + quoted(e.about) + " was extended to " +
                                  in_words(e.due) + ".");
          },
          [&](const rental::reviewed& e) {
            const auto stars = std::to_string(e.rating) + " of 5 stars.";
            if (e.by == rental::party::renter) {
              to.owner(e.about, "The renter of " + quoted(e.about) + " gave " + stars);
            } else {
              to.renter(e.about, "The owner of " + quoted(e.about) + " gave you " + stars);
            }
          },
          [&](const rental::rejected& e) {
            to.tell(e.renter, "renter", e.listing, "Your rental was not possible. " + e.why.detail,
                    notice_of(e.isbn));
          },
          [](const auto&) {},
      },
      happened);
}

/// An owner hears what an administrator has done with the advert.
std::vector<effect> tell_owner(const stored_event& event) {
  const auto id = parse_id<listing_id>(event.entity.id);
  const bool is_told = event.type == listing::hidden::type || event.type == listing::shown::type;
  if (!is_told || !id) return {};
  const auto happened = happened_in<listing::event>(event);
  inbox::notice notice{event.type, event.time, {}, *id, {}, {}};
  account_id owner;
  if (const auto* e = std::get_if<listing::hidden>(&happened)) {
    if (e->by != listing::hider::administrator) return {};
    owner = e->owner;
    notice.isbn = e->isbn;
    notice.text = "An administrator has hidden the advert \u201c" + e->title + "\u201d.";
  } else {
    const auto& shown = std::get<listing::shown>(happened);
    if (shown.by != listing::hider::administrator) return {};
    owner = shown.owner;
    notice.isbn = shown.content.isbn();
    notice.text = "The advert \u201c" + shown.content.title + "\u201d is hidden no more.";
  }
  return {{"owner", inbox_ref(owner), inbox::command{inbox::deliver{owner, std::move(notice)}}}};
}

/// The next renter and the owner are told that the item is late.
std::vector<effect> notify_of_delay(const stored_event& event, std::string_view currency) {
  const auto id = parse_id<listing_id>(event.entity.id);
  const auto happened = happened_in<listing::event>(event);
  const auto* e = std::get_if<listing::delayed>(&happened);
  if (!id || !e) return {};
  writer to{event, currency, e->rental, {}};
  auto notice = notice_of(e->isbn);
  const auto title = in_quotes(e->title);
  const auto start = in_words(e->when.start);
  to.tell(e->owner, "owner", *id, title + " is late, and its next rental begins on " + start + ".",
          notice);
  notice.alternatives = alternatives_to(*e);
  to.tell(e->renter, "renter", *id,
          title + " is late and may not be back when your rental begins on " + start +
              ". While you wait for it you can cancel free of charge, and rent another one that is "
              "free then.",
          notice);
  return std::move(to.effects);
}

}  // namespace

std::vector<effect> notify(const stored_event& event, std::string_view currency) {
  if (event.type == listing::delayed::type) return notify_of_delay(event, currency);
  if (event.entity.kind == entity_kind::listing) return tell_owner(event);
  if (event.type == webhook::switched_off::type) return tell_of_switched_off(event);
  if (event.entity.kind != entity_kind::rental) return {};
  const auto id = parse_id<rental_id>(event.entity.id);
  if (!id) return {};
  writer to{event, currency, *id, {}};
  write(to, happened_in<rental::event>(event));
  return std::move(to.effects);
}

}  // namespace rentwave
