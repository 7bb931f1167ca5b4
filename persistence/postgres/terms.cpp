#include "persistence/postgres/scripts.hpp"

namespace rentwave::postgres {

// The words and traits of the active adverts once more, each list in order: GIN, which knows none,
// reads all that have a word before it gives the first. What most searches filter by stands beside,
// so that they look at nothing else. A trigger keeps it, whoever writes: the release before does
// not know of it. U+E001 marks the words of titles (search_words.cpp), U+E000 traits (traits.hpp).
const char* const make_listing_terms = R"(
CREATE TABLE listing_terms (
  term text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  added_at bigint NOT NULL,
  id uuid NOT NULL,
  in_title boolean NOT NULL,
  price bigint NOT NULL,
  city text COLLATE "C",
  seats integer,
  boot_litres integer,
  year integer,
  guests integer,
  beds integer,
  bathrooms integer
);

CREATE FUNCTION terms_of(l listings) RETURNS SETOF listing_terms LANGUAGE sql STABLE AS $$
  SELECT w.lexeme, l.kind, l.added_at, l.id, coalesce('A' = ANY (w.weights), false), l.price,
         (SELECT c.lexeme FROM unnest(tsvector_to_array(l.words)) AS c (lexeme)
            WHERE starts_with(c.lexeme, E'\uE000city')),
         l.seats, l.boot_litres, l.year, l.guests, l.beds, l.bathrooms
    FROM unnest(l.words) AS w WHERE l.active;
$$;

CREATE FUNCTION keep_terms() RETURNS trigger LANGUAGE plpgsql
SET search_path = rentwave SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM listing_terms t USING terms_of(OLD) o
      WHERE t.term = o.term AND t.kind = o.kind AND t.added_at = o.added_at AND t.id = o.id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO listing_terms SELECT * FROM terms_of(NEW);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER terms_are_kept
  AFTER INSERT OR DELETE
    OR UPDATE OF active, words, kind, price, seats, boot_litres, year, guests, beds, bathrooms
  ON listings FOR EACH ROW EXECUTE FUNCTION keep_terms();

-- The trigger's lock makes writers wait until all is there.
INSERT INTO listing_terms SELECT t.* FROM listings l, terms_of(l) t;
ALTER TABLE listing_terms ADD PRIMARY KEY (term, kind, added_at, id)
  INCLUDE (in_title, price, city, seats, boot_litres, year, guests, beds, bathrooms);
)";

}  // namespace rentwave::postgres
