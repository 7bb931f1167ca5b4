// The sample accounts. Their password is public by nature: it is printed at the start and shown on
// the first page.
#pragma once

#include <span>
#include <string_view>

#include "actors/domain/ids.hpp"
#include "actors/domain/money.hpp"

namespace rentwave::demo {

inline constexpr std::string_view password = "rentwave-demo";

struct person {
  std::string_view username;
  std::string_view display_name;
  std::string_view about;  ///< for the first page
  money top_up;            ///< what the wallet begins with
};

/// At least two. A name stays for good: ids are made of it.
std::span<const person> people();
/// One of them, by username.
const person& person_named(std::string_view username);

/// An id, always the same for the same name, that no Idempotency-Key leads to.
boost::uuids::uuid id_of(std::string_view name);
account_id account_of(const person& who);
/// Of the command that registers this person.
command_id registration_of(const person& who);

}  // namespace rentwave::demo
