// Durable appends: `journal::append` of SQLite or PostgreSQL beside the same rows written by hand,
// by turns in the same run. An append is one event and the alarm of one of `entity_count` entities.
//
//   bench_journal FOLDER [ROUNDS [MILLISECONDS]]    FOLDER is empty and on the disk to be measured
//   bench_journal postgres [ROUNDS [MILLISECONDS]]  on a private server, in the temporary folder
//
// Prints a line a round: sqlite or postgres, group size, appends/s of ours, appends/s by hand.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "actors/runtime/routing.hpp"
#include "bench/raw_postgres.hpp"
#include "bench/raw_sqlite.hpp"
#include "persistence/journal.hpp"
#include "tests/postgres/private_server.hpp"

namespace {

using namespace rentwave;
using std::chrono::steady_clock;

constexpr int partition_count = 64;
constexpr std::size_t entity_count = 4096;
constexpr std::size_t group_sizes[] = {1, 16, 64};

/// As long as the events of rentals are.
const std::string event_data =
    R"({"about":{"listing":"0192f0c1-7a00-7000-8000-000000000001",)"
    R"("owner":"0192f0c1-7a00-7000-8000-000000000002",)"
    R"("renter":"0192f0c1-7a00-7000-8000-000000000003","kind":"book","title":"Meditations"},)"
    R"("at":"2030-01-01T00:00:00Z","due":"2030-01-04T00:00:00Z","rent":750})";

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "bench_journal: " << why << '\n';
  std::exit(1);
}

/// The batches of one file, one after the other: entities by turns, in the partitions they hash to.
class feed {
 public:
  explicit feed(std::size_t group)
      : group_{group}, positions_(partition_count), epochs_(partition_count) {
    for (std::size_t i = 0; i < entity_count; ++i) {
      const auto id = derive_id<rental_id>(rental_id{}, std::to_string(i));
      entities_.push_back({rental_ref(id), 0});
    }
  }

  void set_epoch(partition_id of, std::int64_t epoch) { epochs_.at(index(of)) = epoch; }

  std::vector<partition_append> next() {
    std::map<partition_id, partition_append> parts;
    for (std::size_t i = 0; i < group_; ++i) {
      auto& [ref, version] = entities_[turn_++ % entity_count];
      const auto where = partition_of(ref, partition_count);
      auto& part = parts[where];
      if (part.entities.empty()) {
        part.partition = where;
        part.epoch = epochs_[index(where)];
        part.position = positions_[index(where)];
      }
      part.entities.push_back(one_event(ref, version++));
      ++positions_[index(where)];
    }
    std::vector<partition_append> batch;
    for (auto& [id, part] : parts) batch.push_back(std::move(part));
    return batch;
  }

 private:
  static std::size_t index(partition_id of) { return static_cast<std::size_t>(of); }

  entity_append one_event(const entity_ref& ref, std::int64_t version) {
    new_event event;
    event.type = "rent.start";
    event.data = event_data;
    event.time = instant{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}} + duration{turn_};
    event.command = derive_id<command_id>(command_id{}, std::to_string(turn_));
    event.actor = "0192f0c1-7a00-7000-8000-000000000003";
    event.trace = derive_id<trace_id>(trace_id{}, std::to_string(turn_));
    entity_append made;
    made.entity = ref;
    made.version = version;
    made.alarm = {false, event.time + one_day};
    made.events.push_back(std::move(event));
    return made;
  }

  struct target {
    entity_ref ref;
    std::int64_t version;
  };
  std::size_t group_;
  std::size_t turn_ = 0;
  std::vector<target> entities_;
  std::vector<std::int64_t> positions_;
  std::vector<std::int64_t> epochs_;
};

/// Batches for about this long; only the writing is timed, not the making of the rows.
template <class Write>
double appends_per_second(feed& from, std::size_t group, std::chrono::milliseconds length,
                          Write write) {
  steady_clock::duration spent{};
  std::size_t written = 0;
  while (spent < length) {
    const auto batch = from.next();
    const auto before = steady_clock::now();
    write(batch);
    spent += steady_clock::now() - before;
    written += group;
  }
  return static_cast<double>(written) / std::chrono::duration<double>(spent).count();
}

std::unique_ptr<journal_store> open(const std::string& url) {
  auto store = open_journal(url);
  if (!store) give_up(store.error().detail);
  return std::move(*store);
}

/// Both journals begin with the same rows of `partitions`.
std::unique_ptr<journal> connect(journal_store& store, feed& to) {
  auto made = store.connect();
  if (!made) give_up(made.error().detail);
  for (partition_id i = 0; i < partition_count; ++i) {
    const auto lease = (*made)->take_over(i, "bench");
    if (!lease) give_up(lease.error().detail);
    to.set_epoch(i, lease->epoch);
  }
  return std::move(*made);
}

void check(const journal_result<std::vector<partition_result>>& result) {
  if (!result) give_up(result.error().detail);
  for (const auto& part : *result) {
    if (part.fenced) give_up("fenced");
    for (const auto& one : part.entities)
      if (one.failed) give_up(one.failed->detail);
  }
}

/// Two journals of the same kind; `Raw` is made of what `raw_of` names.
template <class Raw>
void measure(const std::string& kind, const std::string& our_url, const std::string& raw_url,
             const std::string& raw_of, std::size_t group, int rounds,
             std::chrono::milliseconds length) {
  feed for_ours{group};
  feed for_raw{group};
  const auto store = open(our_url);
  const auto ours = connect(*store, for_ours);
  {
    const auto prepared = open(raw_url);
    connect(*prepared, for_raw);
  }
  Raw raw{raw_of};
  for (int i = 0; i < rounds; ++i) {
    const auto by_us = appends_per_second(for_ours, group, length,
                                          [&](const auto& batch) { check(ours->append(batch)); });
    const auto by_hand =
        appends_per_second(for_raw, group, length, [&](const auto& batch) { raw.write(batch); });
    std::cout << kind << '\t' << group << '\t' << by_us << '\t' << by_hand << std::endl;
  }
}

void measure_sqlite(const std::string& folder, std::size_t group, int rounds,
                    std::chrono::milliseconds length) {
  const auto prefix = folder + "/group-" + std::to_string(group);
  measure<bench::raw_sqlite>("sqlite", "sqlite:" + prefix + "-ours.db",
                             "sqlite:" + prefix + "-raw.db", prefix + "-raw.db", group, rounds,
                             length);
}

void measure_postgres(std::size_t group, int rounds, std::chrono::milliseconds length) {
  auto& server = testing_postgres::private_server::get();
  const auto raw = server.make_database();
  measure<bench::raw_postgres>("postgres", server.make_database(), raw, raw, group, rounds, length);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) give_up("usage: bench_journal FOLDER|postgres [ROUNDS [MILLISECONDS]]");
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  const std::chrono::milliseconds length{argc > 3 ? std::atoi(argv[3]) : 1000};
  const std::string where = argv[1];
  for (const auto group : group_sizes)
    if (where == "postgres")
      measure_postgres(group, rounds, length);
    else
      measure_sqlite(where, group, rounds, length);
}
