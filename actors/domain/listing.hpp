// One advert and its calendar. The listing alone decides who has the item when, so two rentals
// never overlap; it fixes price and rules at the moment of reservation.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/domain/decision.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/obligation.hpp"
#include "actors/domain/offer.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/photo.hpp"
#include "actors/domain/rating.hpp"

namespace rentwave {
struct want;
}

namespace rentwave::listing {

// --- commands ---

struct post {
  static constexpr std::string_view type = "listing/post";
  listing_id id;
  account_id owner;
  offer content;
};
BOOST_DESCRIBE_STRUCT(post, (), (id, owner, content))
/// The owner replaces the content or switches the advert on or off; what is absent stays.
struct update {
  static constexpr std::string_view type = "listing/update";
  std::optional<std::int64_t> revision;  ///< that was read; `stale_revision` when it changed
  std::optional<offer> content;
  std::optional<bool> active;
};
BOOST_DESCRIBE_STRUCT(update, (), (revision, content, active))
/// The owner takes it away, when no booking is open.
struct remove {
  static constexpr std::string_view type = "listing/remove";
};
BOOST_DESCRIBE_STRUCT(remove, (), ())
/// A rental asks for the period. A second reserve of the same rental is answered like the first.
struct reserve {
  static constexpr std::string_view type = "listing/reserve";
  rental_id rental;
  account_id renter;
  period when;
};
BOOST_DESCRIBE_STRUCT(reserve, (), (rental, renter, when))
/// A rental's start has come: is the item there?
struct hand_over {
  static constexpr std::string_view type = "listing/hand-over";
  rental_id rental;
};
BOOST_DESCRIBE_STRUCT(hand_over, (), (rental))
/// The rental is over, or never came to be; also undoes a `reserve` that has not arrived yet.
struct release {
  static constexpr std::string_view type = "listing/release";
  rental_id rental;
  bool was_started = false;  ///< the renter had the item
};
BOOST_DESCRIBE_STRUCT(release, (), (rental, was_started))
/// The owner says that it was not back after all.
struct reclaim {
  static constexpr std::string_view type = "listing/reclaim";
  rental_id rental;
  account_id renter;
  period when;
  std::optional<rental_terms> terms{};  ///< as agreed; absent: the advert's present ones
  int extensions = 0;                   ///< asked for so far: all of them are answered
};
BOOST_DESCRIBE_STRUCT(reclaim, (), (rental, renter, when, terms, extensions))
/// The booking is to end at `ends_at`.
struct extend {
  static constexpr std::string_view type = "listing/extend";
  rental_id rental;
  instant ends_at;
  int n = 0;  ///< numbers the rental's extensions, from 1; 0 goes without the guard of `retracted`
};
BOOST_DESCRIBE_STRUCT(extend, (), (rental, ends_at, n))
/// Undo of `extend` number `n`, also of one that has not arrived yet.
struct retract_extension {
  static constexpr std::string_view type = "listing/retract-extension";
  rental_id rental;
  instant old_end;
  int n = 0;
};
BOOST_DESCRIBE_STRUCT(retract_extension, (), (rental, old_end, n))
/// The item never came back: the advert goes off and the booking away.
struct lose {
  static constexpr std::string_view type = "listing/lose";
  rental_id rental;
};
BOOST_DESCRIBE_STRUCT(lose, (), (rental))
/// A rental's renter has reviewed it.
struct rate {
  static constexpr std::string_view type = "listing/rate";
  rental_id rental;
  int rating = 0;  ///< 1 to 5
};
BOOST_DESCRIBE_STRUCT(rate, (), (rental, rating))
/// The owner keeps the item for a while. A start that has passed counts as now.
struct block {
  static constexpr std::string_view type = "listing/block";
  block_id id;
  period when;
  std::string note;  ///< for the owner's eyes
};
BOOST_DESCRIBE_STRUCT(block, (), (id, when, note))
/// The owner takes a block away.
struct unblock {
  static constexpr std::string_view type = "listing/unblock";
  block_id id;
};
BOOST_DESCRIBE_STRUCT(unblock, (), (id))
/// The owner shows one more photo, behind the others. Its bytes are in the journal already.
struct add_photo {
  static constexpr std::string_view type = "listing/add-photo";
  photo what;
};
BOOST_DESCRIBE_STRUCT(add_photo, (), (what))
/// The owner shows it no longer.
struct remove_photo {
  static constexpr std::string_view type = "listing/remove-photo";
  photo_id id;
};
BOOST_DESCRIBE_STRUCT(remove_photo, (), (id))

/// Why an advert is shown to nobody but its owner, and cannot be rented: an administrator has
/// hidden it, or its owner's account is suspended or closed.
enum class hider { administrator, account };
BOOST_DESCRIBE_ENUM(hider, administrator, account)
/// Bookings stay. Of the account's commands the one of the highest order counts, whichever comes
/// first.
struct hide {
  static constexpr std::string_view type = "listing/hide";
  hider by{};
  int order = 0;         ///< the account's
  std::string reason;    ///< the administrator's
  bool if_free = false;  ///< not when bookings are open: then it is refused
};
BOOST_DESCRIBE_STRUCT(hide, (), (by, order, reason, if_free))
struct show {
  static constexpr std::string_view type = "listing/show";
  hider by{};
  int order = 0;
};
BOOST_DESCRIBE_STRUCT(show, (), (by, order))
/// The owner has left for good: it is removed, or hidden when bookings are open.
struct retire {
  static constexpr std::string_view type = "listing/retire";
  int order = 0;
};
BOOST_DESCRIBE_STRUCT(retire, (), (order))

using command = std::variant<post, update, remove, reserve, hand_over, release, reclaim, extend,
                             retract_extension, lose, rate, hide, show, retire, block, unblock,
                             add_photo, remove_photo, answered, wake>;

// --- events ---

/// The wire name says the kind: subscribers ask for new books, vehicles or rooms.
template <item_kind Kind>
struct added {
  static constexpr std::string_view type = Kind == item_kind::book      ? "book.add"
                                           : Kind == item_kind::vehicle ? "vehicle.add"
                                                                        : "room.add";
  listing_id id;
  account_id owner;
  offer content;
  instant at;
  BOOST_DESCRIBE_CLASS(added, (), (id, owner, content, at), (), ())
};
template <item_kind Kind>
struct updated {
  static constexpr std::string_view type = Kind == item_kind::book      ? "book.update"
                                           : Kind == item_kind::vehicle ? "vehicle.update"
                                                                        : "room.update";
  std::int64_t revision = 0;
  bool active = true;
  offer content;        ///< the whole content after the change
  bool hidden = false;  ///< shown to nobody all the same
  BOOST_DESCRIBE_CLASS(updated, (), (revision, active, content, hidden), (), ())
};
struct removed {
  static constexpr std::string_view type = "listing.remove";
};
BOOST_DESCRIBE_STRUCT(removed, (), ())
struct reserved {
  static constexpr std::string_view type = "listing.reserve";
  rental_id rental;
  account_id renter;
  reservation agreed;
};
BOOST_DESCRIBE_STRUCT(reserved, (), (rental, renter, agreed))
/// The item is with this renter now.
struct handed_over {
  static constexpr std::string_view type = "listing.hand-over";
  rental_id rental;
};
BOOST_DESCRIBE_STRUCT(handed_over, (), (rental))
/// The item is out; this rental gets it when it is back.
struct queued {
  static constexpr std::string_view type = "listing.queue";
  rental_id rental;
};
BOOST_DESCRIBE_STRUCT(queued, (), (rental))
/// The booking is gone, or never came and is refused from now on.
struct released {
  static constexpr std::string_view type = "listing.release";
  rental_id rental;
  bool rented = false;  ///< counts: the renter had the item, and it was not counted before
};
BOOST_DESCRIBE_STRUCT(released, (), (rental, rented))
/// The booking is back. What others have booked since stays theirs: `when` ends before it.
struct reclaimed {
  static constexpr std::string_view type = "listing.reclaim";
  rental_id rental;
  account_id renter;
  period when;
  instant due{};  ///< the end that the renter paid for
  rental_terms terms{};
  int extensions = 0;  ///< late copies of these are refused
};
BOOST_DESCRIBE_STRUCT(reclaimed, (), (rental, renter, when, due, terms, extensions))
/// The booking's end moved, later or back; or stayed, when what was undone had never moved it.
struct rescheduled {
  static constexpr std::string_view type = "listing.reschedule";
  rental_id rental;
  instant ends_at;
  money rent;     ///< for the further time; zero when it moved back
  instant due{};  ///< the end that is paid for: `ends_at`, or later after a reclaim
  std::optional<reservation> agreed{};  ///< the answer to `extend`; none when it moved back
  int retracted = 0;                    ///< the extension that was undone, if any
};
BOOST_DESCRIBE_STRUCT(rescheduled, (), (rental, ends_at, rent, due, agreed, retracted))
struct lost {
  static constexpr std::string_view type = "listing.lose";
  rental_id rental;
  std::int64_t revision = 0;
  bool rented = false;  ///< as in `released`
};
BOOST_DESCRIBE_STRUCT(lost, (), (rental, revision, rented))
/// The item can be had again from now on: it is back, the advert is switched on, or its owner keeps
/// it no longer.
struct freed {
  static constexpr std::string_view type = "listing.free";
  listing_id id;
  account_id owner;
  std::string title;
  std::optional<std::string> isbn;  ///< of a book
};
BOOST_DESCRIBE_STRUCT(freed, (), (id, owner, title, isbn))

struct rated {
  static constexpr std::string_view type = "listing.rate";
  rental_id rental;
  int rating = 0;
  rating_total total;  ///< this one included
};
BOOST_DESCRIBE_STRUCT(rated, (), (rental, rating, total))
struct hidden {
  static constexpr std::string_view type = "listing.hide";
  hider by{};
  int order = 0;
  std::string reason;
  account_id owner;
  std::string title;
  std::int64_t revision = 0;
  std::optional<std::string> isbn{};  ///< of a book
};
BOOST_DESCRIBE_STRUCT(hidden, (), (by, order, reason, owner, title, revision, isbn))
struct shown {
  static constexpr std::string_view type = "listing.show";
  hider by{};
  int order = 0;
  bool offered = false;  ///< active, and hidden by nobody else
  account_id owner;
  std::int64_t revision = 0;
  offer content;
};
BOOST_DESCRIBE_STRUCT(shown, (), (by, order, offered, owner, revision, content))
/// A time for which the owner keeps the item.
struct owner_block {
  block_id id;
  period when;
  std::string note;
};
BOOST_DESCRIBE_STRUCT(owner_block, (), (id, when, note))
struct blocked {
  static constexpr std::string_view type = "listing.block";
  owner_block what;
};
BOOST_DESCRIBE_STRUCT(blocked, (), (what))
struct unblocked {
  static constexpr std::string_view type = "listing.unblock";
  block_id id;
};
BOOST_DESCRIBE_STRUCT(unblocked, (), (id))
/// The item is late, and this booking begins soon; says all that its renter and the owner are told.
struct delayed {
  static constexpr std::string_view type = "listing.delay";
  rental_id rental;
  account_id renter;
  account_id owner;
  period when;
  rental_id by;  ///< whose renter still has the item
  item_kind kind{};
  std::string title;
  std::optional<std::string> isbn;
  place where;
};
BOOST_DESCRIBE_STRUCT(delayed, (), (rental, renter, owner, when, by, kind, title, isbn, where))

struct photo_added {
  static constexpr std::string_view type = "listing.add-photo";
  photo what;
};
BOOST_DESCRIBE_STRUCT(photo_added, (), (what))
struct photo_removed {
  static constexpr std::string_view type = "listing.remove-photo";
  photo_id id;
};
BOOST_DESCRIBE_STRUCT(photo_removed, (), (id))

/// What a listing may owe to others.
enum class step {
  attach,  ///< the book: hang this advert on it
  detach,  ///< the book: take it off
  ready,   ///< the rental that waited: the item is back
};
BOOST_DESCRIBE_ENUM(step, attach, detach, ready)
struct settled {
  static constexpr std::string_view type = "listing.settle";
  std::string want;  ///< the key
};
BOOST_DESCRIBE_STRUCT(settled, (), (want))

using event =
    std::variant<added<item_kind::book>, added<item_kind::vehicle>, added<item_kind::room>,
                 updated<item_kind::book>, updated<item_kind::vehicle>, updated<item_kind::room>,
                 removed, reserved, handed_over, queued, released, reclaimed, rescheduled, lost,
                 rated, settled, hidden, shown, freed, blocked, unblocked, delayed, photo_added,
                 photo_removed>;

// --- state ---
//
//   none ─post→ posted (active ⇄ inactive) ─remove→ removed
//
//   a booking:  reserve → [queue →] hand-over → release        (release is possible at any point)
//                                   └─reclaim──┘
//                  [delay: the one before is late]

struct booking {
  rental_id rental;
  account_id renter;
  period when;
  bool out = false;      ///< the renter has the item; it is late once `when.end` has passed
  bool queued = false;   ///< its start has come while the item was still with the one before
  instant due{};         ///< the end that is paid for: `when.end`, or later after a reclaim
  rental_terms terms{};  ///< as agreed: the price of extensions
  int retracted = 0;     ///< the last extension that was undone; it and those before come too late
  bool counted = false;  ///< as a time rented: it was released once before
  std::optional<rental_id> delayed_by{};  ///< the late rental that its renter was told of
};
BOOST_DESCRIBE_STRUCT(booking, (),
                      (rental, renter, when, out, queued, due, terms, retracted, counted,
                       delayed_by))

/// A command that this listing owes, with what it needs to be sent.
struct owed_command {
  step what{};
  int n = 0;                        ///< makes the key unique
  std::string isbn;                 ///< attach, detach
  std::string title;                ///< attach
  std::string author;               ///< attach
  std::optional<rental_id> rental;  ///< ready
  std::string key() const;          ///< for example "attach-1"
};
BOOST_DESCRIBE_STRUCT(owed_command, (), (what, n, isbn, title, author, rental))

struct state {
  using command_type = command;
  using event_type = event;

  bool exists = false;
  bool removed = false;
  bool active = false;
  bool missing = false;  ///< lost, until the owner switches the advert on again
  listing_id id;
  account_id owner;
  offer content;
  instant added_at;
  std::int64_t revision = 0;        ///< of content and `active`, not of photos: the ETag
  std::int64_t times_rented = 0;    ///< rentals that began and are over
  std::vector<booking> bookings;    ///< open ones, by start
  std::vector<owner_block> blocks;  ///< by start; neither bookings nor other blocks overlap them
  std::vector<rental_id> undone;    ///< released, the newest `max_undone`: never reserved again
  std::vector<owed_command> owed;   ///< in the order in which they arose
  int sequence = 0;                 ///< of `owed_command::n`
  rating_total rating;              ///< of its renters' reviews
  std::optional<std::string> hidden_why;  ///< by an administrator: the reason
  bool withheld = false;                  ///< by the owner's account
  int account_order = 0;                  ///< of its last command
  std::vector<photo> photos;              ///< in the order in which they were added

  bool is_hidden() const { return hidden_why || withheld; }
};
BOOST_DESCRIBE_STRUCT(state, (),
                      (exists, removed, active, missing, id, owner, content, added_at, revision,
                       times_rented, bookings, blocks, undone, owed, sequence, rating, hidden_why,
                       withheld, account_order, photos))

inline constexpr std::size_t max_bookings = 1000;
inline constexpr std::size_t max_undone = 1000;
inline constexpr std::size_t max_blocks = 200;
inline constexpr std::size_t max_photos = 8;
/// How far ahead a block may end.
inline constexpr duration block_horizon = one_day * 3660;
/// A block is forgotten so long after its end, with the next one that is made. Until then it bounds
/// what a dispute can bring back.
inline constexpr duration block_memory = one_day * 30;
/// How long before the start of their booking renters are told that the item is late.
inline constexpr duration delay_notice = one_day;

// --- the entity's functions (design.md section 4) ---

/// Refuses with: already_exists, unknown_entity, not_owner, stale_revision, listing_in_use,
/// listing_inactive, own_listing, duration_not_permitted, period_invalid, not_available,
/// too_many_bookings, undone, listing_hidden, too_many_photos. Content of another kind than before
/// is `already_exists`.
///
/// A repeat does nothing, by the state alone; some need the runtime's memory of command ids as
/// well: a second `reserve`, `hand_over` or `extend` gets the first's answer only by it, a
/// `reclaim` that came too late leaves its mark again, and a `rate` would be counted twice.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
std::vector<want> wants(const state& now);
/// When the next renter has to be told that the item is late.
std::optional<instant> alarm(const state& now);
/// A `reservation`, a `hand_over_result`, or for `extend` a `reservation` with the whole new period
/// and the further rent. It follows from the events alone; without any it is `accepted`.
outcome reply(const state& after, const std::vector<event>& events);

/// Null when the advert does not show it.
const photo* photo_of(const state& now, const photo_id& id);

// --- the calendar (listing_calendar.cpp) ---
//
// A booking occupies its period, and so does a block. A booking whose renter has the item occupies
// the present as well, however late it is: nobody else can start now.

/// Whether `wanted` could be reserved at `at`, ignoring `except`'s own booking; the refusal says
/// why not, and when it is free next. It may have begun, but not be over.
std::optional<refusal> why_not(const state& now, const period& wanted, instant at,
                               std::optional<rental_id> except = {});

/// Whether no block and no booking but `except`'s touches it.
bool is_free(const state& now, const period& wanted, instant at,
             std::optional<rental_id> except = {});

/// The earliest period of this length that is free and starts neither before `from` nor `at`.
period next_free(const state& now, instant from, duration length, instant at);

/// Periods in which nobody can have it, cut to the window, in order and apart; an overdue booking
/// counts up to `at`.
std::vector<period> busy(const state& now, const period& window, instant at);

/// What is in the calendar: a booking or a block.
struct entry {
  period when;
  std::optional<rental_id> rental;
  std::optional<block_id> block;
};
/// What a block of this period would overlap, by start. Lateness does not count: the owner may keep
/// an item that is yet to come back.
std::vector<entry> in_the_way(const state& now, const period& wanted);

/// Since when the renter of `next` is to be told that `late` may keep him waiting; nothing if not,
/// or if he knows.
std::optional<instant> delays_from(const booking& late, const booking& next);
/// The booking whose renter has the item, or null.
const booking* booking_out(const state& now);

/// The open booking of this rental, or null.
const booking* booking_of(const state& now, rental_id rental);

}  // namespace rentwave::listing
