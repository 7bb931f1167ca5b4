// Fills an empty journal with adverts, then times searches on one connection to it:
//
//   bench_search FOLDER|postgres ADVERTS
//
// Prints `url …`, progress on stderr, and a line a search: its total, median and 99th percentile.
// Then it waits for the end of its input, which also ends the private PostgreSQL server: until
// then, `rentwave --journal.url=…` can serve what is there.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <map>
#include <random>
#include <string>

#include "actors/domain/listing.hpp"
#include "actors/runtime/domain_clock.hpp"
#include "actors/runtime/routing.hpp"
#include "persistence/codec.hpp"
#include "persistence/journal.hpp"
#include "persistence/projection.hpp"
#include "tests/postgres/private_server.hpp"

namespace {

using namespace rentwave;

constexpr int partitions = 64;
constexpr int adverts_at_once = 500;
constexpr int rounds = 300;

int give_up(const std::string& why) {
  std::cerr << "bench_search: " << why << '\n';
  return 1;
}

/// Adverts by chance, the same in every run: a third of each kind, in eight cities. The words of a
/// title are of very different frequency, as in a language.
class sample {
 public:
  offer next() {
    offer content;
    content.title = word() + ' ' + word() + ' ' + word();
    for (int i = 0; i < 12; ++i) content.description += word() + ' ';
    content.terms.price = {{100 + below(9'900)}, one_in(3) ? time_unit::hour : time_unit::day};
    content.terms.late_fee = {{300}, time_unit::day};
    content.terms.max_late_periods = 10;
    content.min_duration = one_hour;
    content.max_duration = one_day * 14;
    const int city = below(8);
    content.where = {"City " + std::to_string(city),
                     "DE",
                     47.5 + city + below(1000) / 5000.0,
                     6.0 + city + below(1000) / 3000.0,
                     {}};
    switch (below(3)) {
      case 0:
        content.item = book_details{"97800" + std::to_string(10'000'000 + below(30'000)),
                                    content.title, "Author " + std::to_string(below(5'000))};
        break;
      case 1:
        content.item = vehicle_details{one_in(4) ? "van" : "car",
                                       "Make " + std::to_string(below(40)),
                                       "Model " + std::to_string(below(400)),
                                       1990 + below(36),
                                       2 + below(8),
                                       100 * below(15),
                                       one_in(3) ? "automatic" : "manual",
                                       one_in(5) ? "electric" : "diesel"};
        break;
      default:
        content.item = room_details{1 + below(6), 1 + below(4), below(3), {"wifi", word()}};
    }
    return content;
  }
  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }

 private:
  bool one_in(int n) { return below(n) == 0; }
  /// Word n of 20,000 about n times rarer than the first.
  std::string word() {
    const double drawn = std::uniform_real_distribution{0.0, 9.9}(engine_);
    return "w" + std::to_string(static_cast<int>(std::exp(drawn)));
  }
  std::mt19937 engine_{42};
};

journal_result<void> fill(journal& to, int count) {
  std::vector<partition_lease> leases;
  for (partition_id i = 0; i < partitions; ++i) {
    auto lease = to.take_over(i, "bench");
    if (!lease) return lease.error();
    leases.push_back(*lease);
  }
  sample adverts;
  const auto now = system_time();
  for (int i = 0; i < count;) {
    std::map<partition_id, partition_append> parts;
    for (const int end = std::min(count, i + adverts_at_once); i < end; ++i) {
      const auto at = now - std::chrono::seconds{count - i};
      const auto id = derive_id<listing_id>(listing_id{}, std::to_string(i));
      const auto owner = derive_id<account_id>(account_id{}, std::to_string(i % 10'000));
      const listing::post post{id, owner, adverts.next()};
      const auto decided = listing::decide({}, post, {at, owner});
      auto coded = encode(decided->front());
      entity_append one;
      one.entity = listing_ref(id);
      new_event event;
      event.type = coded.type;
      event.schema = coded.schema;
      event.data = std::move(coded.data);
      event.time = at;
      event.command = derive_id<command_id>(command_id{id.value}, "post");
      event.actor = to_string(owner);
      one.events.push_back(std::move(event));
      project({one.entity, 1, at}, decided->front(), one.rows);
      const auto where = partition_of(one.entity, leases.size());
      auto& part = parts[where];
      part.partition = where;
      part.epoch = leases[static_cast<std::size_t>(where)].epoch;
      part.position = leases[static_cast<std::size_t>(where)].position;
      part.entities.push_back(std::move(one));
    }
    std::vector<partition_append> batch;
    for (auto& [where, part] : parts) batch.push_back(std::move(part));
    const auto written = to.append(batch);
    if (!written) return written.error();
    for (std::size_t p = 0; p < batch.size(); ++p)
      leases[static_cast<std::size_t>(batch[p].partition)].position = (*written)[p].position;
    if (i % (count / 10 + 1) < adverts_at_once)
      std::cerr << i << " of " << count << " adverts" << std::endl;
  }
  return {};
}

/// Each time with another word of about this frequency.
journal_result<void> time_search(journal& in, const char* name, listing_query wanted, int word) {
  std::vector<double> took;
  std::int64_t total = 0;
  for (int i = 0; i < rounds; ++i) {
    if (word > 0) wanted.words = "w" + std::to_string(word + i % (word / 4 + 1));
    const auto begin = std::chrono::steady_clock::now();
    const auto found = in.search(wanted);
    const std::chrono::duration<double, std::milli> length =
        std::chrono::steady_clock::now() - begin;
    if (!found) return found.error();
    took.push_back(length.count());
    total = found->total;
  }
  std::ranges::sort(took);
  std::printf("%-48s %5lld %8.2f %8.2f\n", name, static_cast<long long>(total), took[rounds / 2],
              took[rounds * 99 / 100]);
  return {};
}

journal_result<void> time_all(journal& in) {
  const circle near{{50.6, 9.2}, 25'000};
  const free_time free{{system_time(), system_time() + one_day}, system_time()};
  const auto relevance = listing_sort::relevance;
  struct {
    const char* name;
    listing_query wanted;
    int word;
  } const searches[] = {
      {"newest", {}, 0},
      {"a word", {.sort = relevance}, 200},
      {"a frequent word", {.sort = relevance}, 2},
      {"a word, a kind", {.kind = item_kind::room, .sort = relevance}, 200},
      {"a frequent word, a kind", {.kind = item_kind::room, .sort = relevance}, 2},
      {"a word, a price", {.max_price = money{3000}, .sort = relevance}, 200},
      {"a frequent word, a price", {.max_price = money{3000}, .sort = relevance}, 2},
      {"a word, a city", {.traits = {trait_of(trait::city, "city 3")}, .sort = relevance}, 50},
      {"a frequent word, a city",
       {.traits = {trait_of(trait::city, "city 3")}, .sort = relevance},
       2},
      {"a word, seats", {.least = {{measure::seats, 5}}, .sort = relevance}, 20},
      {"a word, near", {.near = near, .sort = listing_sort::distance}, 20},
      {"a word, free", {.free = free, .sort = relevance}, 50},
      {"near", {.near = near, .sort = listing_sort::distance}, 0},
      {"far and near", {.near = circle{near.center, 2'000'000}, .sort = listing_sort::distance}, 0},
      {"seats, by price", {.least = {{measure::seats, 9}}, .sort = listing_sort::price}, 0},
      {"a make", {.traits = {trait_of(trait::make, "make 7")}}, 0},
      {"a rare model", {.traits = {trait_of(trait::model, "model 7")}}, 0},
      {"a city, free, by price",
       {.traits = {trait_of(trait::city, "city 3")}, .free = free, .sort = listing_sort::price},
       0},
      {"free", {.free = free}, 0},
      {"nothing", {.kind = item_kind::book, .least = {{measure::seats, 1}}}, 0},
  };
  std::printf("%-48s %5s %8s %8s\n", "", "total", "median", "p99, ms");
  for (const auto& each : searches)
    if (auto timed = time_search(in, each.name, each.wanted, each.word); !timed) return timed;
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string usage = "usage: bench_search FOLDER|postgres ADVERTS";
  if (argc != 3) return give_up(usage);
  const std::string where = argv[1], number = argv[2];
  int count = 0;
  const auto [end, bad] = std::from_chars(number.data(), number.data() + number.size(), count);
  if (bad != std::errc{} || *end != '\0' || count < 1) return give_up(usage);
  const auto url = where == "postgres" ? testing_postgres::private_server::get().make_database()
                                       : "sqlite:" + where + "/journal.db";
  std::cout << "url " << url << std::endl;
  {
    const auto store = open_journal(url);
    if (!store) return give_up(store.error().detail);
    const auto connection = (*store)->connect();
    if (!connection) return give_up(connection.error().detail);
    if (const auto filled = fill(**connection, count); !filled)
      return give_up(filled.error().detail);
    if (const auto timed = time_all(**connection); !timed) return give_up(timed.error().detail);
  }
  std::cout << "done" << std::endl;
  for (std::string line; std::getline(std::cin, line);) continue;
  return 0;
}
