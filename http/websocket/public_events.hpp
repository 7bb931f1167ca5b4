// Events as whoever may watch an advert sees them: what its page and its calendar show, and nothing
// of who rents. Pure.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

#include "persistence/journal.hpp"

namespace rentwave::http {

/// The event form of api.md without actor, trace and cause; nullopt for what is nobody's business,
/// which is every event that is not named here.
std::optional<nlohmann::json> public_event_json(const stored_event& event,
                                                const std::string& currency);

}  // namespace rentwave::http
