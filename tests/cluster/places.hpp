// Nodes and tables in short, for tests of the cluster.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "cluster/placement.hpp"

namespace rentwave::testing_cluster {

/// A node's name is its letter; its incarnation, unless given, the letter's place in the alphabet.
inline node_id life(char letter, std::int64_t incarnation = 0) {
  return {std::string{letter}, incarnation ? incarnation : letter - 'a' + 1};
}

/// "ab" is with `a`, on its way to `b`; "a" is there to stay, "-" is nobody's.
inline partition_place place_as(const std::string& text) {
  partition_place made;
  if (text.at(0) != '-') made.owner = life(text[0]);
  if (text.size() > 1) made.next = life(text[1]);
  return made;
}

inline partition_table table_of(const std::vector<std::string>& places) {
  partition_table table;
  table.revision = 7;
  for (const auto& one : places) table.places.push_back(place_as(one));
  return table;
}

/// The same, back.
inline std::vector<std::string> text_of(const partition_table& table) {
  std::vector<std::string> texts;
  for (const auto& one : table.places)
    texts.push_back((one.owner ? one.owner->name : "-") + (one.next ? one.next->name : ""));
  return texts;
}

/// How many partitions are with a node, or on their way there.
inline std::map<std::string, std::size_t> shares_of(const partition_table& table) {
  std::map<std::string, std::size_t> shares;
  for (const auto& one : table.places)
    if (const auto& to = destination(one)) ++shares[to->name];
  return shares;
}

/// The least number of destinations that have to change so that `sizes` and what is homeless are
/// even: by trying every way of dealing out the larger shares.
inline std::size_t least_moves(const std::vector<std::size_t>& sizes, std::size_t homeless) {
  std::size_t all = homeless;
  for (const auto size : sizes) all += size;
  const auto larger = all % sizes.size();
  std::size_t least = SIZE_MAX;
  for (unsigned chosen = 0; chosen < 1u << sizes.size(); ++chosen) {
    if (static_cast<std::size_t>(__builtin_popcount(chosen)) != larger) continue;
    std::size_t moves = homeless;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const auto quota = all / sizes.size() + (chosen >> i & 1);
      moves += sizes[i] > quota ? sizes[i] - quota : 0;
    }
    least = std::min(least, moves);
  }
  return least;
}

}  // namespace rentwave::testing_cluster
