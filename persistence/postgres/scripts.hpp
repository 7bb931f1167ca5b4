// The SQL scripts that migrations are made of; migrations.cpp says which of them make which schema.
#pragma once

namespace rentwave::postgres {

extern const char* const make_tables;             // tables.cpp
extern const char* const make_read_models;        // tables.cpp
extern const char* const make_ways_into_the_log;  // tables.cpp
extern const char* const make_reviews;            // reviews.cpp
extern const char* const add_places_and_traits;   // tables.cpp
extern const char* const make_row_functions;      // row_functions.cpp
extern const char* const make_append_functions;   // append_functions.cpp
extern const char* const make_other_functions;    // append_functions.cpp
extern const char* const make_leaving_rows;       // leaving_rows.cpp
extern const char* const make_photos;             // photos.cpp
extern const char* const make_cluster_tables;     // cluster_tables.cpp
extern const char* const name_the_process;        // cluster_tables.cpp
extern const char* const make_versions;           // cluster_tables.cpp
extern const char* const make_listing_terms;      // terms.cpp

}  // namespace rentwave::postgres
