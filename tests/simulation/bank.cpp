#include "tests/simulation/bank.hpp"

namespace rentwave::simulation {
namespace {

constexpr int refused_one_in = 15;

}  // namespace

std::optional<refusal> bank::collect(const payment::collect& asked) {
  return carry_out(asked.id, {asked.account, false, asked.amount});
}

std::optional<refusal> bank::pay_out(const payment::pay_out& asked) {
  return carry_out(asked.id, {asked.account, true, asked.amount});
}

std::optional<refusal> bank::carry_out(payment_id id, entry wanted) {
  disturb();
  const auto known = book_.find(id);
  if (known == book_.end()) {
    wanted.refused = dice_.one_in(refused_one_in);
    refusals_ += wanted.refused;
  } else {
    ++repeats_;
    if (known->second.account != wanted.account || known->second.out != wanted.out ||
        known->second.amount != wanted.amount)
      complaint_ = "payment " + to_string(id) + " is asked for again, as another one";
  }
  const auto& entry = book_.try_emplace(id, wanted).first->second;
  if (!entry.refused) return std::nullopt;
  return refusal{refusal_code::payment_failed, "The bank says no.", {}};
}

void bank::check_against(const model& all) const {
  if (complaint_) throw violation{{entity_kind::payment, ""}, *complaint_};
  money left;
  std::size_t known = 0;
  for (const auto& [whose, purse] : all.purses)
    for (const auto& [id, payment] : purse.payments) {
      const auto found = book_.find(id);
      if (found == book_.end())
        throw violation{wallet_ref(whose), "the bank knows nothing of payment " + to_string(id)};
      const auto& entry = found->second;
      if (entry.account != whose || entry.out != payment.out || entry.amount != payment.amount ||
          entry.refused != payment.failed)
        throw violation{wallet_ref(whose), "the bank has another payment " + to_string(id)};
      ++known;
      if (!entry.refused) left += entry.out ? money{} - entry.amount : entry.amount;
    }
  if (known != book_.size())
    throw violation{{entity_kind::payment, ""}, "the bank made a payment that no wallet knows"};
  if (left != all.brought_in)
    throw violation{{entity_kind::payment, ""},
                    text(left) + " are left of what the bank collected, and the wallets have " +
                        text(all.brought_in)};
}

}  // namespace rentwave::simulation
