// Makes a journal with many active rentals, for bench/recover, and keeps its server if it has one:
//
//   bench_fill_rentals FOLDER|postgres RENTALS IDS
//
// Prints `url …`; reads the renter's account id; fills, with progress on stderr; writes the ids of
// up to 20,000 rentals, spread evenly, into the file IDS; prints `filled`; waits for the end of its
// input, which also ends the private PostgreSQL server.
#include <charconv>
#include <fstream>
#include <iostream>
#include <string>

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
  std::ofstream to{file};
  const int step = std::max(1, count / most_ids);
  for (int i = 0; i < count; i += step) to << to_string(bench::nth_rental(i)) << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  const std::string usage = "usage: bench_fill_rentals FOLDER|postgres RENTALS IDS";
  if (argc != 4) return give_up(usage);
  const std::string where = argv[1], number = argv[2], ids = argv[3];
  int count = 0;
  const auto [end, bad] = std::from_chars(number.data(), number.data() + number.size(), count);
  if (bad != std::errc{} || *end != '\0' || count < 1) return give_up(usage);

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
    const auto failed = bench::fill(**connection, partitions, count, *renter, [&](int done) {
      if (done < told + count / 10) return;
      told = done;
      std::cerr << done << " of " << count << " rentals" << std::endl;
    });
    if (failed) return give_up(*failed);
  }
  write_ids(ids, count);
  std::cout << "filled" << std::endl;
  while (std::getline(std::cin, line)) {
  }
  return 0;
}
