// The sample adverts: real books, believable vehicles and rooms. Values only; every one of them is
// such as the API takes, with a late fee.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/domain/offer.hpp"

namespace rentwave::demo {

struct advert {
  std::string_view key;    ///< among all adverts; its ids are made of it, so it stays for good
  std::string_view owner;  ///< the username of one of `people()`
  offer content;
};

std::vector<advert> books();
std::vector<advert> vehicles();
std::vector<advert> rooms();
/// All of them, in this order.
std::vector<advert> adverts();

/// Where a sample owner lives.
enum class town { vienna, berlin, lyon, krakow, bergen, lisbon, budapest };
place place_of(town where);

/// What books, vehicles and rooms have in common. As many late periods as the interface gives an
/// advert that does not say.
offer basic_offer(std::string title, std::string description, town where, const rate& price,
                  const rate& late_fee, int deposit);

}  // namespace rentwave::demo
