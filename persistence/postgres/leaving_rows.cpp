#include "persistence/postgres/scripts.hpp"

namespace rentwave::postgres {

// What goes when a person leaves. `write_row` learns of it with make_row_functions.
const char* const make_leaving_rows = R"(
CREATE FUNCTION write_leaving(r jsonb) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  CASE r ->> 'row'
  WHEN 'notices_cleared' THEN
    DELETE FROM notices WHERE account = (r ->> 'account')::uuid;
  END CASE;
END $$;
)";

}  // namespace rentwave::postgres
