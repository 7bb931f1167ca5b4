// Bytes of an idle rental actor: N active rentals are written into the journal in memory, a node
// starts over it, and each rental is asked for its state once. The memory of the process before and
// after, with what malloc holds free given back, is the actor's: its state, its mailbox, its place
// in the partition's table. Beside it the same number of CAF actors that hold an int.
//
//   bench_idle_actors [N]
#include <malloc.h>
#include <unistd.h>

#include <caf/all.hpp>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "actors/domain/rental.hpp"
#include "actors/runtime/answer_memory.hpp"
#include "actors/runtime/node.hpp"
#include "actors/runtime/protocol.hpp"
#include "persistence/codec.hpp"
#include "persistence/memory/store.hpp"

namespace {

using namespace rentwave;

constexpr std::chrono::minutes never_sleeps{600};
constexpr std::chrono::seconds patience{60};

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "bench_idle_actors: " << why << '\n';
  std::exit(1);
}

struct memory {
  std::int64_t resident = 0;   ///< bytes, whole pages
  std::int64_t allocated = 0;  ///< bytes, by malloc's own count
};

memory used() {
  malloc_trim(0);
  std::int64_t total = 0;
  std::int64_t pages = 0;
  std::ifstream{"/proc/self/statm"} >> total >> pages;
  const auto heap = mallinfo2();
  return {pages * sysconf(_SC_PAGESIZE), static_cast<std::int64_t>(heap.uordblks + heap.hblkhd)};
}

rental_id nth(int i) {
  return derive_id<rental_id>(rental_id{}, std::to_string(i));
}

/// An active rental in four events, begun an hour ago and due in a month.
std::vector<rental::event> life_of(rental_id id, instant now) {
  const period when{now - one_hour, now + one_day * 30};
  const rental::subject_matter about{derive_id<listing_id>(listing_id{}, to_string(id)),
                                     derive_id<account_id>(account_id{}, "owner"),
                                     derive_id<account_id>(account_id{}, "renter"), item_kind::book,
                                     "Meditations, well read"};
  rental_terms terms;
  terms.price = {{250}, time_unit::day};
  terms.late_fee = {{300}, time_unit::day};
  terms.max_late_periods = 10;
  terms.deposit = {2'000};
  const money rent{7'500};
  const reservation agreed{about.owner, about.kind, about.title, when, terms, rent, true};
  return {rental::requested{id, about.listing, about.renter, when, {}, when.start},
          rental::reserved{agreed}, rental::booked{about, when, rent, terms.deposit},
          rental::started{about, when.start, when.end, rent}};
}

void write(journal& to, rental_id id, instant now, std::vector<partition_lease>& leases) {
  const auto ref = rental_ref(id);
  const auto where = partition_of(ref, leases.size());
  auto& lease = leases[static_cast<std::size_t>(where)];
  entity_append one;
  one.entity = ref;
  one.alarm = {false, now + one_day * 29};
  for (const auto& happened : life_of(id, now)) {
    auto encoded = encode<rental::event>(happened);
    new_event event;
    event.type = encoded.type;
    event.schema = encoded.schema;
    event.data = std::move(encoded.data);
    event.time = now - one_hour;
    event.command = derive_id<command_id>(command_id{id.value}, event.type);
    one.events.push_back(std::move(event));
  }
  const auto done = to.append({{where, lease.epoch, lease.position, {std::move(one)}, {}}});
  if (!done || done->front().fenced || done->front().entities.front().failed)
    give_up("the rentals cannot be written");
  lease.position = done->front().position;
}

void fill(journal_store& store, int count, int partitions) {
  auto connection = store.connect();
  if (!connection) give_up(connection.error().detail);
  std::vector<partition_lease> leases;
  for (partition_id i = 0; i < partitions; ++i) {
    const auto lease = (*connection)->take_over(i, "bench");
    if (!lease) give_up(lease.error().detail);
    leases.push_back(*lease);
  }
  const auto now = system_time();
  for (int i = 0; i < count; ++i) write(**connection, nth(i), now, leases);
}

void load(caf::actor_system& system, const node& running, rental_id id) {
  const auto question =
      std::make_shared<const query_envelope>(query_envelope{rental_ref(id), false});
  caf::scoped_actor asker{system};
  asker->request(running.routes()->find(question->to), caf::infinite, query_ptr{question})
      .receive(
          [](const view_ptr& seen) {
            if (seen->as<rental::state>().now != rental::status::active) give_up("not active");
          },
          [&](const caf::error& why) { give_up(system.render(why)); });
}

caf::behavior plain(caf::stateful_actor<int>* self) {
  self->state = 0;
  return {[self](int by) { return self->state += by; }};
}

void print(const char* what, const memory& before, const memory& after, int count) {
  std::cout << "idle\t" << what << '\t' << count << '\t'
            << (after.resident - before.resident) / count << '\t'
            << (after.allocated - before.allocated) / count << std::endl;
}

template <class T>
void print_size(const char* what) {
  std::cout << "sizeof\t" << what << '\t' << sizeof(T) << std::endl;
}

void measure_rentals(caf::actor_system& system, int count) {
  memory_store store;
  node_options options;
  options.idle_time = never_sleeps;
  options.subscriptions = {};  // the notices would start inboxes
  fill(store, count, options.partitions);
  auto running = node::start(system, store, options);
  if (!running) give_up(running.error().detail);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!(*running)->is_ready()) {
    if (std::chrono::steady_clock::now() > until) give_up("the partitions do not open");
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  const auto before = used();
  for (int i = 0; i < count; ++i) load(system, **running, nth(i));
  print("rental", before, used(), count);
  (*running)->stop();
}

void measure_plain(caf::actor_system& system, int count) {
  std::vector<caf::actor> kept;
  kept.reserve(static_cast<std::size_t>(count));
  const auto before = used();
  caf::scoped_actor asker{system};
  for (int i = 0; i < count; ++i) {
    kept.push_back(system.spawn(plain));
    asker->request(kept.back(), caf::infinite, 1)
        .receive([](int) {}, [&](const caf::error& why) { give_up(system.render(why)); });
  }
  print("plain", before, used(), count);
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 20'000;
  if (count < 1) give_up("usage: bench_idle_actors [N]");
  caf::actor_system_config config;
  caf::actor_system system{config};
  // First, in a heap without holes.
  measure_plain(system, count);
  measure_rentals(system, count);
  print_size<caf::event_based_actor>("caf::event_based_actor");
  print_size<rental::state>("rental::state");
  print_size<entity_append>("entity_append");
  print_size<answer_memory>("answer_memory");
  print_size<entity_ref>("entity_ref");
}
