#include "persistence/postgres/scripts.hpp"

namespace rentwave::postgres {

// What goes when a person leaves; `write_row` learns of it.
const char* const make_leaving_rows = R"(
CREATE FUNCTION write_leaving(r jsonb) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  CASE r ->> 'row'
  WHEN 'notices_cleared' THEN
    DELETE FROM notices WHERE account = (r ->> 'account')::uuid;
  END CASE;
END $$;

CREATE OR REPLACE FUNCTION write_row(r jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  CASE r ->> 'of'
  WHEN 'listing' THEN PERFORM write_listing(r);
  WHEN 'booking' THEN PERFORM write_booking(r);
  WHEN 'review' THEN PERFORM write_review(r);
  WHEN 'leaving' THEN PERFORM write_leaving(r);
  ELSE PERFORM write_persons_row(r);
  END CASE;
END $$;
)";

}  // namespace rentwave::postgres
