#include "actors/domain/entity.hpp"

#include <boost/describe/enum_to_string.hpp>

namespace rentwave {

const char* to_string(entity_kind kind) {
  return boost::describe::enum_to_string(kind, "unknown");
}

std::string to_string(const entity_ref& ref) {
  return std::string{to_string(ref.kind)} + '/' + ref.id;
}

std::uint64_t stable_hash(const entity_ref& ref) {
  // FNV-1a, 64 bits, with a final mix (MurmurHash3's) because FNV's low bits alone spread poorly.
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3ULL; };
  add(static_cast<unsigned char>(ref.kind));
  for (const char c : ref.id) add(static_cast<unsigned char>(c));
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdULL;
  hash ^= hash >> 33;
  return hash;
}

}  // namespace rentwave
