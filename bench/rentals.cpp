#include "bench/rentals.hpp"

#include <iterator>
#include <map>
#include <vector>

#include "actors/domain/rental.hpp"
#include "actors/domain/tariff.hpp"
#include "actors/runtime/domain_clock.hpp"
#include "actors/runtime/routing.hpp"
#include "persistence/codec.hpp"
#include "persistence/projection.hpp"

namespace rentwave::bench {
namespace {

constexpr int rentals_at_once = 500;

struct life {
  std::vector<rental::event> events;
  instant reminder;
};

life life_of(rental_id id, account_id renter, const period& when) {
  const rental::subject_matter about{derive_id<listing_id>(listing_id{}, to_string(id)),
                                     derive_id<account_id>(account_id{}, "owner"), renter,
                                     item_kind::book, "Meditations, well read"};
  rental_terms terms;
  terms.price = {{250}, time_unit::day};
  terms.late_fee = {{300}, time_unit::day};
  terms.max_late_periods = 10;
  terms.deposit = {2'000};
  const money rent{7'500};
  const reservation agreed{about.owner, about.kind, about.title, when, terms, rent, true};
  return {{rental::requested{id, about.listing, about.renter, when, {}, when.start},
           rental::reserved{agreed}, rental::booked{about, when, rent, terms.deposit},
           rental::started{about, when.start, when.end, rent}},
          remind_at(terms, when)};
}

entity_append append_of(rental_id id, account_id renter, instant now, const period& when) {
  entity_append one;
  one.entity = rental_ref(id);
  const auto led_here = life_of(id, renter, when);
  one.alarm = {false, led_here.reminder};
  std::int64_t version = 0;
  for (const auto& happened : led_here.events) {
    auto encoded = encode<rental::event>(happened);
    new_event event;
    event.type = encoded.type;
    event.schema = encoded.schema;
    event.data = std::move(encoded.data);
    event.time = now - one_hour;
    event.command = derive_id<command_id>(command_id{id.value}, event.type);
    one.events.push_back(std::move(event));
    project({one.entity, ++version, now - one_hour}, happened, one.rows);
  }
  return one;
}

std::int64_t events_in(const partition_append& part) {
  std::int64_t sum = 0;
  for (const auto& one : part.entities) sum += std::ssize(one.events);
  return sum;
}

}  // namespace

rental_id nth_rental(int i) {
  return derive_id<rental_id>(rental_id{}, std::to_string(i));
}

period reminded_at(instant when) {
  return {when - one_hour * 6, when + one_hour * 6};
}

std::optional<std::string> fill(journal& to, int partitions, int count, account_id renter,
                                const std::function<void(int done)>& report, const calendar& when) {
  std::vector<partition_lease> leases;
  for (partition_id i = 0; i < partitions; ++i) {
    const auto lease = to.take_over(i, "bench");
    if (!lease) return lease.error().detail;
    leases.push_back(*lease);
  }
  const auto now = system_time();
  for (int i = 0; i < count;) {
    std::map<partition_id, partition_append> parts;
    for (const int end = std::min(count, i + rentals_at_once); i < end; ++i) {
      const auto period_of_it = when ? when(i) : period{now - one_hour, now + one_day * 30};
      auto one = append_of(nth_rental(i), renter, now, period_of_it);
      const auto where = partition_of(one.entity, leases.size());
      const auto& lease = leases[static_cast<std::size_t>(where)];
      auto& part = parts.try_emplace(where).first->second;
      part.partition = where;
      part.epoch = lease.epoch;
      part.position = lease.position;
      part.entities.push_back(std::move(one));
    }
    std::vector<partition_append> batch;
    for (auto& [id, part] : parts) {
      // The notices went out long ago.
      part.offsets = {{"notifier", part.position + events_in(part)}};
      batch.push_back(std::move(part));
    }
    const auto done = to.append(batch);
    if (!done) return done.error().detail;
    for (std::size_t p = 0; p < batch.size(); ++p) {
      if ((*done)[p].fenced) return "a partition is fenced";
      for (const auto& each : (*done)[p].entities)
        if (each.failed) return each.failed->detail;
      leases[static_cast<std::size_t>(batch[p].partition)].position = (*done)[p].position;
    }
    if (report) report(i);
  }
  return std::nullopt;
}

}  // namespace rentwave::bench
