#include "persistence/postgres/scripts.hpp"

namespace rentwave::postgres {

// What people wrote of each other's part, and what that makes of adverts: all that was given, and
// its place among others (rating_total::rank).
const char* const make_reviews = R"(
CREATE TABLE reviews (
  rental uuid NOT NULL,
  side text COLLATE "C" NOT NULL,
  author uuid NOT NULL,
  about uuid NOT NULL,
  listing uuid NOT NULL,
  rating integer NOT NULL,
  text text COLLATE "C" NOT NULL,
  time bigint NOT NULL,
  PRIMARY KEY (rental, side)
);
CREATE INDEX reviews_by_listing ON reviews (listing, time, rental) WHERE side = 'renter';
CREATE INDEX reviews_by_person ON reviews (about, time, rental);

ALTER TABLE listings
  ADD COLUMN rating_stars bigint NOT NULL DEFAULT 0,
  ADD COLUMN rating_count bigint NOT NULL DEFAULT 0,
  ADD COLUMN rating_rank bigint NOT NULL DEFAULT 0;
CREATE INDEX listings_by_rating ON listings (rating_rank, id) WHERE active;

CREATE FUNCTION write_review(r jsonb) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  CASE r ->> 'row'
  WHEN 'review' THEN
    INSERT INTO reviews (rental, side, author, about, listing, rating, text, time)
      VALUES ((r ->> 'rental')::uuid, r ->> 'side', (r ->> 'author')::uuid,
              (r ->> 'about')::uuid, (r ->> 'listing')::uuid, (r ->> 'rating')::integer,
              r ->> 'text', (r ->> 'time')::bigint)
      ON CONFLICT (rental, side) DO UPDATE
        SET author = excluded.author, about = excluded.about, listing = excluded.listing,
            rating = excluded.rating, text = excluded.text, time = excluded.time;
  WHEN 'listing_rated' THEN
    UPDATE listings
      SET rating_stars = (r ->> 'stars')::bigint, rating_count = (r ->> 'count')::bigint,
          rating_rank = (r ->> 'rank')::bigint
      WHERE id = (r ->> 'id')::uuid;
  END CASE;
END $$;
)";

}  // namespace rentwave::postgres
