// States of entities as operators see them: without what belongs to a person.
#include "actors/runtime/protocol.hpp"
#include "http/public_form.hpp"
#include "http/views.hpp"

namespace rentwave::http {
namespace {

template <class State>
nlohmann::json shown(const entity_view& view, const std::string& currency) {
  return to_public(view.as<State>(), currency);
}

}  // namespace

nlohmann::json state_json(const entity_view& view, const std::string& currency) {
  switch (view.ref.kind) {
    case entity_kind::login:
      return shown<login::state>(view, currency);
    case entity_kind::account:
      return shown<account::state>(view, currency);
    case entity_kind::session:
      return shown<session::state>(view, currency);
    case entity_kind::listing:
      return shown<listing::state>(view, currency);
    case entity_kind::book:
      return shown<book::state>(view, currency);
    case entity_kind::rental:
      return shown<rental::state>(view, currency);
    case entity_kind::wallet:
      return shown<wallet::state>(view, currency);
    case entity_kind::inbox:
      return shown<inbox::state>(view, currency);
    case entity_kind::keyed_request:
      return shown<keyed_request::state>(view, currency);
    case entity_kind::payment:
      break;
  }
  return nullptr;
}

}  // namespace rentwave::http
