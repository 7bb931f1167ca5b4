#include "actors/runtime/reader.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <algorithm>

#include "actors/runtime/protocol.hpp"
#include "actors/runtime/seldom.hpp"

namespace rentwave {
namespace {

using load_atom = caf::atom_constant<caf::atom("load")>;

constexpr int most_letters = 100'000;
constexpr std::size_t most_loads = 64;  ///< of one question to the journal

struct waiting_load {
  entity_ref entity;
  caf::response_promise done;
};

struct reader_state {
  explicit reader_state(caf::event_based_actor* owner) : self{owner} {}

  caf::event_based_actor* self;
  std::shared_ptr<journal> connection;
  std::vector<waiting_load> loads;
  bool will_load = false;  ///< the message for that is under way
  std::shared_ptr<std::atomic<std::size_t>> waiting;
  seldom outages;
  const char* name = "reader";

  /// Of an outage the log is told here, for all who ask. Of what is damaged they tell themselves.
  caf::error unavailable(const journal_error& why) {
    if (why.code != journal_errc::corrupt && outages.is_due(self->clock().now()))
      spdlog::warn("the journal cannot be read: {}", why.detail);
    return make_error(runtime_errc::unavailable, why.detail);
  }

  /// Whether what is stored of this entity cannot be read, or nothing can.
  caf::error failure_of(const journal_error& why) {
    if (why.code == journal_errc::corrupt) return make_error(runtime_errc::crashed, why.detail);
    return unavailable(why);
  }

  template <class T>
  caf::result<std::shared_ptr<const T>> shared(journal_result<T> found) {
    if (!found) return unavailable(found.error());
    return std::make_shared<const T>(std::move(*found));
  }

  /// Entities are loaded together with all those for which the order is in the mailbox by now.
  void load(const load_request& asked) {
    auto done = self->make_response_promise();
    if (asked.from_start) {
      --*waiting;
      return answer(done, std::move(read({asked.entity}, true).front()));
    }
    loads.push_back({asked.entity, std::move(done)});
    if (loads.size() >= most_loads) return load_gathered();
    if (!std::exchange(will_load, true)) self->send(self, load_atom::value);
  }

  void load_gathered() {
    if (loads.empty()) return;
    auto group = std::exchange(loads, {});
    *waiting -= group.size();
    std::vector<entity_ref> entities;
    for (const auto& one : group) entities.push_back(one.entity);
    auto found = read(entities, false);
    for (std::size_t i = 0; i < group.size(); ++i) answer(group[i].done, std::move(found[i]));
  }

  std::vector<journal_result<history>> read(const std::vector<entity_ref>& entities,
                                            bool from_start) {
    try {
      if (from_start) return {connection->load_from_start(entities.front())};
      return connection->load_many(entities);
    } catch (const std::exception& thrown) {
      return {entities.size(), journal_error{journal_errc::unavailable, thrown.what()}};
    }
  }

  void answer(caf::response_promise& done, journal_result<history> found) {
    if (!found)
      done.deliver(failure_of(found.error()));
    else
      done.deliver(std::make_shared<const history>(std::move(*found)));
  }

  /// The events of all these commands, those of one together.
  caf::result<events_ptr> find(const find_request& asked) {
    std::vector<stored_event> all;
    for (const auto& command : asked.commands) {
      auto found = connection->find_command(asked.entity, command);
      if (!found) return failure_of(found.error());
      std::ranges::move(*found, std::back_inserter(all));
    }
    return std::make_shared<const std::vector<stored_event>>(std::move(all));
  }

  caf::result<std::int64_t> offset(const offset_request& asked) {
    const auto found = connection->offset(asked.partition, asked.subscription);
    if (!found) return unavailable(found.error());
    return *found;
  }
};

/// Takes up a question: it waits no longer. What a connection throws must not end its reader.
template <class Question, class Work>
auto handler(reader_state& state, Work work) {
  return [&state, work](const Question& asked) -> decltype(work(state, asked)) {
    --*state.waiting;
    try {
      return work(state, asked);
    } catch (const std::exception& thrown) {
      return state.unavailable({journal_errc::unavailable, thrown.what()});
    }
  };
}

void run(reader_state& state, const read_job& job) {
  try {
    job.run(*state.connection);
  } catch (const std::exception& thrown) {
    spdlog::error("a question to the journal threw: {}", thrown.what());
  }
}

caf::behavior serve(caf::stateful_actor<reader_state>* self, std::shared_ptr<journal> connection,
                    std::shared_ptr<std::atomic<std::size_t>> waiting) {
  auto& state = self->state;
  state.connection = std::move(connection);
  state.waiting = std::move(waiting);
  return {
      [&state](const load_request& asked) { state.load(asked); },
      [&state](load_atom) {
        state.will_load = false;
        state.load_gathered();
      },
      handler<find_request>(state, [](auto& in, const auto& asked) { return in.find(asked); }),
      handler<log_request>(state,
                           [](auto& in, const auto& asked) {
                             return in.shared(in.connection->read_log(asked.partition, asked.after,
                                                                      asked.limit));
                           }),
      handler<alarms_request>(state,
                              [](auto& in, const auto& asked) {
                                return in.shared(in.connection->alarms(
                                    asked.partition, asked.horizon, asked.after, asked.limit));
                              }),
      handler<offset_request>(state, [](auto& in, const auto& asked) { return in.offset(asked); }),
      handler<letters_request>(state,
                               [](auto& in, const auto& asked) {
                                 return in.shared(in.connection->dead_letters(asked.partition, {},
                                                                              most_letters));
                               }),
      [&state](const job_ptr& job) {
        --*state.waiting;
        run(state, *job);
      },
  };
}

}  // namespace

caf::actor spawn_reader(caf::actor_system& system, std::unique_ptr<journal> connection,
                        std::shared_ptr<std::atomic<std::size_t>> waiting, bool threads) {
  std::shared_ptr<journal> shared{std::move(connection)};
  return threads ? system.spawn<caf::detached>(serve, shared, std::move(waiting))
                 : system.spawn(serve, shared, std::move(waiting));
}

}  // namespace rentwave
