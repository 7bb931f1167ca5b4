#include "persistence/codec.hpp"

#include "actors/domain/commands.hpp"
#include "persistence/event_form.hpp"

namespace rentwave {
namespace {

/// One entry for each schema of an event that was ever left behind; none yet.
constexpr event_form::upcasters known_upcasters{};

}  // namespace

template <class Event>
encoded_event encode(const Event& event) {
  return event_form::encode(event);
}

template <class Event>
journal_result<Event> decode(std::string_view type, int schema, std::string_view data) {
  return event_form::decode<Event>(known_upcasters, type, schema, data);
}

template <class State>
std::string encode_state(const State& state, bool& personal) {
  return event_form::encode_state(state, personal);
}

template <class State>
std::optional<State> decode_state(int schema, std::string_view data) {
  return event_form::decode_state<State>(schema, data);
}

template <class State>
std::optional<State> decode_foreign_state(std::string_view data) {
  State state{};
  if (!from_json_text(data, state)) return std::nullopt;
  return state;
}

#define RENTWAVE_INSTANTIATE_CODEC(entity)                                                \
  template encoded_event encode(const entity::event&);                                    \
  template journal_result<entity::event> decode(std::string_view, int, std::string_view); \
  template std::string encode_state(const entity::state&, bool&);                         \
  template std::optional<entity::state> decode_state(int, std::string_view);              \
  template std::optional<entity::state> decode_foreign_state(std::string_view);

RENTWAVE_INSTANTIATE_CODEC(login)
RENTWAVE_INSTANTIATE_CODEC(account)
RENTWAVE_INSTANTIATE_CODEC(session)
RENTWAVE_INSTANTIATE_CODEC(listing)
RENTWAVE_INSTANTIATE_CODEC(book)
RENTWAVE_INSTANTIATE_CODEC(rental)
RENTWAVE_INSTANTIATE_CODEC(wallet)
RENTWAVE_INSTANTIATE_CODEC(inbox)
RENTWAVE_INSTANTIATE_CODEC(keyed_request)
RENTWAVE_INSTANTIATE_CODEC(topic)
RENTWAVE_INSTANTIATE_CODEC(audience)
RENTWAVE_INSTANTIATE_CODEC(follower)
RENTWAVE_INSTANTIATE_CODEC(webhook)

#undef RENTWAVE_INSTANTIATE_CODEC

}  // namespace rentwave
