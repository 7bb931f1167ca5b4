#include "application/demo/adverts.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "http/offers.hpp"

namespace rentwave::demo {

std::vector<advert> adverts() {
  auto all = books();
  std::ranges::move(vehicles(), std::back_inserter(all));
  std::ranges::move(rooms(), std::back_inserter(all));
  return all;
}

place place_of(town where) {
  switch (where) {
    case town::vienna:
      return {"Vienna", "AT", 48.2082, 16.3738, "Europe/Vienna"};
    case town::berlin:
      return {"Berlin", "DE", 52.52, 13.405, "Europe/Berlin"};
    case town::lyon:
      return {"Lyon", "FR", 45.764, 4.8357, "Europe/Paris"};
    case town::krakow:
      return {"Kraków", "PL", 50.0647, 19.945, "Europe/Warsaw"};
    case town::bergen:
      return {"Bergen", "NO", 60.3913, 5.3221, "Europe/Oslo"};
    case town::lisbon:
      return {"Lisbon", "PT", 38.7223, -9.1393, "Europe/Lisbon"};
    case town::budapest:
      return {"Budapest", "HU", 47.4979, 19.0402, "Europe/Budapest"};
  }
  return {};
}

offer basic_offer(std::string title, std::string description, town where, const rate& price,
                  const rate& late_fee, int deposit) {
  offer made;
  made.title = std::move(title);
  made.description = std::move(description);
  made.terms.price = price;
  made.terms.late_fee = late_fee;
  made.terms.max_late_periods = late_fee.per == time_unit::hour ? http::default_hourly_late_periods
                                                                : http::default_daily_late_periods;
  made.terms.deposit = money{deposit};
  made.where = place_of(where);
  return made;
}

}  // namespace rentwave::demo
