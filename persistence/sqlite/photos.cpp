// Photos: the rows that say which advert shows which, and the bytes, which no append touches.
#include "persistence/json.hpp"
#include "persistence/json_writer.hpp"
#include "persistence/orphans.hpp"
#include "persistence/sqlite/error.hpp"
#include "persistence/sqlite/journal.hpp"
#include "persistence/sqlite/row_writer.hpp"

namespace rentwave::sqlite {
namespace {

/// Of ?1, put before ?2: asked when it is looked for, and again by who removes it.
constexpr const char* is_orphan =
    "put_at < ?2 AND NOT EXISTS (SELECT 1 FROM listing_photos WHERE photo = photos.id)";

}  // namespace

void row_writer::write_one(const photo_row& row) {
  db_.prepared(
         "INSERT INTO listing_photos (listing, version, photo, what) VALUES (?1, ?2, ?3, ?4)"
         " ON CONFLICT (listing, version) DO UPDATE SET photo = ?3, what = ?4")
      .run(row.listing, row.version, to_string(row.what.id), to_json_text(row.what));
}

void row_writer::write_one(const photo_row_removed& row) {
  db_.prepared("DELETE FROM listing_photos WHERE listing = ?1 AND photo = ?2")
      .run(row.listing, to_string(row.photo));
}

journal_result<void> sqlite_journal::put_photo(const photo_id& id, const stored_photo& what,
                                               instant now) {
  return guarded([&]() -> journal_result<void> {
    const auto name = to_string(id);
    transaction whole(db_, transaction::kind::write);
    db_.prepared(
           "INSERT INTO photos (id, type, put_at) VALUES (?1, ?2, ?3)"
           " ON CONFLICT (id) DO UPDATE SET put_at = max(put_at, ?3)")
        .run(name, what.type, now);
    db_.prepared("INSERT INTO photo_bytes (id, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
        .run(name, blob{what.bytes});
    whole.commit();
    return {};
  });
}

journal_result<std::optional<photo>> sqlite_journal::find_photo(const photo_id& id) {
  return guarded([&]() -> journal_result<std::optional<photo>> {
    auto stored = db_.prepared("SELECT what FROM listing_photos WHERE photo = ?1 LIMIT 1")
                      .query(to_string(id));
    if (!stored.next()) return std::nullopt;
    std::string what;
    stored.read(what);
    photo found;
    if (!from_json_text(what, found)) throw damaged("what is said of photo " + to_string(id));
    return found;
  });
}

journal_result<std::optional<stored_photo>> sqlite_journal::get_photo(const photo_id& id) {
  return guarded([&]() -> journal_result<std::optional<stored_photo>> {
    auto stored = db_.prepared(
                         "SELECT type, bytes FROM photos JOIN photo_bytes USING (id)"
                         " WHERE id = ?1"
                         " AND EXISTS (SELECT 1 FROM listing_photos WHERE photo = ?1)")
                      .query(to_string(id));
    if (!stored.next()) return std::nullopt;
    stored_photo found;
    stored.read(found.type, found.bytes);
    return found;
  });
}

/// Each is removed on its own, so that appends come between: they wait for one photo at most.
journal_result<photo_sweep> sqlite_journal::sweep_photos(const std::optional<photo_id>& after,
                                                         instant before, int limit) {
  return guarded([&]() -> journal_result<photo_sweep> {
    photo_sweep done;
    const auto orphans =
        read_orphans(db_.prepared(std::string{"SELECT id, "} + is_orphan +
                                  " FROM photos WHERE id > ?1 ORDER BY id LIMIT ?3")
                         .query(after ? to_string(*after) : std::string{}, before, limit + 1),
                     limit, done);
    for (const auto& name : orphans) {
      transaction whole(db_, transaction::kind::write);
      const auto removed =
          db_.prepared(std::string{"DELETE FROM photos WHERE id = ?1 AND "} + is_orphan)
              .run(name, before);
      if (removed > 0) db_.prepared("DELETE FROM photo_bytes WHERE id = ?1").run(name);
      whole.commit();
      done.removed += static_cast<int>(removed);
    }
    return done;
  });
}

}  // namespace rentwave::sqlite
