#include "actors/runtime/machine.hpp"

#include <atomic>
#include <cassert>
#include <utility>

#include "actors/domain/kinds.hpp"
#include "persistence/codec.hpp"
#include "persistence/json_traits.hpp"
#include "persistence/projection.hpp"

namespace rentwave {
namespace {

// Whose key seals an entity's personal fields.
std::optional<account_id> subject_of(const login::state& s) {
  return s.account;
}
std::optional<account_id> subject_of(const account::state& s) {
  return s.id;
}
std::optional<account_id> subject_of(const session::state& s) {
  return s.account;
}
std::optional<account_id> subject_of(const keyed_request::state& s) {
  return s.account;
}
std::optional<account_id> subject_of(const webhook::state& s) {
  return s.owner;
}
template <class State>
std::optional<account_id> subject_of(const State&) {
  static_assert(!json_form::has_personal<State>::value &&
                    !json_form::has_personal<typename State::event_type>::value,
                "personal fields would be written in clear: say above whose key seals them");
  return std::nullopt;
}

// The domain's functions by argument-dependent look-up, which a member of the same name would hide.
template <class State, class Command>
auto decide_in(const State& state, const Command& asked, const context& given) {
  return decide(state, asked, given);
}
template <class State>
auto wants_in(const State& state) {
  return wants(state);
}
template <class State>
auto alarm_in(const State& state) {
  return alarm(state);
}
/// The first of their types that must not be recorded yet; empty: there is none.
template <class Event>
std::string_view held_back_of(const std::vector<Event>& events, const context& given) {
  if (!given.held_back) return {};
  for (const auto& one : events) {
    const auto type = std::visit([](const auto& happened) { return happened.type; }, one);
    if (given.held_back->contains(type)) return type;
  }
  return {};
}
template <class State, class Events>
auto reply_in(const State& state, const Events& events) {
  return reply(state, events);
}

/// One entity's functions. The state is shared with views and copied before it changes under one.
template <class State>
class entity_machine final : public machine {
  using command = typename State::command_type;
  using event = typename State::event_type;

 public:
  bool restore(const snapshot& from) override {
    auto state = decode_state<State>(from.schema, from.data);
    if (!state) return false;
    state_ = std::make_shared<State>(std::move(*state));
    version_ = from.version;
    return true;
  }

  journal_result<void> fold(const stored_event& stored) override {
    auto decoded = decode<event>(stored.type, stored.schema, stored.data);
    if (!decoded) return decoded.error();
    fold_in(*decoded);
    return {};
  }

  std::optional<step> decide(const entity_ref& self, const any_command& asked,
                             const context& given) override {
    const auto* body = std::get_if<command>(&asked);
    if (!body) return std::nullopt;
    auto decided = decide_in(std::as_const(*state_), *body, given);
    if (!decided) return step{decided.error(), {}, {}};
    step taken;
    taken.held_back = held_back_of(*decided, given);
    if (!taken.held_back.empty()) return taken;
    for (const auto& happened : *decided) {
      fold_in(happened);
      auto encoded = encode<event>(happened);
      new_event next;
      next.type = encoded.type;
      next.schema = encoded.schema;
      next.data = std::move(encoded.data);
      if (encoded.personal) next.subject = subject_of(std::as_const(*state_));
      taken.events.push_back(std::move(next));
      project(event_place{self, version_, given.now}, happened, taken.rows);
    }
    taken.answer = reply_in(std::as_const(*state_), *decided);
    return taken;
  }

  std::vector<want> wants() const override { return wants_in(std::as_const(*state_)); }
  std::optional<instant> alarm() const override { return alarm_in(std::as_const(*state_)); }

  outcome reply(const std::vector<stored_event>& stored) const override {
    std::vector<event> events;
    for (const auto& one : stored) {
      auto decoded = decode<event>(one.type, one.schema, one.data);
      assert(decoded && "an event of this entity that was folded before");
      events.push_back(std::move(*decoded));
    }
    return reply_in(std::as_const(*state_), events);
  }

  std::int64_t version() const override { return version_; }
  std::shared_ptr<const void> view() const override { return state_; }

  snapshot save() const override {
    snapshot saved;
    bool personal = false;
    saved.version = version_;
    saved.schema = state_schema;
    saved.data = encode_state<State>(*state_, personal);
    if (personal) saved.subject = subject_of(std::as_const(*state_));
    return saved;
  }

 private:
  void fold_in(const event& happened) {
    if (state_.use_count() > 1) state_ = std::make_shared<State>(*state_);
    // The last reader's accesses, on its thread, come before it let go; the count alone is relaxed.
    std::atomic_thread_fence(std::memory_order_acquire);
    *state_ = evolve(std::move(*state_), happened);
    ++version_;
  }

  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::int64_t version_ = 0;
};

template <class Body>
any_command as_command(entity_kind kind, Body body) {
  return with_state_of(kind, [&]<class State>(std::type_identity<State>) -> any_command {
    return typename State::command_type{std::move(body)};
  });
}

}  // namespace

std::unique_ptr<machine> make_machine(const entity_ref& entity) {
  return with_state_of(entity.kind,
                       []<class State>(std::type_identity<State>) -> std::unique_ptr<machine> {
                         return std::make_unique<entity_machine<State>>();
                       });
}

journal_result<bool> fold(machine& into, const history& found) {
  if (found.state && !into.restore(*found.state)) return false;
  for (const auto& event : found.events)
    if (auto folded = into.fold(event); !folded) return folded.error();
  return true;
}

any_command wake_command(entity_kind kind) {
  return as_command(kind, wake{});
}

any_command answered_command(entity_kind kind, answered what) {
  return as_command(kind, std::move(what));
}

command_id want_command_id(const entity_ref& from, const std::string& key) {
  return derive_id<command_id>(command_id{}, to_string(from) + '/' + key);
}

}  // namespace rentwave
