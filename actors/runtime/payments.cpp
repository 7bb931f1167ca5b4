#include "actors/runtime/payments.hpp"

#include <spdlog/spdlog.h>

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

std::optional<refusal> carry_out(payment_provider& provider, const payment::command& asked) {
  return std::visit(overloaded{[&](const payment::collect& c) { return provider.collect(c); },
                               [&](const payment::pay_out& p) { return provider.pay_out(p); }},
                    asked);
}

void serve_one(const node_context& context, const command_ptr& asked) {
  const auto* command = std::get_if<payment::command>(&asked->body);
  if (!command || !asked->from) return;
  outcome answer = accepted{};
  try {
    if (auto refused = carry_out(*context.options.payments, *command)) answer = *std::move(refused);
  } catch (const std::exception& thrown) {
    // No answer: the wallet asks again, and the provider knows the payment by its id.
    spdlog::error("the payment provider failed: {}", thrown.what());
    return;
  } catch (...) {
    spdlog::error("the payment provider failed");
    return;
  }
  send_home(context, *asked, std::move(answer));
}

caf::behavior serve(caf::event_based_actor*, const context_ptr& context) {
  return {[context](const command_ptr& asked) { serve_one(*context, asked); }};
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
