#include "actors/runtime/photo_sweeper.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include "actors/runtime/node_context.hpp"
#include "actors/runtime/protocol.hpp"

namespace rentwave {
namespace {

using tick_atom = caf::atom_constant<caf::atom("tick")>;

constexpr int most_looked_at = 500;  ///< of one question to the journal

struct sweeper_state {
  explicit sweeper_state(caf::event_based_actor* owner) : self{owner} {}

  caf::event_based_actor* self;
  context_ptr context;
  int sweep = 0;
  std::optional<photo_id> after;  ///< where it stands; also over a tick that comes in the middle
  const char* name = "photo_sweeper";

  void tick() {
    self->delayed_send(self, context->options.photo_sweep_interval, tick_atom::value);
    ++sweep;
    ask();
  }

  void ask() {
    const auto before = context->clock->real_now() - context->options.photo_orphan_age;
    auto work = [home = caf::actor_cast<caf::actor>(self), number = sweep, from = after,
                 before](journal& in) {
      swept_part part{number, in.sweep_photos(from, before, most_looked_at)};
      caf::anon_send(home, swept_ptr{std::make_shared<const swept_part>(std::move(part))});
    };
    const auto& keeper = context->take_keeper();
    self->send(keeper, job_ptr{std::make_shared<const read_job>(read_job{std::move(work)})});
  }

  /// One that has no answer goes on with the next tick.
  void go_on(const swept_part& part) {
    if (part.sweep != sweep) return;
    if (!part.what) return spdlog::warn("photos cannot be swept: {}", part.what.error().detail);
    if (const auto count = part.what->removed; count > 0)
      spdlog::info("{} photos that no advert shows are gone", count);
    after = part.what->next;
    if (after) ask();
  }
};

caf::behavior serve(caf::stateful_actor<sweeper_state>* self, context_ptr context) {
  auto& state = self->state;
  state.context = std::move(context);
  return {
      [&state](tick_atom) { state.tick(); },
      [&state](const swept_ptr& part) { state.go_on(*part); },
  };
}

}  // namespace

caf::actor spawn_photo_sweeper(caf::actor_system& system,
                               std::shared_ptr<const node_context> context) {
  return system.spawn(serve, std::move(context));
}

}  // namespace rentwave
