// The way to the world's money. The built-in provider is a sandbox: it says yes to everything and
// moves nothing, which the start-up line and the API's `meta` say.
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <memory>
#include <optional>

#include "actors/domain/payment.hpp"
#include "actors/domain/refusal.hpp"

namespace rentwave {

/// Called by the payment actor, possibly again with the same payment id, which then must not move
/// money again.
class payment_provider {
 public:
  virtual ~payment_provider() = default;
  virtual bool is_sandbox() const = 0;
  /// nullopt: done.
  virtual std::optional<refusal> collect(const payment::collect& asked) = 0;
  virtual std::optional<refusal> pay_out(const payment::pay_out& asked) = 0;
};

std::shared_ptr<payment_provider> sandbox_payments();

/// Asks the provider on behalf of wallets and sends them its answer. The context is complete when
/// the first message arrives.
caf::actor spawn_payments(caf::actor_system& system,
                          std::shared_ptr<const struct node_context> context);

}  // namespace rentwave
