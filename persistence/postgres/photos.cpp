// Photos: the rows that say which advert shows which, and the bytes, which no append touches.
#include "persistence/json.hpp"
#include "persistence/orphans.hpp"
#include "persistence/postgres/error.hpp"
#include "persistence/postgres/journal.hpp"
#include "persistence/postgres/scripts.hpp"

namespace rentwave::postgres {

// An id is 64 hex digits, what a photo is its JSON. The bytes do not get smaller by compression.
const char* const make_photos = R"(
CREATE TABLE listing_photos (
  listing uuid NOT NULL,
  version bigint NOT NULL,
  photo text COLLATE "C" NOT NULL,
  what text COLLATE "C" NOT NULL,
  PRIMARY KEY (listing, version)
);
CREATE INDEX listing_photos_by_photo ON listing_photos (photo);

CREATE TABLE photos (
  id text COLLATE "C" PRIMARY KEY,
  type text COLLATE "C" NOT NULL,
  put_at bigint NOT NULL,
  bytes bytea NOT NULL
);
ALTER TABLE photos ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE FUNCTION write_photo(r jsonb) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  CASE r ->> 'row'
  WHEN 'photo' THEN
    INSERT INTO listing_photos (listing, version, photo, what)
      VALUES ((r ->> 'listing')::uuid, (r ->> 'version')::bigint, r ->> 'photo', r ->> 'what')
      ON CONFLICT (listing, version) DO UPDATE
        SET photo = excluded.photo, what = excluded.what;
  WHEN 'photo_removed' THEN
    DELETE FROM listing_photos
      WHERE listing = (r ->> 'listing')::uuid AND photo = r ->> 'photo';
  END CASE;
END $$;
)";

namespace {

/// Of $1, put before $2: asked when it is looked for, and again by who removes it.
constexpr const char* is_orphan =
    "put_at < $2 AND NOT EXISTS (SELECT FROM listing_photos p WHERE p.photo = photos.id)";

}  // namespace

/// What is there is not sent again.
journal_result<void> postgres_journal::put_photo(const photo_id& id, const stored_photo& what,
                                                 instant now) {
  return guarded(purpose::writing, [&]() -> journal_result<void> {
    const auto name = to_string(id);
    auto known =
        db_.query("UPDATE photos SET put_at = greatest(put_at, $2) WHERE id = $1 RETURNING put_at",
                  name, now);
    if (known.next()) return {};
    db_.query(
        "INSERT INTO photos (id, type, put_at, bytes) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (id) DO UPDATE SET put_at = greatest(photos.put_at, excluded.put_at)",
        name, what.type, now, blob{what.bytes});
    return {};
  });
}

journal_result<std::optional<photo>> postgres_journal::find_photo(const photo_id& id) {
  return guarded(purpose::reading, [&]() -> journal_result<std::optional<photo>> {
    auto stored =
        db_.query("SELECT what FROM listing_photos WHERE photo = $1 LIMIT 1", to_string(id));
    if (!stored.next()) return std::nullopt;
    std::string what;
    stored.read(what);
    photo found;
    if (!from_json_text(what, found)) throw damaged("what is said of photo " + to_string(id));
    return found;
  });
}

journal_result<std::optional<stored_photo>> postgres_journal::get_photo(const photo_id& id) {
  return guarded(purpose::reading, [&]() -> journal_result<std::optional<stored_photo>> {
    auto stored = db_.query(
        "SELECT type, bytes FROM photos WHERE id = $1"
        " AND EXISTS (SELECT FROM listing_photos p WHERE p.photo = $1)",
        to_string(id));
    if (!stored.next()) return std::nullopt;
    stored_photo found;
    std::string bytes;
    stored.read(found.type, bytes);
    found.bytes = bytes_of(bytes);
    return found;
  });
}

journal_result<photo_sweep> postgres_journal::sweep_photos(const std::optional<photo_id>& after,
                                                           instant before, int limit) {
  return guarded(purpose::writing, [&]() -> journal_result<photo_sweep> {
    photo_sweep done;
    const auto orphans =
        read_orphans(db_.query(std::string{"SELECT id, "} + is_orphan +
                                   " FROM photos WHERE id > $1 ORDER BY id LIMIT $3",
                               after ? to_string(*after) : std::string{}, before, limit + 1),
                     limit, done);
    for (const auto& each : orphans) {
      auto removed = db_.query(
          std::string{"DELETE FROM photos WHERE id = $1 AND "} + is_orphan + " RETURNING id", each,
          before);
      done.removed += removed.next() ? 1 : 0;
    }
    return done;
  });
}

}  // namespace rentwave::postgres
