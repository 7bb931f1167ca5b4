// Adverts by chance, the same in every run, for measuring searches: their words are of very
// different frequency and begin alike, as in a language.
#pragma once

#include <random>
#include <string>

#include "actors/domain/offer.hpp"

namespace rentwave::bench {

/// The n-th most frequent word, 1 to 20,000: of two or three syllables, so that each word of two
/// also begins some longer ones.
std::string nth_word(int n);

/// A third of each kind, in eight cities; three words in a title and twelve in a description.
class advert_source {
 public:
  offer next();
  /// Word n comes about n times more rarely than the first.
  std::string word();
  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }

 private:
  bool one_in(int n) { return below(n) == 0; }
  std::mt19937 engine_{42};
};

}  // namespace rentwave::bench
