#include "persistence/journal.hpp"

namespace rentwave {

journal_result<partition_lease> journal::take_over(partition_id partition, std::string_view owner) {
  return std::move(take_over_many({partition}, owner).front());
}

journal_result<history> journal::load(const entity_ref& entity) {
  return std::move(load_many({entity}).front());
}

journal_result<std::vector<std::string>> journal::ensure_keys(
    const std::vector<fresh_key>& people) {
  std::vector<std::string> keys;
  for (const auto& [person, fresh] : people) {
    auto key = ensure_key(person, fresh);
    if (!key && key.error().code != journal_errc::not_found) return key.error();
    keys.push_back(key ? *std::move(key) : std::string{});
  }
  return keys;
}

}  // namespace rentwave
