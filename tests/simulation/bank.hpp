// The payment provider of a simulation: outside of the process, so it outlives every crash. It
// remembers each payment by its id and refuses some, by the seed; what it did is its own book,
// which must agree with the wallets' in the end.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "actors/runtime/payments.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/model.hpp"

namespace rentwave::simulation {

class bank final : public payment_provider {
 public:
  explicit bank(std::uint64_t seed) : dice_{seed} {}

  /// Called before anything is done; may throw.
  std::function<void()> disturb = [] {};

  bool is_sandbox() const override { return true; }
  std::optional<refusal> collect(const payment::collect& asked) override;
  std::optional<refusal> pay_out(const payment::pay_out& asked) override;

  /// Throws `violation` unless every payment of the wallets ended here as it did there, and what
  /// was collected and not paid out is what they have.
  void check_against(const model& all) const;
  std::int64_t refusals() const { return refusals_; }
  std::int64_t repeats() const { return repeats_; }

 private:
  struct entry {
    account_id account;
    bool out = false;
    money amount;
    bool refused = false;
  };
  std::optional<refusal> carry_out(payment_id id, entry wanted);

  dice dice_;
  std::map<payment_id, entry> book_;
  std::optional<std::string> complaint_;  ///< the same id for another payment
  std::int64_t refusals_ = 0;
  std::int64_t repeats_ = 0;
};

}  // namespace rentwave::simulation
