#include "persistence/journal.hpp"

namespace rentwave {

journal_result<partition_lease> journal::take_over(partition_id partition, std::string_view owner) {
  return std::move(take_over_many({partition}, owner).front());
}

journal_result<history> journal::load(const entity_ref& entity) {
  return std::move(load_many({entity}).front());
}

journal_result<std::string> journal::ensure_key(account_id person, std::string_view fresh) {
  auto keys = ensure_keys({{person, std::string{fresh}}});
  if (!keys) return keys.error();
  if (keys->front().empty()) return journal_error{journal_errc::not_found, "the key was destroyed"};
  return std::move(keys->front());
}

}  // namespace rentwave
