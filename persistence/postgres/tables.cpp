#include "persistence/postgres/scripts.hpp"

namespace rentwave::postgres {

// Ids are uuid, times microseconds, money minor units; an entity is its kind's name and its id.
// Text is compared byte by byte ("C"): quicker, and an upgrade of the system's locales breaks no
// index.
const char* const make_tables = R"(
CREATE SEQUENCE event_sequence;

-- Every append changes a row, mostly within its page: hence the room.
CREATE TABLE partitions (
  id integer PRIMARY KEY,
  owner text NOT NULL,
  session text NOT NULL,
  epoch bigint NOT NULL,
  next_position bigint NOT NULL
) WITH (fillfactor = 25);

CREATE TABLE events (
  sequence bigint PRIMARY KEY,
  partition integer NOT NULL,
  position bigint NOT NULL CHECK (position > 0),
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  type text COLLATE "C" NOT NULL CHECK (type <> ''),
  schema integer NOT NULL,
  data text COLLATE "C" NOT NULL,
  time bigint NOT NULL,
  command uuid NOT NULL,
  n integer NOT NULL CHECK (n >= 0),
  actor text COLLATE "C" NOT NULL,
  trace uuid NOT NULL,
  subject uuid,
  UNIQUE (partition, position),
  UNIQUE (kind, id, version),
  UNIQUE (kind, id, command, n)
);
CREATE FUNCTION keep_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'events are never % (they are the truth)',
    CASE TG_OP WHEN 'UPDATE' THEN 'updated' WHEN 'DELETE' THEN 'deleted' ELSE 'truncated' END;
END $$;
CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION keep_events();
-- Not even by a session that skips ordinary triggers, as replication does.
ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_kept;

CREATE TABLE alarms (
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  partition integer NOT NULL,
  due bigint NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX alarms_by_due ON alarms (partition, due, kind, id);

CREATE TABLE snapshots (
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  schema integer NOT NULL,
  data text COLLATE "C" NOT NULL,
  subject uuid,
  PRIMARY KEY (kind, id)
);

CREATE TABLE offsets (
  partition integer NOT NULL,
  subscription text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (partition, subscription)
) WITH (fillfactor = 25);

CREATE TABLE dead_letters (
  partition integer NOT NULL,
  subscription text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  kind text NOT NULL,
  id text NOT NULL,
  reason text NOT NULL,
  since bigint NOT NULL,
  PRIMARY KEY (partition, subscription, position)
);

CREATE TABLE anchors (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  real bigint NOT NULL,
  domain bigint NOT NULL,
  rate double precision NOT NULL
);

CREATE TABLE pinned (name text COLLATE "C" PRIMARY KEY, value bytea NOT NULL);

-- A row without a key is the tombstone of one that was destroyed.
CREATE TABLE person_keys (person uuid PRIMARY KEY, key bytea);
)";

const char* const make_read_models = R"(
-- The words of an advert have the weights A (title), B (details), C (description).
CREATE TABLE listings (
  id uuid PRIMARY KEY,
  owner uuid NOT NULL,
  active boolean NOT NULL,
  revision bigint NOT NULL,
  times_rented bigint NOT NULL,
  added_at bigint NOT NULL,
  price bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  isbn text COLLATE "C",
  content text COLLATE "C" NOT NULL,
  words tsvector NOT NULL
);
CREATE INDEX listings_by_added ON listings (added_at, id) WHERE active;
CREATE INDEX listings_by_kind ON listings (kind, added_at, id) WHERE active;
CREATE INDEX listings_by_price ON listings (price, id) WHERE active;
CREATE INDEX listings_by_times_rented ON listings (times_rented, id) WHERE active;
CREATE INDEX listings_by_owner ON listings (owner, added_at, id);
CREATE INDEX listings_by_isbn ON listings (isbn, added_at, id) WHERE isbn IS NOT NULL;
CREATE INDEX listings_by_words ON listings USING gin (words) WITH (gin_pending_list_limit = 256);

CREATE TABLE reservations (
  rental uuid PRIMARY KEY,
  listing uuid NOT NULL,
  starts_at bigint NOT NULL,
  ends_at bigint NOT NULL
);
CREATE INDEX reservations_by_listing ON reservations (listing, starts_at);

CREATE TABLE rentals (
  id uuid PRIMARY KEY,
  listing uuid NOT NULL,
  renter uuid NOT NULL,
  owner uuid,
  title text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  starts_at bigint NOT NULL,
  ends_at bigint NOT NULL,
  rent bigint NOT NULL,
  deposit bigint NOT NULL,
  late_fees bigint NOT NULL,
  requested_at bigint NOT NULL
);
CREATE INDEX rentals_by_renter ON rentals (renter, requested_at, id);
CREATE INDEX rentals_by_owner ON rentals (owner, requested_at, id);

CREATE TABLE wallet_entries (
  account uuid NOT NULL,
  version bigint NOT NULL,
  type text COLLATE "C" NOT NULL,
  amount bigint NOT NULL,
  balance bigint NOT NULL,
  rental uuid,
  time bigint NOT NULL,
  PRIMARY KEY (account, version)
);

CREATE TABLE notices (
  account uuid NOT NULL,
  cursor bigint NOT NULL,
  type text COLLATE "C" NOT NULL,
  time bigint NOT NULL,
  text text COLLATE "C" NOT NULL,
  listing uuid,
  rental uuid,
  isbn text COLLATE "C",
  PRIMARY KEY (account, cursor)
);

CREATE TABLE sessions (id uuid PRIMARY KEY, account uuid NOT NULL);
CREATE INDEX sessions_by_account ON sessions (account, id);
)";

// What one request caused, and what happened when, are found in a log of any length.
const char* const make_ways_into_the_log = R"(
CREATE INDEX events_by_trace ON events (trace, sequence);
CREATE INDEX events_by_time ON events (time) INCLUDE (sequence);
)";

// What searches ask for beside words; traits are lexemes among the words. `migrate` fills it from
// the adverts that there are. What a renter has is told by events that came after the reservation:
// a released one has no row, and one that was reclaimed is out.
const char* const add_places_and_traits = R"(
ALTER TABLE listings
  ADD COLUMN latitude float8,
  ADD COLUMN longitude float8,
  ADD COLUMN seats integer,
  ADD COLUMN boot_litres integer,
  ADD COLUMN year integer,
  ADD COLUMN guests integer,
  ADD COLUMN beds integer,
  ADD COLUMN bathrooms integer;
CREATE INDEX listings_by_place ON listings (latitude, longitude)
  WHERE active AND latitude IS NOT NULL;
CREATE INDEX listings_by_seats ON listings (seats) WHERE active AND seats IS NOT NULL;
CREATE INDEX listings_by_boot_litres ON listings (boot_litres)
  WHERE active AND boot_litres IS NOT NULL;
CREATE INDEX listings_by_year ON listings (year) WHERE active AND year IS NOT NULL;
CREATE INDEX listings_by_guests ON listings (guests) WHERE active AND guests IS NOT NULL;
CREATE INDEX listings_by_beds ON listings (beds) WHERE active AND beds IS NOT NULL;
CREATE INDEX listings_by_bathrooms ON listings (bathrooms) WHERE active AND bathrooms IS NOT NULL;

-- A block of the owner's stands there, too: `rental` is then the block's id.
ALTER TABLE reservations ADD COLUMN out boolean NOT NULL DEFAULT false;
UPDATE reservations SET out = true WHERE rental IN (
  SELECT (data::jsonb ->> 'rental')::uuid FROM events
  WHERE kind = 'listing' AND type IN ('listing.hand-over', 'listing.reclaim'));
DROP INDEX reservations_by_listing;
CREATE INDEX reservations_by_listing ON reservations (listing, starts_at, ends_at, out);

ALTER TABLE notices ADD COLUMN alternatives text COLLATE "C";
)";

}  // namespace rentwave::postgres
