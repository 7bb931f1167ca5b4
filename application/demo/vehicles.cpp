// Vehicles with and without engines, by the hour and by the day.
#include "application/demo/adverts.hpp"

namespace rentwave::demo {
namespace {

struct row {
  std::string_view key;
  std::string_view owner;
  town where;
  const char* title;
  const char* description;
  vehicle_details about;
  time_unit per;  ///< of price and late fee
  int price;
  int late_fee;
  int deposit;
  duration shortest;
  duration longest;
};

constexpr auto by_hour = time_unit::hour;
constexpr auto by_day = time_unit::day;

// clang-format off
std::vector<row> table() {
  return {
    {"panda", "demo.tomasz", town::krakow, "Small car that fits every gap",
     "Starts in winter, too. Parking permit for the old town is on the windscreen.",
     {"car", "Fiat", "Panda", 2018, 4, 225, "manual", "petrol"},
     by_day, 2900, 3500, 20000, one_day, one_day * 14},
    {"golf", "demo.jonas", town::berlin, "Estate car for a move or a weekend",
     "With roof bars and a blanket for the dog.",
     {"car", "Volkswagen", "Golf Variant", 2017, 5, 605, "manual", "diesel"},
     by_day, 3900, 4500, 30000, one_day, one_day * 21},
    {"zoe", "demo.leila", town::lyon, "Electric city car",
     "About 300 km to a charge; the card for charging is in the glove box.",
     {"car", "Renault", "Zoe", 2020, 5, 338, "automatic", "electric"},
     by_hour, 650, 900, 25000, one_hour * 2, one_day * 3},
    {"leaf", "demo.ingrid", town::bergen, "Electric car with winter tyres",
     "Heated seats. Ferries are paid by you, tunnels by me.",
     {"car", "Nissan", "Leaf", 2019, 5, 435, "automatic", "electric"},
     by_day, 4900, 6000, 30000, one_day, one_day * 10},
    {"transit", "demo.jonas", town::berlin, "Van for half a household",
     "Straps and two trolleys are inside. The back door wants a firm hand.",
     {"van", "Ford", "Transit", 2016, 3, 10000, "manual", "diesel"},
     by_hour, 1200, 1800, 40000, one_hour * 3, one_day * 4},
    {"camper", "demo.ingrid", town::bergen, "Camper for the fjords",
     "Sleeps four, cooks for six. Gas, maps and rain jackets included.",
     {"camper", "Fiat", "Ducato", 2015, 4, 1800, "manual", "diesel"},
     by_day, 9900, 15000, 100000, one_day * 2, one_day * 30},
    {"vito", "demo.marta", town::vienna, "Nine seats for the whole family",
     "Two child seats are in the cellar, just ask.",
     {"minibus", "Mercedes-Benz", "Vito", 2019, 9, 1000, "automatic", "diesel"},
     by_day, 8900, 11000, 60000, one_day, one_day * 14},
    {"mx5", "demo.kofi", town::lisbon, "Roadster for the coast",
     "For two, and a small bag. The roof goes down by hand, in three seconds.",
     {"car", "Mazda", "MX-5", 2016, 2, 130, "manual", "petrol"},
     by_day, 6900, 9000, 60000, one_day, one_day * 7},
    {"vespa", "demo.kofi", town::lisbon, "Motor scooter, two helmets",
     "The best way up the hills. You need a licence for 125 cc.",
     {"motor scooter", "Vespa", "Primavera 125", 2021, 2, 17, "automatic", "petrol"},
     by_hour, 450, 700, 20000, one_hour, one_day * 5},
    {"cargo-bike", "demo.marta", town::vienna, "Cargo bike with motor, takes three children",
     "Bench with belts and a rain cover. Full battery at hand-over.",
     {"cargo bike", "Urban Arrow", "Family", 2022, 1, 250, "automatic", "electric"},
     by_hour, 350, 500, 15000, one_hour, one_day * 3},
    {"scooter", "demo.jonas", town::berlin, "E-scooter, for as short as you like",
     "Stands at the station; no shortest time. Lateness costs at once: the next one waits.",
     {"kick scooter", "Segway", "Ninebot Max", 2022, 1, 0, "automatic", "electric"},
     by_hour, 300, 400, 5000, std::chrono::seconds{1}, one_day * 7},
    {"tandem", "demo.noemi", town::budapest, "Tandem for a day on the island",
     "Who sits behind must trust. Two locks, one pump.",
     {"bicycle", "Gazelle", "Tour Tandem", 2012, 2, 0, "8 gears", "none"},
     by_day, 1800, 2500, 10000, one_day, one_day * 7},
    {"folding-bike", "demo.tomasz", town::krakow, "Folding bike, fits under the seat",
     "Trains take it as luggage. Lights run on a dynamo.",
     {"bicycle", "Brompton", "C Line", 2020, 1, 0, "6 gears", "none"},
     by_hour, 200, 300, 20000, one_hour * 2, one_day * 14},
    {"canoe", "demo.ingrid", town::bergen, "Open canoe with paddles",
     "Three life jackets in all sizes. Cold water: no going out alone.",
     {"canoe", "Old Town", "Discovery 158", 2014, 3, 0, "none", "none"},
     by_day, 3500, 5000, 15000, one_day, one_day * 7},
  };
}
// clang-format on

offer offer_of(row r) {
  auto made = basic_offer(r.title, r.description, r.where, {money{r.price}, r.per},
                          {money{r.late_fee}, r.per}, r.deposit);
  // Whoever lets it for a moment does not wait a quarter of an hour for it.
  if (r.shortest < one_hour) made.terms.grace = duration{};
  if (r.per == by_day) made.terms.cancellation = cancellation_policy::moderate;
  made.min_duration = r.shortest;
  made.max_duration = r.longest;
  made.item = std::move(r.about);
  return made;
}

}  // namespace

std::vector<advert> vehicles() {
  std::vector<advert> all;
  for (auto& each : table()) all.push_back({each.key, each.owner, offer_of(std::move(each))});
  return all;
}

}  // namespace rentwave::demo
