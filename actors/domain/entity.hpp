// What can be addressed: a kind and an id. The id's text is part of the storage format.
#pragma once

#include <boost/describe.hpp>

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

#include "actors/domain/ids.hpp"

namespace rentwave {

/// The names are stored; never rename one. `payment` is the outside payment provider, `crier` who
/// tells followers, `estate` what the journal has of a person, `postman` who brings notices to
/// webhooks: they are asked like entities, but have no events.
enum class entity_kind : std::uint8_t {
  login,
  account,
  session,
  listing,
  book,
  rental,
  wallet,
  inbox,
  payment,
  keyed_request,
  topic,
  audience,
  follower,
  crier,
  estate,
  webhook,
  postman
};
BOOST_DESCRIBE_ENUM(entity_kind, login, account, session, listing, book, rental, wallet, inbox,
                    payment, keyed_request, topic, audience, follower, crier, estate, webhook,
                    postman)

struct entity_ref {
  entity_kind kind{};
  std::string id;

  friend bool operator==(const entity_ref&, const entity_ref&) = default;
  friend auto operator<=>(const entity_ref&, const entity_ref&) = default;
};
BOOST_DESCRIBE_STRUCT(entity_ref, (), (kind, id))

/// Whether it has events; the others are only asked.
constexpr bool is_kept(entity_kind kind) {
  return kind != entity_kind::payment && kind != entity_kind::crier &&
         kind != entity_kind::estate && kind != entity_kind::postman;
}

const char* to_string(entity_kind kind);
/// "rental/0192…"
std::string to_string(const entity_ref& ref);

/// A hash that is the same on every machine and in every release: partitions are chosen by it.
std::uint64_t stable_hash(const entity_ref& ref);

inline entity_ref login_ref(std::string username) {
  return {entity_kind::login, std::move(username)};
}
inline entity_ref account_ref(account_id id) {
  return {entity_kind::account, to_string(id)};
}
inline entity_ref session_ref(session_id id) {
  return {entity_kind::session, to_string(id)};
}
inline entity_ref listing_ref(listing_id id) {
  return {entity_kind::listing, to_string(id)};
}
inline entity_ref book_ref(std::string isbn) {
  return {entity_kind::book, std::move(isbn)};
}
inline entity_ref rental_ref(rental_id id) {
  return {entity_kind::rental, to_string(id)};
}
/// A wallet, an inbox and a follower have the id of their account.
inline entity_ref wallet_ref(account_id id) {
  return {entity_kind::wallet, to_string(id)};
}
inline entity_ref inbox_ref(account_id id) {
  return {entity_kind::inbox, to_string(id)};
}
inline entity_ref follower_ref(account_id id) {
  return {entity_kind::follower, to_string(id)};
}
inline entity_ref topic_ref(std::string name) {
  return {entity_kind::topic, std::move(name)};
}
inline entity_ref crier_ref(std::string topic) {
  return {entity_kind::crier, std::move(topic)};
}
inline entity_ref payment_ref(payment_id id) {
  return {entity_kind::payment, to_string(id)};
}
inline entity_ref estate_ref(account_id id) {
  return {entity_kind::estate, to_string(id)};
}
inline entity_ref webhook_ref(webhook_id id) {
  return {entity_kind::webhook, to_string(id)};
}
inline entity_ref postman_ref(webhook_id id) {
  return {entity_kind::postman, to_string(id)};
}
inline entity_ref keyed_request_ref(const boost::uuids::uuid& id) {
  return {entity_kind::keyed_request, to_string(id)};
}

}  // namespace rentwave

template <>
struct std::hash<rentwave::entity_ref> {
  std::size_t operator()(const rentwave::entity_ref& ref) const noexcept {
    return static_cast<std::size_t>(rentwave::stable_hash(ref));
  }
};
