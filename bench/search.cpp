// Times searches of each kind on one connection to a journal that bench_fill_market has filled:
//
//   bench_search URL
//
// Prints a line a search: its total, median and 99th percentile.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "actors/runtime/domain_clock.hpp"
#include "bench/adverts.hpp"
#include "persistence/journal.hpp"
#include "persistence/traits.hpp"

namespace {

using namespace rentwave;

constexpr int rounds = 300;

int give_up(const std::string& why) {
  std::cerr << "bench_search: " << why << '\n';
  return 1;
}

/// Each time with another word of about this frequency.
journal_result<void> time_search(journal& in, const char* name, listing_query wanted, int word) {
  std::vector<double> took;
  std::int64_t total = 0;
  for (int i = 0; i < rounds; ++i) {
    if (word > 0) wanted.words = bench::nth_word(word + i % (word / 4 + 1));
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
  if (argc != 2) return give_up("usage: bench_search URL");
  const auto store = open_journal(argv[1]);
  if (!store) return give_up(store.error().detail);
  const auto connection = (*store)->connect();
  if (!connection) return give_up(connection.error().detail);
  if (const auto timed = time_all(**connection); !timed) return give_up(timed.error().detail);
  return 0;
}
