// The nodes of the journal, and draining one of them: with a look at what that would move first.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/fields.hpp"
#include "http/operations.hpp"
#include "http/resources/admin_handlers.hpp"
#include "http/resources/admin_steps.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

using boost::asio::awaitable;
using nlohmann::json;

json node_json(const cluster_state::node& node, bool ready) {
  auto roles = json::array();
  if (node.serves_clients) roles.push_back("gateway");
  if (node.has_partitions) roles.push_back("partitions");
  return {{"name", node.name},
          {"life", node.incarnation == 0 ? json(nullptr) : json(node.incarnation)},
          {"address", node.address.empty() ? json(nullptr) : json(node.address)},
          {"version", node.version},
          {"roles", std::move(roles)},
          {"state", name_of(node.standing)},
          {"draining", node.draining},
          {"here", node.here},
          {"ready", node.here ? json(ready) : json(nullptr)},
          {"started_at", format_instant(node.joined_at)},
          {"partitions", node.owned},
          {"incoming", node.coming}};
}

/// Where the journal has one node only.
json only_node(backend& api, std::size_t owned) {
  const auto& here = api.operators()->here();
  cluster_state::node one;
  one.name = node_of(here.owner);
  one.version = api.about().version;
  one.joined_at = here.started_at;
  one.here = true;
  one.owned = owned;
  return node_json(one, api.is_ready());
}

struct drain_plan {
  bool draining = false;  ///< already
  std::vector<planned_move> moves;
};

json plan_json(std::string_view node, const drain_plan& plan) {
  auto moves = json::array();
  for (const auto& one : plan.moves)
    moves.push_back({{"partition", one.partition},
                     {"from", one.from ? json(*one.from) : json(nullptr)},
                     {"to", one.to ? json(*one.to) : json(nullptr)}});
  return {{"node", node}, {"draining", plan.draining}, {"moves", std::move(moves)}};
}

/// For the node in the path.
answer<drain_plan> plan_of(backend& api, const request& asked) {
  const auto* office = api.operators()->cluster();
  const auto& name = asked.parameters.at(0);
  const auto nobody = not_found("There is no such node.");
  if (!office) {
    if (name != node_of(api.operators()->here().owner)) return nobody;
    return make_problem(409, "only_node", "Only node",
                        "The journal has one node only, which cannot hand anything over.");
  }
  const auto nodes = office->state().nodes;
  const auto found = std::ranges::find(nodes, name, &cluster_state::node::name);
  auto moves = office->plan_drain(name);
  if (found == nodes.end() || !moves) return nobody;
  return drain_plan{found->draining, *std::move(moves)};
}

}  // namespace

awaitable<response> get_admin_nodes(backend& api, const request& asked) {
  if (const auto* office = api.operators()->cluster()) {
    const auto seen = office->state();
    auto items = json::array();
    for (const auto& one : seen.nodes) items.push_back(node_json(one, api.is_ready()));
    co_return json_response(200, list_of(std::move(items)));
  }
  const auto rows = co_await api.read(owners_question());
  if (!rows) co_return to_response(rows.error(), asked);
  const auto owned =
      std::ranges::count(*rows, api.operators()->here().owner, &partition_row::owner);
  auto items = json::array({only_node(api, static_cast<std::size_t>(owned))});
  co_return json_response(200, list_of(std::move(items)));
}

/// Before anything moves.
awaitable<response> get_drain(backend& api, const request& asked) {
  const auto plan = plan_of(api, asked);
  if (!plan) co_return to_response(plan.error(), asked);
  co_return json_response(200, plan_json(asked.parameters.at(0), *plan));
}

/// What will move is told as it was planned before: it begins within a second.
awaitable<response> drain_node(backend& api, const request& asked) {
  auto body = field_reader::over(asked, body_rule::optional);
  if (!body) co_return to_response(body.error(), asked);
  const bool lift = body->optional_flag("lift").value_or(false);
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);
  auto plan = plan_of(api, asked);
  if (!plan) co_return to_response(plan.error(), asked);
  const auto begun = co_await api.operators()->set_draining(asked.parameters.at(0), !lift);
  if (!begun) co_return to_response(begun.error(), asked);
  plan->draining = !lift;
  if (lift) plan->moves.clear();
  co_return json_response(200, plan_json(asked.parameters.at(0), *plan));
}

}  // namespace rentwave::http
