#include "bench/adverts.hpp"

#include <cmath>

namespace rentwave::bench {
namespace {

constexpr double log_of_words = 9.9;  ///< about 20,000 of them

/// With the right check digit.
std::string isbn13(int number) {
  auto digits = "9780" + std::to_string(10'000'000 + number);
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) sum += (digits[i] - '0') * (i % 2 == 0 ? 1 : 3);
  return digits + std::to_string((10 - sum % 10) % 10);
}

}  // namespace

std::string nth_word(int n) {
  constexpr std::string_view consonants = "bdfghklmnprstvwz", vowels = "aeiou";
  constexpr int syllables = static_cast<int>(consonants.size() * vowels.size());
  std::string made;
  for (int rest = n + syllables; rest > 0; rest /= syllables) {
    const auto syllable = static_cast<std::size_t>(rest % syllables);
    made += consonants[syllable / vowels.size()];
    made += vowels[syllable % vowels.size()];
  }
  return made;
}

std::string advert_source::word() {
  const double drawn = std::uniform_real_distribution{0.0, log_of_words}(engine_);
  return nth_word(static_cast<int>(std::exp(drawn)));
}

offer advert_source::next() {
  offer content;
  content.title = word() + ' ' + word() + ' ' + word();
  for (int i = 0; i < 12; ++i) content.description += word() + ' ';
  content.terms.price = {{100 + below(9'900)}, one_in(3) ? time_unit::hour : time_unit::day};
  content.terms.late_fee = {{300}, time_unit::day};
  content.terms.max_late_periods = 10;
  content.min_duration = one_hour;
  content.max_duration = one_day * 14;
  const int city = below(8);
  content.where = {"City " + std::to_string(city),
                   "DE",
                   47.5 + city + below(1000) / 5000.0,
                   6.0 + city + below(1000) / 3000.0,
                   {}};
  switch (below(3)) {
    case 0:
      content.item = book_details{isbn13(below(30'000)), content.title,
                                  "Author " + std::to_string(below(5'000))};
      break;
    case 1:
      content.item = vehicle_details{one_in(4) ? "van" : "car",
                                     "Make " + std::to_string(below(40)),
                                     "Model " + std::to_string(below(400)),
                                     1990 + below(36),
                                     2 + below(8),
                                     100 * below(15),
                                     one_in(3) ? "automatic" : "manual",
                                     one_in(5) ? "electric" : "diesel"};
      break;
    default:
      content.item = room_details{1 + below(6), 1 + below(4), below(3), {"wifi", word()}};
  }
  return content;
}

}  // namespace rentwave::bench
