// States of entities as operators see them: without what belongs to a person.
#include "actors/domain/kinds.hpp"
#include "actors/runtime/protocol.hpp"
#include "http/public_form.hpp"
#include "http/views.hpp"

namespace rentwave::http {

nlohmann::json state_json(const entity_view& view, const std::string& currency) {
  return with_state_of(view.ref.kind, [&]<class State>(std::type_identity<State>) {
    return to_public(view.as<State>(), currency);
  });
}

}  // namespace rentwave::http
