// One rental from the renter's request to its end: a saga between a listing and a renter's wallet.
// It holds no money and no calendar; it knows the rules agreed and what has happened, and from that
// follows what it still wants from the two (design.md section 6).
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
#include "actors/domain/outcome.hpp"
#include "actors/domain/rare.hpp"

namespace rentwave {
struct want;
}

namespace rentwave::rental {

// --- commands ---

/// The renter asks. Without `starts_at` it starts now; exactly one of `ends_at` and `length` is
/// set.
struct request {
  static constexpr std::string_view type = "rental/request";
  rental_id id;
  listing_id listing;
  account_id renter;
  std::optional<instant> starts_at;
  std::optional<instant> ends_at;
  std::optional<duration> length;
  std::optional<money> expected_price;  ///< the rent; `price_changed` when it is another
};
BOOST_DESCRIBE_STRUCT(request, (),
                      (id, listing, renter, starts_at, ends_at, length, expected_price))
/// Renter or owner: the item is back.
struct give_back {
  static constexpr std::string_view type = "rental/give-back";
};
BOOST_DESCRIBE_STRUCT(give_back, (), ())
/// The owner agrees that it is back, and may claim a part of the deposit.
struct confirm {
  static constexpr std::string_view type = "rental/confirm";
  money claim;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(confirm, (), (claim, reason))
/// The owner, within `dispute_window` of a return that the renter told of: it is not back.
struct dispute {
  static constexpr std::string_view type = "rental/dispute";
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(dispute, (), (reason))
/// Either party, before the start or while waiting.
struct cancel {
  static constexpr std::string_view type = "rental/cancel";
};
BOOST_DESCRIBE_STRUCT(cancel, (), ())
/// The renter wants it for longer, while booked or active.
struct extend {
  static constexpr std::string_view type = "rental/extend";
  instant ends_at;
};
BOOST_DESCRIBE_STRUCT(extend, (), (ends_at))
/// The listing: the item that this renter waits for is back.
struct item_ready {
  static constexpr std::string_view type = "rental/item-ready";
};
BOOST_DESCRIBE_STRUCT(item_ready, (), ())
/// Either party, once it was completed or the item is lost: what the other side's part was like.
struct review {
  static constexpr std::string_view type = "rental/review";
  int rating = 0;  ///< 1 to 5
  std::string text;
};
BOOST_DESCRIBE_STRUCT(review, (), (rating, text))
/// An administrator ends a rental that is late, returned or was disputed, and says what goes to the
/// owner: of the rent, of the late fees so far, and of the deposit; what is absent goes as agreed.
struct arbitrate {
  static constexpr std::string_view type = "rental/arbitrate";
  std::optional<money> rent;
  std::optional<money> late_fees;
  money deposit;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(arbitrate, (), (rent, late_fees, deposit, reason))

using command = std::variant<request, give_back, confirm, dispute, cancel, extend, item_ready,
                             review, arbitrate, answered, wake>;

// --- events: their `type` is the storage format and part of the HTTP interface ---

/// Who and what a rental is about; carried by the events that others act on.
struct subject_matter {
  listing_id listing;
  account_id owner;
  account_id renter;
  item_kind kind{};
  std::string title;
  std::optional<std::string> isbn{};  ///< of a book

  friend bool operator==(const subject_matter&, const subject_matter&) = default;
};
BOOST_DESCRIBE_STRUCT(subject_matter, (), (listing, owner, renter, kind, title, isbn))

enum class party { renter, owner, nobody };
BOOST_DESCRIBE_ENUM(party, renter, owner, nobody)

struct requested {
  static constexpr std::string_view type = "rent.request";
  rental_id id;
  listing_id listing;
  account_id renter;
  period when;
  std::optional<money> expected_price;
  instant at;
};
BOOST_DESCRIBE_STRUCT(requested, (), (id, listing, renter, when, expected_price, at))
struct reserved {
  static constexpr std::string_view type = "rent.reserve";
  reservation agreed;
};
BOOST_DESCRIBE_STRUCT(reserved, (), (agreed))
struct booked {
  static constexpr std::string_view type = "rent.book";
  subject_matter about;
  period when;
  money rent;
  money deposit;
};
BOOST_DESCRIBE_STRUCT(booked, (), (about, when, rent, deposit))
/// The start has come; the listing is asked whether the item is there.
struct hand_over_requested {
  static constexpr std::string_view type = "rent.hand-over";
};
BOOST_DESCRIBE_STRUCT(hand_over_requested, (), ())
struct waited {
  static constexpr std::string_view type = "rent.wait";
  subject_matter about;
};
BOOST_DESCRIBE_STRUCT(waited, (), (about))
struct started {
  static constexpr std::string_view type = "rent.start";
  subject_matter about;
  instant at;
  instant due;
  money rent;           ///< less than agreed when the renter had to wait for the item
  bool waited = false;  ///< for the item, and did not know when it would be there
};
BOOST_DESCRIBE_STRUCT(started, (), (about, at, due, rent, waited))
struct reminded {
  static constexpr std::string_view type = "rent.remind";
  subject_matter about;
  instant due;
};
BOOST_DESCRIBE_STRUCT(reminded, (), (about, due))
struct late {
  static constexpr std::string_view type = "rent.late";
  subject_matter about;
  int n = 0;    ///< the late period, from 1
  instant due;  ///< when this period's fee fell due
  money fee;
};
BOOST_DESCRIBE_STRUCT(late, (), (about, n, due, fee))
/// The wallet's answer to late period n.
struct charged {
  static constexpr std::string_view type = "rent.charge";
  int n = 0;
  charge_result result;
};
BOOST_DESCRIBE_STRUCT(charged, (), (n, result))
struct returned {
  static constexpr std::string_view type = "rent.return";
  subject_matter about;
  instant at;
  party by{};
};
BOOST_DESCRIBE_STRUCT(returned, (), (about, at, by))
struct disputed {
  static constexpr std::string_view type = "rent.dispute";
  subject_matter about;
  std::string reason;
  bool late = false;  ///< late periods have been charged before: the rental is late again at once
  instant at{};
};
BOOST_DESCRIBE_STRUCT(disputed, (), (about, reason, late, at))
struct completed {
  static constexpr std::string_view type = "rent.complete";
  subject_matter about;
  money rent;
  money claim;
  std::string reason;
  bool automatic = false;  ///< 48 h passed without a word from the owner
};
BOOST_DESCRIBE_STRUCT(completed, (), (about, rent, claim, reason, automatic))
struct rejected {
  static constexpr std::string_view type = "rent.reject";
  listing_id listing;
  account_id renter;
  refusal why;
  std::optional<std::string> isbn{};  ///< of a book, if the listing had agreed
};
BOOST_DESCRIBE_STRUCT(rejected, (), (listing, renter, why, isbn))
struct cancelled {
  static constexpr std::string_view type = "rent.cancel";
  subject_matter about;
  party by{};  ///< `nobody`: the awaited item never came back
  money fee;   ///< what the owner keeps of the rent
};
BOOST_DESCRIBE_STRUCT(cancelled, (), (about, by, fee))
struct lost {
  static constexpr std::string_view type = "rent.lost";
  subject_matter about;
  instant at;
};
BOOST_DESCRIBE_STRUCT(lost, (), (about, at))
struct extension_requested {
  static constexpr std::string_view type = "rent.extend-request";
  int n = 0;  ///< extensions are numbered from 1
  instant ends_at;
};
BOOST_DESCRIBE_STRUCT(extension_requested, (), (n, ends_at))
/// The listing keeps it free until then; the wallet is asked for the further rent.
struct extension_reserved {
  static constexpr std::string_view type = "rent.extend-reserve";
  int n = 0;
  money rent;
};
BOOST_DESCRIBE_STRUCT(extension_reserved, (), (n, rent))
struct extended {
  static constexpr std::string_view type = "rent.extend";
  subject_matter about;
  int n = 0;
  instant due;
  money rent;  ///< the further rent
};
BOOST_DESCRIBE_STRUCT(extended, (), (about, n, due, rent))
/// Refused, or overtaken by a return or an end; what was asked is undone.
struct extension_rejected {
  static constexpr std::string_view type = "rent.extend-reject";
  int n = 0;
  refusal why;
};
BOOST_DESCRIBE_STRUCT(extension_rejected, (), (n, why))

/// The renter's is about item and owner, the owner's about the renter.
struct reviewed {
  static constexpr std::string_view type = "rent.review";
  subject_matter about;
  party by{};
  int rating = 0;
  std::string text;
  instant at;
};
BOOST_DESCRIBE_STRUCT(reviewed, (), (about, by, rating, text, at))

/// What a rental may owe to others; see `wants` for the commands.
enum class step {
  reserve,              ///< listing: keep the period
  hold,                 ///< wallet: hold rent and deposit
  hand_over,            ///< listing: is the item there?
  charge,               ///< wallet: late fee of period n, one after the other
  release,              ///< listing: free the period; n counts returns
  reclaim,              ///< listing: not back after all; n counts disputes
  pay,                  ///< wallet: pay the owner, give back the rest; after every charge
  undo_hold,            ///< wallet: give everything back
  deactivate,           ///< listing: the item is lost
  extend,               ///< listing: keep it until the later end of extension n
  undo_extend,          ///< listing: back to the earlier end
  hold_extension,       ///< wallet: hold the rent of extension n
  undo_hold_extension,  ///< wallet: give it back
  rate_listing,         ///< listing: what its renter gave
  rate_owner,           ///< the owner's account: the same
  rate_renter,          ///< the renter's account: what the owner gave
};
BOOST_DESCRIBE_ENUM(step, reserve, hold, hand_over, charge, release, reclaim, pay, undo_hold,
                    deactivate, extend, undo_extend, hold_extension, undo_hold_extension,
                    rate_listing, rate_owner, rate_renter)

/// A participant acknowledged what was owed, and there is nothing more to it.
struct settled {
  static constexpr std::string_view type = "rent.settle";
  step what{};
  int n = 0;
};
BOOST_DESCRIBE_STRUCT(settled, (), (what, n))

/// What an administrator gave to the owner; the renter gets all the rest.
struct arbitration {
  money rent;
  money late_fees;
  money deposit;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(arbitration, (), (rent, late_fees, deposit, reason))
struct arbitrated {
  static constexpr std::string_view type = "rent.arbitrate";
  subject_matter about;
  arbitration decided;
  instant at;
};
BOOST_DESCRIBE_STRUCT(arbitrated, (), (about, decided, at))

using event = std::variant<requested, reserved, booked, hand_over_requested, waited, started,
                           reminded, late, charged, returned, disputed, completed, rejected,
                           cancelled, lost, extension_requested, extension_reserved, extended,
                           extension_rejected, reviewed, settled, arbitrated>;

// --- state ---
//
//   none ─request→ pending ─book→ booked ─start→ active ─late→ late ─lost→ lost
//                                    │             ↑  │          │
//                                    └─wait→ waiting  └──return──┴→ returned ─complete→ completed
//
//   pending ─reject→ rejected        pending, booked, waiting ─cancel→ cancelled
//   returned ─dispute→ active, or late when late fees were charged before
//   completed and lost stay what they are when a side reviews
//   late, returned, active after a dispute ─arbitrate→ completed

enum class status {
  none,
  pending,
  booked,
  waiting,
  active,
  late,
  returned,
  completed,
  rejected,
  cancelled,
  lost
};
BOOST_DESCRIBE_ENUM(status, none, pending, booked, waiting, active, late, returned, completed,
                    rejected, cancelled, lost)

/// The receipt of one late fee.
struct receipt {
  int n = 0;
  instant due;
  money fee;
  std::optional<charge_result> result;  ///< none until the wallet has said how it was met
};
BOOST_DESCRIBE_STRUCT(receipt, (), (n, due, fee, result))

struct extension {
  int n = 0;
  instant old_end;
  instant ends_at;
  money rent;             ///< the further rent, known once the listing agreed
  bool reserved = false;  ///< the listing agreed
};
BOOST_DESCRIBE_STRUCT(extension, (), (n, old_end, ends_at, rent, reserved))

struct written_review {
  party by{};
  int rating = 0;
  std::string text;
  instant at;
};
BOOST_DESCRIBE_STRUCT(written_review, (), (by, rating, text, at))

struct state {
  using command_type = command;
  using event_type = event;

  rental_id id;
  status now = status::none;
  subject_matter about;  ///< owner and title are known from `reserved` on
  period when;           ///< `when.end` is the due time; an extension moves it
  instant requested_at;
  std::optional<money> expected_price;
  rental_terms terms;
  money rent;  ///< what will be paid to the owner, extensions included
  bool reserved = false;
  bool handed_over = false;
  bool hand_over_asked = false;
  bool reminded = false;
  std::optional<instant> started_at;
  std::optional<instant> returned_at;
  party returned_by{};                 ///< who said so last
  std::optional<instant> disputed_at;  ///< last
  std::vector<receipt> receipts;
  rare<extension> pending_extension;
  rare<refusal> extension_refusal;  ///< why the last one was not granted
  int extensions = 0;               ///< how many were ever asked for
  int returns = 0;
  int disputes = 0;
  money claim;  ///< the part of the deposit that goes to the owner at the end
  money fee;    ///< what the owner keeps after a cancel
  rare<refusal> rejection;
  std::vector<written_review> reviews;  ///< at most one a side, in the order of writing
  std::vector<obligation<step>> owed;
  rare<arbitration> decided;  ///< by an administrator: it ended so
};
BOOST_DESCRIBE_STRUCT(state, (),
                      (id, now, about, when, requested_at, expected_price, terms, rent, reserved,
                       handed_over, hand_over_asked, reminded, started_at, returned_at, returned_by,
                       disputed_at, receipts, pending_extension, extension_refusal, extensions,
                       returns, disputes, claim, fee, rejection, reviews, owed, decided))

/// How long after a return the owner may dispute it; then it completes by itself. After a dispute
/// the item is not lost for as long, so that the renter or an administrator can say something.
inline constexpr duration dispute_window = one_hour * 48;
/// How far ahead a rental may start.
inline constexpr duration booking_horizon = one_day * 730;
/// No rental is longer, whatever its owner allows: it keeps sums of times far from overflow.
inline constexpr duration max_length = one_day * 3660;
/// Of one rental, those that were refused among them: each is kept by the wallet, and told.
inline constexpr int max_extensions = 100;
/// A start this little in the past counts as now: clocks of clients differ.
inline constexpr duration start_tolerance = std::chrono::minutes{5};

// --- the entity's functions (design.md section 4) ---

/// Refuses with: already_exists, unknown_entity, not_party, not_owner, period_invalid, too_late,
/// wrong_status, amount_invalid, claim_exceeds_deposit, rating_invalid, already_reviewed. What fell
/// due by `now` comes first.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
/// Of what is owed, the oldest step towards each of listing, wallet and the two accounts: each is
/// asked one thing at a time, in order, so that no undo is overtaken and `pay` comes after every
/// charge.
std::vector<want> wants(const state& now);
/// When `decide` would next emit something by itself.
std::optional<instant> alarm(const state& now);
outcome reply(const state& after, const std::vector<event>& events);

/// The key of the want for what is owed, for example "reserve" or "hold-extension-2".
std::string key_of(const obligation<step>& owed);

/// What this side wrote, or null.
const written_review* review_by(const state& now, party side);

/// When it counts as lost: `lost_at`, but never just after a dispute.
instant loss_of(const state& now);

/// The fees of all late periods so far, whether the wallet could meet them or not.
money late_fees(const state& now);

}  // namespace rentwave::rental
