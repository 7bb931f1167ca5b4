#include "persistence/postgres/scripts.hpp"

namespace rentwave::postgres {

// Who belongs to the cluster, and who has which partition (persistence/membership.hpp). Every node
// changes its row once a second: hence the room.
const char* const make_cluster_tables = R"(
-- No two lives of nodes ever have the same.
CREATE SEQUENCE incarnations;

CREATE TABLE nodes (
  incarnation bigint PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  address text NOT NULL,
  roles text NOT NULL,
  version text NOT NULL,
  event_types text NOT NULL,
  counter bigint NOT NULL,
  draining boolean NOT NULL,
  joined_at bigint NOT NULL
) WITH (fillfactor = 25);

CREATE TABLE placements (
  partition integer PRIMARY KEY CHECK (partition >= 0),
  owner text,
  owner_incarnation bigint,
  next text,
  next_incarnation bigint
);
CREATE TABLE placements_revision (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  revision bigint NOT NULL
);
INSERT INTO placements_revision (revision) VALUES (0);

-- The new revision, or NULL: the table has another one than `seen`, or an ended node has changed.
CREATE FUNCTION publish_placements(seen bigint, ended bigint[], counters bigint[], owners text[],
                                   owner_incarnations bigint[], nexts text[],
                                   next_incarnations bigint[])
RETURNS bigint LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM FROM placements_revision WHERE revision = seen FOR UPDATE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  -- A renewal that is under way is waited for, and seen by the next statement; those that come
  -- later wait for us, and find no node. One that is gone may have been renewed before that.
  PERFORM FROM nodes WHERE incarnation = ANY (ended) FOR UPDATE;
  IF cardinality(ended) <> (SELECT count(*) FROM unnest(ended, counters) AS e (incarnation, counter)
                            JOIN nodes n USING (incarnation, counter)) THEN
    RETURN NULL;
  END IF;
  DELETE FROM nodes WHERE incarnation = ANY (ended);
  INSERT INTO placements AS p (partition, owner, owner_incarnation, next, next_incarnation)
    SELECT number - 1, owner, owner_incarnation, next, next_incarnation
    FROM unnest(owners, owner_incarnations, nexts, next_incarnations) WITH ORDINALITY
      AS given (owner, owner_incarnation, next, next_incarnation, number)
    ON CONFLICT (partition) DO UPDATE
      SET owner = excluded.owner, owner_incarnation = excluded.owner_incarnation,
          next = excluded.next, next_incarnation = excluded.next_incarnation
      WHERE (p.owner_incarnation, p.next_incarnation)
        IS DISTINCT FROM (excluded.owner_incarnation, excluded.next_incarnation);
  UPDATE placements_revision SET revision = revision + 1;
  RETURN seen + 1;
END $$;
)";

// So that whoever is on the same machine can tell a process that has died from one that is silent.
const char* const name_the_process = R"(
ALTER TABLE nodes ADD COLUMN process text NOT NULL DEFAULT '';
)";

// What programs of several releases have to know of each other and of the journal.
const char* const make_versions = R"(
-- The oldest schema that a program must know to work with this one.
ALTER TABLE schema_version ADD COLUMN readable_from integer;

-- The types of events that are in the log, or will be in a moment, with their newest schemas:
-- whoever cannot read one does not become a member.
CREATE TABLE event_types (
  name text COLLATE "C" PRIMARY KEY,
  schema integer NOT NULL
);

-- Whether a node can read it that says so of itself (persistence/event_words.hpp). One that says
-- nothing is of a release before nodes did.
CREATE FUNCTION can_read(words text, type text, newest integer) RETURNS boolean LANGUAGE sql
IMMUTABLE AS $$
  SELECT words = '' OR EXISTS (
    SELECT FROM unnest(string_to_array(words, ' ')) AS w (word)
    WHERE split_part(word, '/', 1) = type
      AND coalesce(nullif(split_part(word, '/', 2), ''), '1')::integer >= newest)
$$;

-- Before a node that says so joins: a type that it could not read, or NULL.
CREATE FUNCTION unreadable_to(words text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  -- Who begins a type meanwhile waits, and finds the node; or was first, and is found.
  LOCK TABLE event_types IN SHARE ROW EXCLUSIVE MODE;
  RETURN (SELECT min(name) FROM event_types WHERE NOT can_read(words, name, schema));
END $$;

-- Before the first event of a type is written. The answer is what must not be, each with a node
-- that could not read it.
CREATE FUNCTION begin_event_types(names text[], schemas integer[])
RETURNS TABLE (held_back text, node text) LANGUAGE plpgsql AS $$
BEGIN
  LOCK TABLE event_types IN SHARE ROW EXCLUSIVE MODE;
  RETURN QUERY
    SELECT w.type, min(n.name COLLATE "C") FROM unnest(names, schemas) AS w (type, newest)
    JOIN nodes n ON NOT can_read(n.event_types, w.type, w.newest)
    GROUP BY w.type;
  INSERT INTO event_types AS known (name, schema)
    SELECT w.type, w.newest FROM unnest(names, schemas) AS w (type, newest)
    WHERE NOT EXISTS (SELECT FROM nodes n WHERE NOT can_read(n.event_types, w.type, w.newest))
    ON CONFLICT (name) DO UPDATE SET schema = greatest(known.schema, excluded.schema);
END $$;
)";

}  // namespace rentwave::postgres
