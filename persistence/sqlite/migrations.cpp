#include "persistence/sqlite/schema.hpp"

namespace rentwave::sqlite {
namespace {

// Ids are 16 bytes, times microseconds, money minor units; an entity is its kind's name and its id.
constexpr const char* events_and_state = R"(
CREATE TABLE partitions (
  id INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  next_position INTEGER NOT NULL
) STRICT;

CREATE TABLE events (
  sequence INTEGER PRIMARY KEY,
  partition INTEGER NOT NULL,
  position INTEGER NOT NULL CHECK (position > 0),
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  type TEXT NOT NULL CHECK (type <> ''),
  schema INTEGER NOT NULL,
  data TEXT NOT NULL,
  time INTEGER NOT NULL,
  command BLOB NOT NULL,
  n INTEGER NOT NULL CHECK (n >= 0),
  actor TEXT NOT NULL,
  trace BLOB NOT NULL,
  subject BLOB,
  UNIQUE (partition, position),
  UNIQUE (kind, id, version),
  UNIQUE (kind, id, command, n)
) STRICT;
CREATE TRIGGER events_are_never_updated BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never updated'); END;
CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

CREATE TABLE alarms (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  partition INTEGER NOT NULL,
  due INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX alarms_by_due ON alarms (partition, due);

CREATE TABLE snapshots (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  schema INTEGER NOT NULL,
  data TEXT NOT NULL,
  subject BLOB,
  PRIMARY KEY (kind, id)
) STRICT;

CREATE TABLE offsets (
  partition INTEGER NOT NULL,
  subscription TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (partition, subscription)
) STRICT, WITHOUT ROWID;

CREATE TABLE anchors (
  number INTEGER PRIMARY KEY,
  real INTEGER NOT NULL,
  domain INTEGER NOT NULL,
  rate REAL NOT NULL
) STRICT;

CREATE TABLE pinned (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- A row without a key is the tombstone of one that was destroyed.
CREATE TABLE person_keys (person BLOB PRIMARY KEY, key BLOB) STRICT;

-- A listing's number is added_at * 128 + slot * 4 + kind: in the order of the adverts, and says
-- which kind it is.
CREATE TABLE listings (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  owner BLOB NOT NULL,
  active INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  times_rented INTEGER NOT NULL,
  added_at INTEGER NOT NULL,
  price INTEGER NOT NULL,
  isbn TEXT
) STRICT;
CREATE INDEX listings_by_price ON listings (price, id) WHERE active;
CREATE INDEX listings_by_times_rented ON listings (times_rented, id) WHERE active;
CREATE INDEX listings_by_owner ON listings (owner);
CREATE INDEX listings_by_isbn ON listings (isbn) WHERE isbn IS NOT NULL;
CREATE TABLE listing_contents (number INTEGER PRIMARY KEY, content TEXT NOT NULL) STRICT;
-- Its rowid is the listing's number * 2 + active.
CREATE VIRTUAL TABLE listing_words USING fts5 (
  title, details, description, tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO listing_words (listing_words, rank) VALUES ('rank', 'bm25(10.0, 4.0, 1.0)');

CREATE TABLE reservations (
  rental BLOB PRIMARY KEY,
  listing BLOB NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reservations_by_listing ON reservations (listing, starts_at);

CREATE TABLE rentals (
  id BLOB PRIMARY KEY,
  listing BLOB NOT NULL,
  renter BLOB NOT NULL,
  owner BLOB,
  title TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  rent INTEGER NOT NULL,
  deposit INTEGER NOT NULL,
  late_fees INTEGER NOT NULL,
  requested_at INTEGER NOT NULL
) STRICT;
CREATE INDEX rentals_by_renter ON rentals (renter, requested_at, id);
CREATE INDEX rentals_by_owner ON rentals (owner, requested_at, id);

CREATE TABLE wallet_entries (
  account BLOB NOT NULL,
  version INTEGER NOT NULL,
  type TEXT NOT NULL,
  amount INTEGER NOT NULL,
  balance INTEGER NOT NULL,
  rental BLOB,
  time INTEGER NOT NULL,
  PRIMARY KEY (account, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
  account BLOB NOT NULL,
  cursor INTEGER NOT NULL,
  type TEXT NOT NULL,
  time INTEGER NOT NULL,
  text TEXT NOT NULL,
  listing BLOB,
  rental BLOB,
  isbn TEXT,
  PRIMARY KEY (account, cursor)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (id BLOB PRIMARY KEY, account BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions (account);
)";

constexpr const char* dead_letters = R"(
CREATE TABLE dead_letters (
  partition INTEGER NOT NULL,
  subscription TEXT NOT NULL,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  reason TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (partition, subscription, position)
) STRICT, WITHOUT ROWID;
)";

// What one request caused, and what happened when, are found in a log of any length.
constexpr const char* ways_into_the_log = R"(
CREATE INDEX events_by_trace ON events (trace);
CREATE INDEX events_by_time ON events (time);
)";

// What people wrote of each other's part, and what that makes of adverts: all that was given, and
// its place among others (rating_total::rank).
constexpr const char* reviews = R"(
CREATE TABLE reviews (
  rental BLOB NOT NULL,
  side TEXT NOT NULL,
  author BLOB NOT NULL,
  about BLOB NOT NULL,
  listing BLOB NOT NULL,
  rating INTEGER NOT NULL,
  text TEXT NOT NULL,
  time INTEGER NOT NULL,
  PRIMARY KEY (rental, side)
) STRICT, WITHOUT ROWID;
CREATE INDEX reviews_by_listing ON reviews (listing, time, rental) WHERE side = 'renter';
CREATE INDEX reviews_by_person ON reviews (about, time, rental);

ALTER TABLE listings ADD COLUMN rating_stars INTEGER NOT NULL DEFAULT 0;
ALTER TABLE listings ADD COLUMN rating_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE listings ADD COLUMN rating_rank INTEGER NOT NULL DEFAULT 0;
CREATE INDEX listings_by_rating ON listings (rating_rank, id) WHERE active;
)";

// What searches ask for beside words; `migrate` fills it from the adverts that there are. What a
// renter has is told by events that came after the reservation: a released one has no row, and one
// that was reclaimed is out.
constexpr const char* places_and_traits = R"(
ALTER TABLE listings ADD COLUMN latitude REAL;
ALTER TABLE listings ADD COLUMN longitude REAL;
ALTER TABLE listings ADD COLUMN seats INTEGER;
ALTER TABLE listings ADD COLUMN boot_litres INTEGER;
ALTER TABLE listings ADD COLUMN year INTEGER;
ALTER TABLE listings ADD COLUMN guests INTEGER;
ALTER TABLE listings ADD COLUMN beds INTEGER;
ALTER TABLE listings ADD COLUMN bathrooms INTEGER;
CREATE INDEX listings_by_place ON listings (latitude, longitude)
  WHERE active AND latitude IS NOT NULL;
CREATE INDEX listings_by_seats ON listings (seats) WHERE active AND seats IS NOT NULL;
CREATE INDEX listings_by_boot_litres ON listings (boot_litres)
  WHERE active AND boot_litres IS NOT NULL;
CREATE INDEX listings_by_year ON listings (year) WHERE active AND year IS NOT NULL;
CREATE INDEX listings_by_guests ON listings (guests) WHERE active AND guests IS NOT NULL;
CREATE INDEX listings_by_beds ON listings (beds) WHERE active AND beds IS NOT NULL;
CREATE INDEX listings_by_bathrooms ON listings (bathrooms) WHERE active AND bathrooms IS NOT NULL;

DROP TABLE listing_words;
CREATE VIRTUAL TABLE listing_words USING fts5 (
  title, details, description, traits, tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO listing_words (listing_words, rank) VALUES ('rank', 'bm25(10.0, 4.0, 1.0, 0.0)');

-- A block of the owner's stands there, too: `rental` is then the block's id.
ALTER TABLE reservations ADD COLUMN out INTEGER NOT NULL DEFAULT 0;
UPDATE reservations SET out = 1 WHERE lower(hex(rental)) IN (
  SELECT replace(json_extract(data, '$.rental'), '-', '') FROM events
  WHERE kind = 'listing' AND type IN ('listing.hand-over', 'listing.reclaim'));
DROP INDEX reservations_by_listing;
CREATE INDEX reservations_by_listing ON reservations (listing, starts_at, ends_at, out);

ALTER TABLE notices ADD COLUMN alternatives TEXT;
)";

// Which adverts show which photos, and the bytes of these. A photo is put anew without its bytes
// being written again, hence two tables; an id is 64 hex digits, what a photo is its JSON.
constexpr const char* photos = R"(
CREATE TABLE listing_photos (
  listing BLOB NOT NULL,
  version INTEGER NOT NULL,
  photo TEXT NOT NULL,
  what TEXT NOT NULL,
  PRIMARY KEY (listing, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX listing_photos_by_photo ON listing_photos (photo);

CREATE TABLE photos (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  put_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE photo_bytes (id TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
)";

// The index of words gets lists of what begins alike: the last word of a search is a prefix, for
// which FTS5 otherwise puts the lists of all words that begin so together, whole, each time.
constexpr const char* prefixes = R"(
ALTER TABLE listing_words RENAME TO former_words;
CREATE VIRTUAL TABLE listing_words USING fts5 (
  title, details, description, traits, tokenize = 'unicode61 remove_diacritics 2',
  prefix = '2 3 4 5 6 7 8 9 10'
);
INSERT INTO listing_words (listing_words, rank) VALUES ('rank', 'bm25(10.0, 4.0, 1.0, 0.0)');
INSERT INTO listing_words (rowid, title, details, description, traits)
  SELECT rowid, title, details, description, traits FROM former_words;
DROP TABLE former_words;
)";

constexpr const char* scripts[] = {events_and_state,  dead_letters, ways_into_the_log, reviews,
                                   places_and_traits, photos,       prefixes};

}  // namespace

std::span<const char* const> migrations() {
  return scripts;
}

}  // namespace rentwave::sqlite
