// What the service says about itself, to programs; to people it does on `/`.
#include <nlohmann/json.hpp>

#include "http/passwords.hpp"
#include "http/resources/account_handlers.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
boost::asio::awaitable<response> get_meta(backend& api, const request&) {
  const auto& about = api.about();
  nlohmann::json limits;
  limits["header_bytes"] = about.header_bytes;
  limits["body_bytes"] = about.body_bytes;
  limits["photo_bytes"] = about.photo_bytes;
  limits["photos"] = listing::max_photos;
  limits["page"] = max_page;
  limits["json_depth"] = max_json_depth;
  limits["password_characters"] = {{"min", password_rules.min}, {"max", password_rules.max}};
  limits["sessions"] = login::max_sessions;
  limits["tokens"] = login::max_programs;
  nlohmann::json facts;
  facts["version"] = about.version;
  facts["currency"] = api.currency();
  facts["domain_time"] = format_instant(api.clock().now());
  facts["clock_rate"] = api.clock().rate();
  facts["payments"] = api.payments_are_sandbox() ? "sandbox" : "provider";
  facts["limits"] = std::move(limits);
  auto made = json_response(200, facts);
  made.headers.emplace_back("Cache-Control", "no-store");
  co_return made;
}

}  // namespace rentwave::http
