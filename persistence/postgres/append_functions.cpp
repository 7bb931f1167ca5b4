#include "persistence/postgres/scripts.hpp"

namespace rentwave::postgres {

// Both append functions take the same arrays (batch.cpp makes them):
//   p_…  partitions, by ascending id; `next` is the position that the fence demands
//   n_…  entities; `part` is an index into p_…, `version` the last one so far, `events` how many
//        come, `alarm` 0 keeps it, 1 sets it to `due`, 2 clears it
//   v_…  events, in the order of the entities
//   s_…  snapshots; `entity` is an index into n_…
//   o_…  offsets; `part` is an index into p_…
//   letters: {"given_up": […], "replayed": […]}, or {}; `part` as in o_…
//   changes: an array an entity of what write_row takes, or [] when there are none at all
//
// append_batch writes everything at once and answers the indexes of the partitions whose fence
// held. Anything out of order raises, and nothing is written: append_each then goes entity by
// entity. No partition and no entity may be in append_batch's arguments twice.
const char* const make_append_functions = R"(
CREATE FUNCTION append_batch(
  p_id integer[], p_epoch bigint[], p_next bigint[], p_count bigint[],
  n_part integer[], n_kind text[], n_id text[], n_version bigint[], n_events integer[],
  n_alarm integer[], n_due bigint[],
  v_part integer[], v_kind text[], v_id text[], v_version bigint[], v_position bigint[],
  v_type text[], v_schema integer[], v_data text[], v_time bigint[], v_command uuid[],
  v_n integer[], v_actor text[], v_trace uuid[], v_subject uuid[],
  s_entity integer[], s_version bigint[], s_schema integer[], s_data text[], s_subject uuid[],
  o_part integer[], o_subscription text[], o_position bigint[], letters jsonb,
  changes jsonb) RETURNS SETOF integer LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  held integer[];
BEGIN
  -- Locks by ascending id, so that two writers never wait for each other.
  IF cardinality(p_id) > 1 THEN
    PERFORM FROM partitions WHERE id = ANY (p_id) ORDER BY id FOR UPDATE;
  END IF;
  WITH moved AS (
    UPDATE partitions p SET next_position = p.next_position + w.count
      FROM unnest(p_id, p_epoch, p_next, p_count) WITH ORDINALITY
        AS w (id, epoch, next, count, part)
      WHERE p.id = w.id AND p.epoch = w.epoch AND p.next_position = w.next
      RETURNING w.part::integer)
  SELECT coalesce(array_agg(part), '{}') INTO held FROM moved;

  IF EXISTS (
    SELECT FROM unnest(n_part, n_kind, n_id, n_version) AS w (part, kind, id, version)
      WHERE w.part = ANY (held) AND w.version <> coalesce(
        (SELECT e.version FROM events e WHERE e.kind = w.kind AND e.id = w.id
           ORDER BY e.version DESC LIMIT 1), 0))
  THEN
    RAISE 'an entity is at another version' USING ERRCODE = 'RW001';
  END IF;

  IF cardinality(v_part) > 0 THEN
    PERFORM announce_events();
    INSERT INTO events (sequence, partition, position, kind, id, version, type, schema, data, time,
                        command, n, actor, trace, subject)
      SELECT nextval('event_sequence'), p_id[v.part], v.position, v.kind, v.id, v.version, v.type,
             v.schema, v.data, v.time, v.command, v.n, v.actor, v.trace, v.subject
        FROM unnest(v_part, v_position, v_kind, v_id, v_version, v_type, v_schema, v_data, v_time,
                    v_command, v_n, v_actor, v_trace, v_subject)
          AS v (part, position, kind, id, version, type, schema, data, time, command, n, actor,
                trace, subject)
        WHERE v.part = ANY (held);
  END IF;

  IF 1 = ANY (n_alarm) THEN
    INSERT INTO alarms (kind, id, partition, due, version)
      SELECT w.kind, w.id, p_id[w.part], w.due, w.version + w.events
        FROM unnest(n_part, n_kind, n_id, n_version, n_events, n_alarm, n_due)
          AS w (part, kind, id, version, events, alarm, due)
        WHERE w.alarm = 1 AND w.part = ANY (held)
      ON CONFLICT (kind, id) DO UPDATE
        SET partition = excluded.partition, due = excluded.due, version = excluded.version
        WHERE excluded.version >= alarms.version;
  END IF;
  IF 2 = ANY (n_alarm) THEN
    DELETE FROM alarms a
      USING unnest(n_part, n_kind, n_id, n_alarm) AS w (part, kind, id, alarm)
      WHERE w.alarm = 2 AND w.part = ANY (held) AND a.kind = w.kind AND a.id = w.id;
  END IF;
  IF cardinality(s_entity) > 0 THEN
    INSERT INTO snapshots (kind, id, version, schema, data, subject)
      SELECT n_kind[s.entity], n_id[s.entity], s.version, s.schema, s.data, s.subject
        FROM unnest(s_entity, s_version, s_schema, s_data, s_subject)
          AS s (entity, version, schema, data, subject)
        WHERE n_part[s.entity] = ANY (held)
      ON CONFLICT (kind, id) DO UPDATE
        SET version = excluded.version, schema = excluded.schema, data = excluded.data,
            subject = excluded.subject
        WHERE excluded.version >= snapshots.version;
  END IF;
  IF jsonb_array_length(changes) > 0 THEN
    PERFORM write_row(r.value)
      FROM jsonb_array_elements(changes) WITH ORDINALITY AS c (list, entity),
           jsonb_array_elements(c.list) AS r (value)
      WHERE n_part[c.entity::integer] = ANY (held);
  END IF;
  IF cardinality(o_part) > 0 THEN
    PERFORM write_offsets(p_id, held, o_part, o_subscription, o_position);
  END IF;
  IF letters <> '{}' THEN
    PERFORM write_letters(p_id, held, letters);
  END IF;
  RETURN QUERY SELECT unnest(held);
END $$;

-- Rows: of a partition whose fence held (entity 0), with its last position now; and of each of its
-- entities, with its first position, or with why it failed: 'version' (and the last one),
-- 'command' or 'refused' (and what the database said).
CREATE FUNCTION append_each(
  p_id integer[], p_epoch bigint[], p_next bigint[], p_count bigint[],
  n_part integer[], n_kind text[], n_id text[], n_version bigint[], n_events integer[],
  n_alarm integer[], n_due bigint[],
  v_part integer[], v_kind text[], v_id text[], v_version bigint[], v_position bigint[],
  v_type text[], v_schema integer[], v_data text[], v_time bigint[], v_command uuid[],
  v_n integer[], v_actor text[], v_trace uuid[], v_subject uuid[],
  s_entity integer[], s_version bigint[], s_schema integer[], s_data text[], s_subject uuid[],
  o_part integer[], o_subscription text[], o_position bigint[], letters jsonb,
  changes jsonb)
RETURNS TABLE (part integer, entity integer, position_ bigint, failed text, detail text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  next bigint;
  last bigint;
  lo integer;
  hi integer;
  in_events boolean;
  ends integer[];
BEGIN
  PERFORM announce_events();
  SELECT array_agg(w.total::integer ORDER BY w.i) INTO ends
    FROM (SELECT e.i, sum(e.events) OVER (ORDER BY e.i) AS total
            FROM unnest(n_events) WITH ORDINALITY AS e (events, i)) AS w;
  FOR p IN 1 .. cardinality(p_id) LOOP
    SELECT next_position INTO next FROM partitions
      WHERE id = p_id[p] AND epoch = p_epoch[p] AND next_position = p_next[p] FOR UPDATE;
    CONTINUE WHEN NOT FOUND;
    FOR k IN 1 .. cardinality(n_part) LOOP
      CONTINUE WHEN n_part[k] <> p;
      part := p;
      entity := k;
      position_ := 0;
      failed := NULL;
      detail := NULL;
      SELECT coalesce((SELECT e.version FROM events e WHERE e.kind = n_kind[k] AND e.id = n_id[k]
                         ORDER BY e.version DESC LIMIT 1), 0) INTO last;
      IF last <> n_version[k] THEN
        failed := 'version';
        detail := last;
        RETURN NEXT;
        CONTINUE;
      END IF;
      BEGIN
        hi := ends[k];
        lo := hi - n_events[k] + 1;
        in_events := true;
        INSERT INTO events (sequence, partition, position, kind, id, version, type, schema, data,
                            time, command, n, actor, trace, subject)
          SELECT nextval('event_sequence'), p_id[p], next + v.i - 1, n_kind[k], n_id[k],
                 n_version[k] + v.i, v.type, v.schema, v.data, v.time, v.command, v.n, v.actor,
                 v.trace, v.subject
            FROM unnest(v_type[lo:hi], v_schema[lo:hi], v_data[lo:hi], v_time[lo:hi],
                        v_command[lo:hi], v_n[lo:hi], v_actor[lo:hi], v_trace[lo:hi],
                        v_subject[lo:hi]) WITH ORDINALITY
              AS v (type, schema, data, time, command, n, actor, trace, subject, i);
        in_events := false;
        IF n_alarm[k] = 1 THEN
          INSERT INTO alarms (kind, id, partition, due, version)
            VALUES (n_kind[k], n_id[k], p_id[p], n_due[k], n_version[k] + n_events[k])
            ON CONFLICT (kind, id) DO UPDATE
              SET partition = excluded.partition, due = excluded.due, version = excluded.version
              WHERE excluded.version >= alarms.version;
        ELSIF n_alarm[k] = 2 THEN
          DELETE FROM alarms a WHERE a.kind = n_kind[k] AND a.id = n_id[k];
        END IF;
        INSERT INTO snapshots (kind, id, version, schema, data, subject)
          SELECT n_kind[k], n_id[k], s.version, s.schema, s.data, s.subject
            FROM unnest(s_entity, s_version, s_schema, s_data, s_subject)
              AS s (entity, version, schema, data, subject)
            WHERE s.entity = k
          ON CONFLICT (kind, id) DO UPDATE
            SET version = excluded.version, schema = excluded.schema, data = excluded.data,
                subject = excluded.subject
            WHERE excluded.version >= snapshots.version;
        PERFORM write_row(r.value) FROM jsonb_array_elements(changes -> (k - 1)) AS r (value);
        IF n_events[k] > 0 THEN
          position_ := next;
          next := next + n_events[k];
        END IF;
      EXCEPTION WHEN OTHERS THEN
        -- Data errors, broken rules, limits, and what a trigger raises; anything else is no fault
        -- of the row.
        IF left(SQLSTATE, 2) NOT IN ('22', '23', '54', 'P0') THEN RAISE; END IF;
        failed := CASE WHEN in_events AND SQLSTATE = '23505' THEN 'command' ELSE 'refused' END;
        detail := SQLERRM;
      END;
      RETURN NEXT;
    END LOOP;
    UPDATE partitions SET next_position = next WHERE id = p_id[p];
    PERFORM write_offsets(p_id, ARRAY[p], o_part, o_subscription, o_position);
    PERFORM write_letters(p_id, ARRAY[p], letters);
    part := p;
    entity := 0;
    position_ := next - 1;
    failed := NULL;
    detail := NULL;
    RETURN NEXT;
  END LOOP;
END $$;
)";

const char* const make_other_functions = R"(
-- A reader of all partitions (scan) must not pass events that are written but not yet visible, as
-- numbers are given before a transaction ends and transactions end in any order. So whoever is
-- about to take numbers announces from which one on, by a lock that ends with the transaction; a
-- lock because everybody sees it at once.
CREATE FUNCTION announce_events() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock_shared((21079::bigint << 48) | (last_value + is_called::integer))
    FROM event_sequence;
$$;

-- Every event up to here is visible to a statement that begins after this one, or will never be.
-- The order of the two reads matters: what has a number up to `newest` was announced before it.
CREATE FUNCTION settled_sequence() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  newest bigint;
  announced bigint;
BEGIN
  SELECT last_value - (NOT is_called)::integer INTO newest FROM event_sequence;
  SELECT min(((classid::bigint & 65535) << 32) | objid::bigint) INTO announced FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = 21079 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
  RETURN least(newest, announced - 1);
END $$;

CREATE FUNCTION write_offsets(p_id integer[], held integer[], o_part integer[],
                              o_subscription text[], o_position bigint[])
RETURNS void LANGUAGE sql AS $$
  INSERT INTO offsets (partition, subscription, position)
    SELECT p_id[o.part], o.subscription, o.position
      FROM unnest(o_part, o_subscription, o_position) AS o (part, subscription, position)
      WHERE o.part = ANY (held)
    ON CONFLICT (partition, subscription) DO UPDATE SET position = excluded.position;
$$;

-- A letter that is there already stays; of those that are given up and replayed at once none stays.
CREATE FUNCTION write_letters(p_id integer[], held integer[], letters jsonb) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO dead_letters (partition, subscription, position, kind, id, reason, since)
    SELECT p_id[l.part], l.subscription, l.position, l.kind, l.id, l.reason, l.since
      FROM jsonb_to_recordset(letters -> 'given_up')
        AS l (part integer, subscription text, position bigint, kind text, id text, reason text,
              since bigint)
      WHERE l.part = ANY (held)
    ON CONFLICT DO NOTHING;
  DELETE FROM dead_letters d
    USING jsonb_to_recordset(letters -> 'replayed')
      AS l (part integer, subscription text, position bigint)
    WHERE l.part = ANY (held) AND d.partition = p_id[l.part] AND d.subscription = l.subscription
      AND d.position = l.position;
$$;

-- False: domain time would go back.
CREATE FUNCTION add_anchor(real_ bigint, domain_ bigint, rate_ double precision) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  LOCK TABLE anchors IN SHARE ROW EXCLUSIVE MODE;
  IF domain_ < (SELECT domain FROM anchors ORDER BY number DESC LIMIT 1) THEN
    RETURN false;
  END IF;
  INSERT INTO anchors (real, domain, rate) VALUES (real_, domain_, rate_);
  RETURN true;
END $$;
)";

}  // namespace rentwave::postgres
