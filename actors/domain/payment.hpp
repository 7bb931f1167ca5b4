// What the outside payment provider is asked. It answers like an entity, by `answered`; the
// payment's id makes a repeated question harmless (it is the provider's idempotency key).
#pragma once

#include <variant>

#include "actors/domain/ids.hpp"
#include "actors/domain/money.hpp"

namespace rentwave::payment {

/// Take money from the person's bank or card.
struct collect {
  payment_id id;
  account_id account;
  money amount;
};
/// Send money to the person's bank.
struct pay_out {
  payment_id id;
  account_id account;
  money amount;
};

using command = std::variant<collect, pay_out>;

}  // namespace rentwave::payment
