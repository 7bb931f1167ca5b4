// The receivers of a simulation's webhooks: outside of the process, so they outlive every crash.
// They take, refuse or lose notices by the seed, and write down what they took, which must agree
// with the journal in the end.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/runtime/postman.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/model.hpp"

namespace rentwave::simulation {

class receivers final : public courier {
 public:
  explicit receivers(std::uint64_t seed) : dice_{seed} {}

  /// Called before anything is done; may throw.
  std::function<void()> disturb = [] {};
  /// What is known of the journal so far; outlives this.
  const model* known = nullptr;

  /// Where a webhook has its notices posted; a few share a host.
  static std::string url_of(webhook_id hook);

  void carry(posting what, done tell) override;
  /// From now on everybody takes everything.
  void stop() { on_ = false; }

  /// Throws `violation` unless every notice that a webhook has posted was taken here, and nothing
  /// else, in order.
  void check_against(const model& all) const;
  std::int64_t refusals() const { return refusals_; }
  std::int64_t repeats() const { return repeats_; }

 private:
  struct book {
    account_id owner;
    std::vector<std::pair<std::int64_t, std::string>> taken;  ///< cursor and type, repeats too
    int late = 0;  ///< that came though the webhook was known to be removed
  };
  void check(webhook_id hook, const posting& what);
  std::optional<post_failure> say();

  dice dice_;
  bool on_ = true;
  std::map<webhook_id, book> books_;
  std::optional<violation> complaint_;
  std::int64_t refusals_ = 0;
  std::int64_t repeats_ = 0;
};

}  // namespace rentwave::simulation
