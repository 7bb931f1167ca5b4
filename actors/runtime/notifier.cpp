#include "actors/runtime/notifier.hpp"

#include <string>

#include "actors/runtime/sentences.hpp"
#include "persistence/codec.hpp"

namespace rentwave {
namespace {

using rental::subject_matter;

/// Collects the notices about one rental event.
struct writer {
  const stored_event& event;
  rental_id rental;
  std::vector<effect> effects;

  void tell(account_id whom, const char* role, listing_id listing, std::string text) {
    inbox::notice notice;
    notice.type = event.type;
    notice.time = event.time;
    notice.text = std::move(text);
    notice.listing = listing;
    notice.rental = rental;
    effects.push_back(
        {role, inbox_ref(whom), inbox::command{inbox::deliver{whom, std::move(notice)}}});
  }
  void owner(const subject_matter& about, std::string text) {
    tell(about.owner, "owner", about.listing, std::move(text));
  }
  void renter(const subject_matter& about, std::string text) {
    tell(about.renter, "renter", about.listing, std::move(text));
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
          [&](const rental::reminded& e) {
            to.renter(e.about, quoted(e.about) + " is due on " + in_words(e.due) + ".");
          },
          [&](const rental::late& e) {
            to.renter(e.about, quoted(e.about) + " is late: fee " + std::to_string(e.n) +
                                   " fell due on " + in_words(e.due) + ".");
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
            to.renter(e.about, "The rental of " + quoted(e.about) + " is complete.");
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
            to.tell(e.renter, "renter", e.listing, "Your rental was not possible. " + e.why.detail);
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
  const auto happened = decode<listing::event>(event.type, event.schema, event.data);
  if (!happened) return {};
  inbox::notice notice{event.type, event.time, {}, *id, {}, {}};
  account_id owner;
  if (const auto* e = std::get_if<listing::hidden>(&*happened)) {
    if (e->by != listing::hider::administrator) return {};
    owner = e->owner;
    notice.text = "An administrator has hidden the advert \u201c" + e->title + "\u201d.";
  } else {
    const auto& shown = std::get<listing::shown>(*happened);
    if (shown.by != listing::hider::administrator) return {};
    owner = shown.owner;
    notice.text = "The advert \u201c" + shown.content.title + "\u201d is hidden no more.";
  }
  return {{"owner", inbox_ref(owner), inbox::command{inbox::deliver{owner, std::move(notice)}}}};
}

}  // namespace

std::vector<effect> notify(const stored_event& event) {
  if (event.entity.kind == entity_kind::listing) return tell_owner(event);
  if (event.entity.kind != entity_kind::rental) return {};
  const auto id = parse_id<rental_id>(event.entity.id);
  const auto happened = decode<rental::event>(event.type, event.schema, event.data);
  if (!id || !happened) return {};
  writer to{event, *id, {}};
  write(to, *happened);
  return std::move(to.effects);
}

}  // namespace rentwave
