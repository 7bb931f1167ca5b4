// Guest rooms by the night, and two by the hour.
#include "application/demo/adverts.hpp"

namespace rentwave::demo {
namespace {

struct row {
  std::string_view key;
  std::string_view owner;
  town where;
  const char* title;
  const char* description;
  room_details about;
  time_unit per;
  int price;
  int late_fee;  ///< an hour: the next guest is on the way
  int deposit;
  duration longest;
};

constexpr auto by_hour = time_unit::hour;
constexpr auto by_night = time_unit::day;

// clang-format off
std::vector<row> table() {
  return {
    {"attic", "demo.marta", town::vienna, "Attic room above the courtyard",
     "Four floors up, no lift, and all the roofs of the 7th district.",
     {2, 1, 1, {"wifi", "desk", "shared kitchen"}},
     by_night, 5200, 1500, 10000, one_day * 21},
    {"tram", "demo.marta", town::vienna, "Guest room by the tram line",
     "Ten minutes to the Ring. The last tram passes at half past midnight.",
     {1, 1, 1, {"wifi", "breakfast"}},
     by_night, 4400, 1200, 8000, one_day * 14},
    {"altbau", "demo.jonas", town::berlin, "High ceilings in Kreuzberg",
     "A room of 24 square metres with a stove that is only for show.",
     {2, 1, 1, {"wifi", "shared kitchen", "washing machine", "bicycle cellar"}},
     by_night, 6100, 1800, 15000, one_day * 28},
    {"practice", "demo.jonas", town::berlin, "Practice room with an upright piano",
     "By the hour, until ten at night. Tuned in spring and autumn.",
     {5, 0, 1, {"piano", "music stands", "heating"}},
     by_hour, 900, 1500, 5000, one_hour * 12},
    {"croix-rousse", "demo.leila", town::lyon, "Weaver's loft on the Croix-Rousse",
     "Where the looms stood: four metres high, with beams. Market below on most mornings.",
     {3, 2, 1, {"wifi", "kitchen", "linen"}},
     by_night, 7800, 2000, 20000, one_day * 21},
    {"presquile", "demo.leila", town::lyon, "Quiet room between the rivers",
     "Towards the court. Five minutes to the station on foot.",
     {2, 1, 1, {"wifi", "lift", "breakfast"}},
     by_night, 6900, 2000, 15000, one_day * 14},
    {"study", "demo.leila", town::lyon, "Study with a window on the garden",
     "A desk, a lamp, silence; for an afternoon of work.",
     {1, 0, 1, {"wifi", "desk", "coffee"}},
     by_hour, 500, 800, 3000, one_hour * 10},
    {"kazimierz", "demo.tomasz", town::krakow, "Room in Kazimierz, above the bakery",
     "It smells of bread from five in the morning. Earplugs for the others.",
     {2, 2, 1, {"wifi", "bread"}},
     by_night, 3800, 1000, 8000, one_day * 21},
    {"tatra", "demo.tomasz", town::krakow, "Family room with a bunk bed",
     "The upper bed is for people under forty kilograms.",
     {4, 3, 1, {"wifi", "cot", "high chair", "kitchen"}},
     by_night, 5600, 1500, 12000, one_day * 14},
    {"bryggen", "demo.ingrid", town::bergen, "Wooden house near the harbour",
     "All of it creaks, and the rain on the roof is the best of it.",
     {4, 2, 1, {"wifi", "kitchen", "drying room", "fireplace"}},
     by_night, 11800, 3000, 30000, one_day * 14},
    {"boathouse", "demo.ingrid", town::bergen, "Boathouse on the fjord",
     "One room on stilts. The canoe is in another advert.",
     {2, 1, 0, {"stove", "jetty", "outdoor shower"}},
     by_night, 8900, 2500, 20000, one_day * 7},
    {"alfama", "demo.kofi", town::lisbon, "Alfama, with a window to the river",
     "A hundred and eleven steps from the tram. Count them.",
     {2, 1, 1, {"wifi", "kitchen", "balcony"}},
     by_night, 7200, 2000, 15000, one_day * 28},
    {"graca", "demo.kofi", town::lisbon, "Room for one in Graça",
     "Small and bright; the kitchen is shared with two cats.",
     {1, 1, 1, {"wifi", "shared kitchen", "cats"}},
     by_night, 4100, 1200, 8000, one_day * 60},
    {"danube", "demo.noemi", town::budapest, "Sofa bed in a flat share by the Danube",
     "We are three students; exams are in January and June, and then it is quiet.",
     {1, 1, 1, {"wifi", "shared kitchen", "washing machine"}},
     by_night, 2600, 800, 5000, one_day * 10},
  };
}
// clang-format on

offer offer_of(row r) {
  auto made = basic_offer(r.title, r.description, r.where, {money{r.price}, r.per},
                          {money{r.late_fee}, by_hour}, r.deposit);
  if (r.per == by_night) made.terms.cancellation = cancellation_policy::strict;
  made.min_duration = r.per == by_night ? one_day : one_hour;
  made.max_duration = r.longest;
  made.item = std::move(r.about);
  return made;
}

}  // namespace

std::vector<advert> rooms() {
  std::vector<advert> all;
  for (auto& each : table()) all.push_back({each.key, each.owner, offer_of(std::move(each))});
  return all;
}

}  // namespace rentwave::demo
