#include "actors/runtime/payments.hpp"

#include <caf/all.hpp>

#include "actors/runtime/node_context.hpp"
#include "actors/runtime/protocol.hpp"

namespace rentwave {
namespace {

class sandbox final : public payment_provider {
 public:
  bool is_sandbox() const override { return true; }
  std::optional<refusal> collect(const payment::collect&) override { return std::nullopt; }
  std::optional<refusal> pay_out(const payment::pay_out&) override { return std::nullopt; }
};

caf::behavior serve(caf::event_based_actor*, const context_ptr& context) {
  return {[context](const command_ptr& asked) {
    const auto* command = std::get_if<payment::command>(&asked->body);
    if (!command || !asked->from) return;
    auto& provider = *context->options.payments;
    const auto refused =
        std::visit(overloaded{[&](const payment::collect& c) { return provider.collect(c); },
                              [&](const payment::pay_out& p) { return provider.pay_out(p); }},
                   *command);
    auto home = std::make_shared<command_envelope>();
    home->to = *asked->from;
    home->id = derive_id<command_id>(asked->id, "answer");
    home->body = answered_command(home->to.kind,
                                  {asked->want, refused ? outcome{*refused} : outcome{accepted{}}});
    home->cause = asked->cause;
    home->from = asked->to;
    home->trace = asked->trace;
    const auto& to = context->routes->find(home->to);
    caf::anon_send(to, command_ptr{std::move(home)});
  }};
}

}  // namespace

std::shared_ptr<payment_provider> sandbox_payments() {
  return std::make_shared<sandbox>();
}

caf::actor spawn_payments(caf::actor_system& system, std::shared_ptr<const node_context> context) {
  // A real provider blocks: it has a thread of its own, as the journal's connections do.
  return context->options.threads ? system.spawn<caf::detached>(serve, context)
                                  : system.spawn(serve, context);
}

}  // namespace rentwave
