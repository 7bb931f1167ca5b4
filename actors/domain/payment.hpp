// What the outside payment provider is asked. It answers like an entity, by `answered`; the
// payment's id makes a repeated question harmless (it is the provider's idempotency key).
#pragma once

#include <boost/describe.hpp>

#include <string_view>
#include <variant>

#include "actors/domain/ids.hpp"
#include "actors/domain/money.hpp"

namespace rentwave::payment {

/// Take money from the person's bank or card.
struct collect {
  static constexpr std::string_view type = "payment/collect";
  payment_id id;
  account_id account;
  money amount;
};
BOOST_DESCRIBE_STRUCT(collect, (), (id, account, amount))
/// Send money to the person's bank.
struct pay_out {
  static constexpr std::string_view type = "payment/pay-out";
  payment_id id;
  account_id account;
  money amount;
};
BOOST_DESCRIBE_STRUCT(pay_out, (), (id, account, amount))

using command = std::variant<collect, pay_out>;

}  // namespace rentwave::payment
