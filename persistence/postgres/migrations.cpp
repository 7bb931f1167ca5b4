#include "persistence/postgres/schema.hpp"
#include "persistence/postgres/scripts.hpp"

namespace rentwave::postgres {

std::span<const migration> migrations() {
  static const char* const first[] = {make_tables, make_read_models, make_row_functions,
                                      make_other_functions, make_append_functions};
  static const char* const second[] = {make_ways_into_the_log};
  static const char* const third[] = {make_reviews};
  static const char* const fourth[] = {make_leaving_rows};
  static const char* const fifth[] = {add_places_and_traits, make_row_functions};
  static const migration sixth;  // schema_with_title_words
  static const char* const seventh[] = {make_photos, make_row_functions};
  static const char* const eighth[] = {make_cluster_tables};
  static const char* const ninth[] = {name_the_process};
  static const char* const tenth[] = {make_listing_terms};
  static const char* const eleventh[] = {make_versions};
  static const migration all[] = {first,   second, third, fourth, fifth,   sixth,
                                  seventh, eighth, ninth, tenth,  eleventh};
  return all;
}

}  // namespace rentwave::postgres
