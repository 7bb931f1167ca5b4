#include "actors/runtime/node_context.hpp"

#include <caf/all.hpp>

#include <utility>

namespace rentwave {

void send_home(const node_context& context, const command_envelope& asked, outcome answer) {
  auto home = std::make_shared<command_envelope>();
  home->to = *asked.from;
  home->id = derive_id<command_id>(asked.id, "answer");
  home->body = answered_command(home->to.kind, {asked.want, std::move(answer)});
  home->cause = asked.cause;
  home->from = asked.to;
  home->trace = asked.trace;
  const auto& to = context.routes->find(home->to);
  caf::anon_send(to, command_ptr{std::move(home)});
}

}  // namespace rentwave
