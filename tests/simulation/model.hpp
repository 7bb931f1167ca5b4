// What the checker believes, folded from the journal's events alone: people, adverts with their
// calendars, rentals with their terms, purses, transfers, notices. It shares the events' structs
// with the domain and nothing else: rents, fees, due times and payouts are worked out here a second
// time.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "actors/domain/account.hpp"
#include "actors/domain/audience.hpp"
#include "actors/domain/follower.hpp"
#include "actors/domain/inbox.hpp"
#include "actors/domain/keyed_request.hpp"
#include "actors/domain/listing.hpp"
#include "actors/domain/login.hpp"
#include "actors/domain/rental.hpp"
#include "actors/domain/session.hpp"
#include "actors/domain/topic.hpp"
#include "actors/domain/wallet.hpp"
#include "actors/domain/webhook.hpp"
#include "persistence/journal.hpp"

namespace rentwave::simulation {

/// An invariant does not hold; `what()` is the sentence.
struct violation : std::runtime_error {
  violation(entity_ref whose, const std::string& sentence)
      : std::runtime_error{sentence}, where{std::move(whose)} {}
  entity_ref where;
};

/// A username: whose it is, and who is logged in.
struct name_taken {
  account_id account;
  int password_version = 1;
  bool ready = false;
  std::vector<session_id> sessions;        ///< oldest first
  std::set<session_id> ending;             ///< told to end
  std::map<session_id, instant> programs;  ///< tokens, and until when each is good
  std::set<session_id> dropped;            ///< also before they came
  login::gate gate = login::gate::open;
  bool one_time = false;  ///< the password is one for a single log-in
  bool logged_in_once = false;
};

/// Whether a person is welcome.
struct character {
  account::standing now = account::standing::good;
  int order = 0;
  instant since;  ///< when it became so
};

/// A log-in.
struct visit {
  account_id account;
  std::string username;
  int password_version = 0;
  bool open = true;
  bool announced = false;               ///< the login has heard of it
  bool withdrawn = false;               ///< and of its end
  std::optional<session_id> made_by{};  ///< of a program's
  period life{};                        ///< of its token
};

struct advert {
  account_id owner;
  offer content;
  std::int64_t revision = 1;
  bool active = true;
  bool removed = false;
  std::map<rental_id, period> calendar;
  std::map<rental_id, reservation> agreed;  ///< every reservation ever
  std::optional<rental_id> with;            ///< whose renter has the item
  std::set<rental_id> queued;               ///< those who wait for it
  std::map<block_id, period> blocks;
  std::vector<photo_id> photos;
  std::map<rental_id, rental_id> told_of_delay;  ///< whose booking, by whose lateness at last
  bool missing = false;                          ///< lost, until the owner switches it on again
  instant added_at{};
  bool hidden = false;    ///< by an administrator
  bool withheld = false;  ///< by the owner's account
  bool is_offered() const { return active && !hidden && !withheld; }
  std::optional<instant> came_back{};  ///< by the command that is being read
  std::optional<instant> news_due{};   ///< that it may be free again, by that command
  bool told_free = false;              ///< and it said so
  command_id last_command{};
};

struct late_period {
  instant due;
  money fee;
  std::optional<charge_result> charged{};  ///< by the wallet
  bool has_receipt = false;                ///< the rental has heard of it
};

struct wish_for_more {
  int n = 0;
  instant ends_at;
  std::optional<money> rent;
  instant since{};
};

/// A rental.
struct deal {
  rental_id id;
  listing_id listing;
  account_id renter;
  period wanted;
  std::optional<money> expected_price;
  rental::status now = rental::status::pending;
  instant requested_at;
  std::optional<reservation> agreed;
  std::optional<instant> hand_over_asked;
  std::optional<instant> started_at;
  bool reminded = false;               ///< of the present due time
  std::map<int, money> further_rents;  ///< of every extension that the listing agreed to
  instant due;                         ///< the end that is paid for
  money rent;
  std::vector<late_period> periods;
  std::optional<wish_for_more> wish;
  std::optional<instant> returned_at;
  bool owner_has_it = false;           ///< as he said himself
  std::optional<instant> disputed_at;  ///< last
  money claim;
  money fee;                                   ///< after a cancel
  std::optional<rental::arbitration> decided;  ///< by an administrator
  bool held = false;
  bool paid = false;
  std::map<rental::party, int> reviews{};  ///< the stars that each side gave

  bool is_final() const;
  bool is_out() const { return now == rental::status::active || now == rental::status::late; }
};

struct hold {
  std::map<int, money> parts;
  money deposit;
  money fees;
  money rent() const;
  money total() const { return rent() + deposit + fees; }
};

struct payment_made {
  bool out = false;
  money amount;
  bool done = false;
  bool failed = false;
};

struct purse {
  money balance;
  money leaving;  ///< taken out of a hold or the balance, the transfer follows in the same append
  std::map<rental_id, hold> holds;
  std::vector<std::pair<rental_id, money>> debts;  ///< oldest first
  std::map<payment_id, payment_made> payments;
  bool closed = false;
  command_id last_command;
  money debt() const;
};

struct transfer {
  account_id from;
  account_id to;
  rental_id rental;
  money amount;
  bool received = false;
  bool arrived = false;
};

/// Whom, about which event type, rental (or advert) and time.
using notice_key = std::tuple<account_id, std::string, rental_id, instant>;

/// What an advert or a person was given, one by one.
struct marks {
  std::map<rental_id, int> due;      ///< by the reviews
  std::map<rental_id, int> counted;  ///< by whoever adds them up
};

/// What followers are told of: the event's type, the advert and the time.
using news_key = std::tuple<std::string, listing_id, instant>;
struct news {
  account_id owner;  ///< not told
  std::vector<std::string> topics;
  int times = 0;                  ///< off and on again in one instant are two
  std::map<account_id, int> due;  ///< who followed one of them when it happened, and ever since
  std::map<account_id, int> told;
};
/// What a topic announces.
struct announcing {
  int last = 0;
  std::set<int> pending;
  std::set<int> missed;  ///< of these, with somebody missed in this round
  std::set<command_id> about;
};

/// A webhook, and what the inbox knows of it.
struct hook {
  account_id owner;
  std::vector<std::string> types;
  bool active = false;
  bool rejected = false;
  bool removed = false;
  std::int64_t from = 0;  ///< notices after this one are its
  std::int64_t cursor = 0;
  std::int64_t rung = 0;
  std::set<std::int64_t> posted;
  int tries = 0;
  int failures = 0;  ///< in a row
  std::optional<instant> again;
  instant tried;                ///< not later than the last time that it was
  bool was_attached = false;    ///< by the inbox
  bool was_detached = false;    ///< likewise
  bool knows_detached = false;  ///< it has heard of that

  bool takes(const std::string& type) const;
};

/// A request under an Idempotency-Key.
struct keyed {
  account_id account;
  std::string body_hash;
  std::optional<std::string> answer;
};

struct model {
  std::map<std::string, name_taken> logins;
  std::map<account_id, account::opened> accounts;  ///< with the present profile
  std::map<account_id, character> characters;
  std::map<session_id, visit> visits;
  std::map<listing_id, advert> adverts;
  std::map<rental_id, deal> deals;
  std::map<account_id, purse> purses;
  std::map<transfer_id, transfer> transfers;
  std::map<notice_key, int> notices_due;
  std::map<notice_key, int> notices_sent;
  std::map<entity_ref, marks> ratings;
  std::map<std::string, int> shelves;  ///< adverts hung on a book, by ISBN
  std::map<account_id, std::int64_t> cursors;
  std::map<account_id, std::int64_t> read;  ///< up to which cursor
  std::set<account_id> closed_inboxes;
  std::map<std::string, keyed> keyed_requests;          ///< by the entity's id
  std::map<account_id, std::set<std::string>> follows;  ///< topics
  std::map<account_id, std::set<std::string>> ever_followed;
  std::map<std::string, std::set<account_id>> fans;   ///< in the audiences, by topic
  std::set<std::pair<std::string, account_id>> firm;  ///< topic and who will not miss anything
  std::map<std::string, std::set<int>> enlisted;      ///< shards, by topic
  std::map<std::string, announcing> announcements;    ///< by topic
  std::map<news_key, news> reports;
  std::map<webhook_id, hook> hooks;
  std::map<account_id, int> hooks_of;                   ///< attached to the inbox
  std::map<account_id, std::vector<std::string>> told;  ///< the types of notices, by cursor

  money brought_in;  ///< top-ups less withdrawals

  // Order:
  std::map<partition_id, std::int64_t> positions;
  std::map<entity_ref, std::int64_t> versions;
  std::map<entity_ref, instant> times;
  std::map<std::pair<entity_ref, command_id>, int> commands;          ///< how many events
  std::set<std::tuple<entity_ref, command_id, std::string>> effects;  ///< with the event's type
};

/// Takes in the journal's next event, in the order of writing. Throws `violation`.
void see(model& all, const stored_event& event);

void see_login(model& all, const stored_event& event);
void see_account(model& all, const stored_event& event);
void see_session(model& all, const stored_event& event);
void see_listing(model& all, const stored_event& event);
void see_rental(model& all, const stored_event& event);
void see_wallet(model& all, const stored_event& event);
void see_inbox(model& all, const stored_event& event);
void see_keyed_request(model& all, const stored_event& event);
/// A review of that rental is added up.
void see_rating(model& all, const stored_event& event, rental_id rental, int stars,
                const rating_total& total);
void see_topic(model& all, const stored_event& event);
void see_audience(model& all, const stored_event& event);
void see_follower(model& all, const stored_event& event);
void see_webhook(model& all, const stored_event& event);
/// What an inbox does with webhooks.
void see_hooks(model& all, const stored_event& event, const inbox::event& happened);

/// Followers of these topics are to be told of the event, but for the advert's owner.
void note_news(model& all, const stored_event& event, listing_id about, account_id owner,
               std::vector<std::string> topics);
/// Somebody is told as a follower.
void see_news(model& all, const stored_event& event, account_id whom, const inbox::notice& notice);

/// In one snapshot of the journal: what is in all purses, and between them, was brought in.
void check_money(const model& all);
/// Nothing is under way any more: what must be true then.
void check_settled(const model& all);
void check_people(const model& all);
void check_ratings(const model& all);
/// Who is not welcome any more is nowhere to be found.
void check_standings(const model& all);
void check_follows(const model& all);
/// Each has posted everything, unless it pauses; `slack` is how late a pause may end.
void check_webhooks(const model& all, instant now, duration slack);

/// What a rental is to do next by itself, and when.
struct next_step {
  instant at;
  std::string what;
  bool is_answer = false;  ///< it waits for somebody's answer since then, not for the time
};
std::optional<next_step> next_of(const deal& d);
/// Nothing may be later than `slack`. What is only asked for counts after `quiet_since`, when the
/// last thing failed: an answer that was lost until then is asked for again in its time.
void check_prompt(const model& all, instant now, duration slack, instant quiet_since);
/// Since when the renter of `next` has to be told that the item is late; nothing if not at all.
std::optional<instant> delay_due(const deal& late, const deal& next, const period& booked);

// --- the checker's own arithmetic ---

rating_total sum_of(const std::map<rental_id, int>& stars);

/// Every started hour or day costs the rate, and at least one.
money price_of(const rate& price, duration length);
/// Period n is charged once it has begun, n - 1 units after due, and not within the grace time.
instant falls_due(const rental_terms& terms, instant due, int n);
/// When the item of this deal is lost: never within two days of a dispute.
instant lost_at(const deal& d);

/// Throws unless it holds.
void expect(bool holds, const stored_event& event, const std::string& sentence);
std::string text(money amount);
std::string text(instant at);

}  // namespace rentwave::simulation
