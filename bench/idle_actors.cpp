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

#include "actors/runtime/answer_memory.hpp"
#include "actors/runtime/node.hpp"
#include "actors/runtime/protocol.hpp"
#include "bench/rentals.hpp"
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
  auto connection = store.connect();
  if (!connection) give_up(connection.error().detail);
  const auto owner = derive_id<account_id>(account_id{}, "renter");
  if (const auto failed = bench::fill(**connection, options.partitions, count, owner, {}))
    give_up(*failed);
  auto running = node::start(system, store, options);
  if (!running) give_up(running.error().detail);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!(*running)->is_ready()) {
    if (std::chrono::steady_clock::now() > until) give_up("the partitions do not open");
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  const auto before = used();
  for (int i = 0; i < count; ++i) load(system, **running, bench::nth_rental(i));
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
