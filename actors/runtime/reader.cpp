#include "actors/runtime/reader.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <algorithm>

#include "actors/runtime/protocol.hpp"

namespace rentwave {
namespace {

constexpr int most_letters = 100'000;

struct reader_state {
  std::shared_ptr<journal> connection;
  const char* name = "reader";

  template <class T>
  static caf::result<std::shared_ptr<const T>> shared(journal_result<T> found) {
    if (!found) return make_error(runtime_errc::unavailable, found.error().detail);
    return std::make_shared<const T>(std::move(*found));
  }

  caf::result<history_ptr> load(const load_request& asked) {
    return shared(asked.from_start ? connection->load_from_start(asked.entity)
                                   : connection->load(asked.entity));
  }

  /// The events of all these commands, those of one together.
  caf::result<events_ptr> find(const find_request& asked) {
    std::vector<stored_event> all;
    for (const auto& command : asked.commands) {
      auto found = connection->find_command(asked.entity, command);
      if (!found) return make_error(runtime_errc::unavailable, found.error().detail);
      std::ranges::move(*found, std::back_inserter(all));
    }
    return std::make_shared<const std::vector<stored_event>>(std::move(all));
  }

  caf::result<std::int64_t> offset(const offset_request& asked) {
    const auto found = connection->offset(asked.partition, asked.subscription);
    if (!found) return make_error(runtime_errc::unavailable, found.error().detail);
    return *found;
  }
};

/// What a connection throws must not end its reader.
template <class Work>
auto guarded(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::exception& thrown) {
    return make_error(runtime_errc::unavailable, thrown.what());
  }
}

caf::behavior serve(caf::stateful_actor<reader_state>* self, std::shared_ptr<journal> connection) {
  auto& state = self->state;
  state.connection = std::move(connection);
  return {
      [&state](const load_request& asked) { return guarded([&] { return state.load(asked); }); },
      [&state](const find_request& asked) { return guarded([&] { return state.find(asked); }); },
      [&state](const log_request& asked) {
        return guarded([&] {
          return state.shared(
              state.connection->read_log(asked.partition, asked.after, asked.limit));
        });
      },
      [&state](const alarms_request& asked) {
        return guarded([&] {
          return state.shared(
              state.connection->alarms(asked.partition, asked.horizon, asked.limit));
        });
      },
      [&state](const offset_request& asked) {
        return guarded([&] { return state.offset(asked); });
      },
      [&state](const letters_request& asked) {
        return guarded([&] {
          return state.shared(state.connection->dead_letters(asked.partition, most_letters));
        });
      },
      [&state](const job_ptr& job) {
        try {
          job->run(*state.connection);
        } catch (const std::exception& thrown) {
          spdlog::error("a question to the journal threw: {}", thrown.what());
        }
      },
  };
}

}  // namespace

caf::actor spawn_reader(caf::actor_system& system, std::unique_ptr<journal> connection,
                        bool threads) {
  std::shared_ptr<journal> shared{std::move(connection)};
  return threads ? system.spawn<caf::detached>(serve, shared) : system.spawn(serve, shared);
}

}  // namespace rentwave
