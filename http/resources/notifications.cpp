// What one has been told, and how far one has read.
#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "http/fields.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/views.hpp"

namespace rentwave::http {
namespace {

constexpr integer_range cursors{0, std::numeric_limits<std::int64_t>::max()};

std::optional<std::int64_t> parse_cursor(std::string_view text) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || after != end || value < 0) return std::nullopt;
  return value;
}

/// A cursor is given out as text; whoever counts with it may send a number.
std::int64_t read_up_to(field_reader& body) {
  const auto* value = body.raw("up_to");
  if (!value || !value->is_string()) return body.integer("up_to", cursors);
  const auto cursor = parse_cursor(value->get_ref<const std::string&>());
  if (!cursor) body.refuse("up_to", "format", "It is the cursor of a notification.");
  return cursor.value_or(0);
}

nlohmann::json inbox_json(const inbox::state& box) {
  nlohmann::json shown;
  shown["unread"] = box.unread();
  shown["read_up_to"] = std::to_string(box.read);
  return shown;
}

}  // namespace

/// Oldest first, those after a cursor; `next` is the `after` of the following page.
answering get_notifications(backend& api, const request& asked) {
  query_reader query{asked};
  const auto after = query.integer("after", cursors);
  const auto cursor = query.integer("cursor", cursors);
  const bool only_unread = query.flag("unread").value_or(false);
  const int limit = query.limit();
  if (after && cursor) query.refuse("cursor", "unexpected", "after and cursor mean the same here.");
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);

  const auto owner = caller_of(asked);
  const auto view = co_await api.view(inbox_ref(owner));
  if (!view) co_return to_response(view.error(), asked);
  const auto& box = (*view)->as<inbox::state>();
  auto from = after.value_or(cursor.value_or(0));
  if (only_unread) from = std::max(from, box.read);
  auto question = [owner, from, limit](journal& in) { return in.notices(owner, from, limit); };
  const auto found = co_await api.read(std::move(question));
  if (!found) co_return to_response(found.error(), asked);

  auto items = nlohmann::json::array();
  for (const auto& each : *found) items.push_back(notification_json(each));
  std::optional<std::string> next;
  if (!found->empty() && found->size() == static_cast<std::size_t>(limit))
    next = std::to_string(found->back().cursor);
  auto body = list_json(std::move(items), next);
  body["unread"] = box.unread();
  co_return json_response(200, body);
}

answering read_notifications(backend& api, const request& asked) {
  auto body = field_reader::over(asked);
  if (!body) co_return to_response(body.error(), asked);
  const auto up_to = read_up_to(*body);
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);
  const auto box = inbox_ref(caller_of(asked));
  auto command = as_command<inbox::command>(inbox::mark_read{up_to});
  const auto sent = co_await api.send(asked, box, std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);
  const auto view = co_await api.view(box);
  if (!view) co_return to_response(view.error(), asked);
  co_return json_response(200, inbox_json((*view)->as<inbox::state>()));
}

}  // namespace rentwave::http
