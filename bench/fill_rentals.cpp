// Makes a journal with many active rentals, for bench/recover and bench/takeover, and keeps its
// server if it has one:
//
//   bench_fill_rentals FOLDER|postgres RENTALS IDS [AT EVERY_S COUNT]
//
// Prints `url …`; reads the renter's account id; fills, with progress on stderr; writes the ids of
// up to 20,000 rentals, spread evenly, into the file IDS, those of one in each partition first;
// prints `filled`; waits for the end of its input, which also ends the private PostgreSQL server.
// With AT, a time in seconds of Unix, renters are reminded of COUNT rentals then, and of as many
// every EVERY_S seconds afterwards.
#include <charconv>
#include <cstring>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "actors/runtime/routing.hpp"
#include "bench/rentals.hpp"
#include "persistence/journal.hpp"
#include "tests/postgres/private_server.hpp"

namespace {

using namespace rentwave;

constexpr int most_ids = 20'000;
constexpr int partitions = 64;

int give_up(const std::string& why) {
  std::cerr << "bench_fill_rentals: " << why << '\n';
  return 1;
}

void write_ids(const std::string& file, int count) {
  std::vector<std::string> first;
  std::vector<std::string> others;
  std::set<partition_id> seen;
  const int step = std::max(1, count / most_ids);
  for (int i = 0; i < count; i += step) {
    const auto id = bench::nth_rental(i);
    const bool is_new = seen.insert(partition_of(rental_ref(id), partitions)).second;
    (is_new ? first : others).push_back(to_string(id));
  }
  std::ofstream to{file};
  for (const auto* ids : {&first, &others})
    for (const auto& id : *ids) to << id << '\n';
}

/// False: it is no number above 0.
template <class Number>
bool read(const char* text, Number& into) {
  const auto* end = text + std::strlen(text);
  const auto [stop, bad] = std::from_chars(text, end, into);
  return bad == std::errc{} && stop == end && into > 0;
}

/// Nothing: they are no numbers.
std::optional<bench::calendar> read_calendar(char** texts) {
  std::int64_t at_s = 0;
  int every_s = 0;
  int count = 0;
  if (!read(texts[0], at_s) || !read(texts[1], every_s) || !read(texts[2], count))
    return std::nullopt;
  return [=](int i) {
    const auto later = std::chrono::seconds{every_s} * (i / count);
    return bench::reminded_at(instant{std::chrono::seconds{at_s} + later});
  };
}

}  // namespace

int main(int argc, char** argv) {
  const std::string usage =
      "usage: bench_fill_rentals FOLDER|postgres RENTALS IDS [AT EVERY_S COUNT]";
  int count = 0;
  if ((argc != 4 && argc != 7) || !read(argv[2], count)) return give_up(usage);
  const std::string where = argv[1], ids = argv[3];
  bench::calendar when;
  if (argc == 7) {
    const auto asked = read_calendar(argv + 4);
    if (!asked) return give_up(usage);
    when = *asked;
  }

  const auto url = where == "postgres" ? testing_postgres::private_server::get().make_database()
                                       : "sqlite:" + where + "/journal.db";
  std::cout << "url " << url << std::endl;
  std::string line;
  std::getline(std::cin, line);
  const auto renter = parse_id<account_id>(line);
  if (!renter) return give_up("'" + line + "' is no account's id");
  {
    const auto store = open_journal(url);
    if (!store) return give_up(store.error().detail);
    const auto connection = (*store)->connect();
    if (!connection) return give_up(connection.error().detail);
    int told = 0;
    const auto report = [&](int done) {
      if (done < told + count / 10) return;
      told = done;
      std::cerr << done << " of " << count << " rentals" << std::endl;
    };
    const auto failed = bench::fill(**connection, partitions, count, *renter, report, when);
    if (failed) return give_up(*failed);
  }
  write_ids(ids, count);
  std::cout << "filled" << std::endl;
  while (std::getline(std::cin, line)) {
  }
  return 0;
}
