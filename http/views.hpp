// States and rows as clients see them (api.md): the members of every answer of the market are here,
// but for adverts (advert_text.hpp).
// Money is {"amount", "currency"}, a duration ISO 8601, a time RFC 3339. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

#include "actors/domain/commands.hpp"
#include "persistence/journal.hpp"

namespace rentwave {
struct entity_view;
}

namespace rentwave::http {

/// {"amount", "currency", "per"}
nlohmann::json rate_json(const rate& value, const std::string& currency);
/// {"start", "end"}
nlohmann::json period_json(const period& value);
/// {"code", "detail", "free"?}
nlohmann::json refusal_json(const refusal& why);
/// {"fee", "grace", "max_periods"}: the rule by which lateness is charged.
nlohmann::json late_rule_json(const rental_terms& terms, const std::string& currency);

/// {"average", "count"}, or null without reviews; an average has two decimals.
nlohmann::json rating_json(const rating_total& given);

/// {"id", "url", "type", "width", "height"}
nlohmann::json photo_json(const photo& one);

/// For the advert's owner: {"id", "starts_at", "ends_at", "note"}
nlohmann::json block_json(const listing::owner_block& block);

/// `total` is rent, deposit and late fees so far: all that the rental has set aside or charged.
nlohmann::json rental_json(const rental::state& one, const std::string& currency);
/// As lists show it: without terms, receipts and what is under way.
nlohmann::json rental_json(const rental_row& one, const std::string& currency);

nlohmann::json review_json(const review_row& row);
/// One of the rental's.
nlohmann::json review_json(const rental::state& of, const rental::written_review& written);

/// The receipts of a rental's late fees, with the ids of their events where `history` has them.
nlohmann::json receipts_json(const rental::state& one, const std::vector<stored_event>& history,
                             const std::string& currency);

nlohmann::json wallet_json(const wallet::state& purse, const std::string& currency);
nlohmann::json entry_json(const wallet_entry& line, const std::string& currency);
nlohmann::json notification_json(const notice_row& row);
/// For the webhook's owner; without its secret.
nlohmann::json webhook_json(const webhook::state& hook);

/// The id under which an event is known outside: a UUID version 8 of its entity and version.
boost::uuids::uuid event_id(const entity_ref& entity, std::int64_t version);
/// The event form of api.md. `data` of accounts, logins and sessions is left out.
nlohmann::json event_json(const stored_event& event, const std::string& currency);

/// The whole state for operators, without what belongs to a person.
nlohmann::json state_json(const entity_view& view, const std::string& currency);

/// {"items", "next"}
nlohmann::json list_json(nlohmann::json items, const std::optional<std::string>& next = {});

}  // namespace rentwave::http
