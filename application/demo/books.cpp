// Books that exist, under their own ISBNs; some of them twice, by two owners.
#include <utility>

#include "application/demo/adverts.hpp"

namespace rentwave::demo {
namespace {

struct row {
  std::string_view key;
  std::string_view owner;
  town where;
  const char* isbn;
  const char* title;
  const char* author;
  const char* condition;
  const char* description;
  int price;  ///< cents a day
  int deposit;
};

// clang-format off
constexpr row table[] = {
    {"dune", "demo.marta", town::vienna, "9780441013593", "Dune", "Frank Herbert",
     "paperback, well read", "The map in the front is loose, all of it is there.", 60, 800},
    {"dune-krakow", "demo.tomasz", town::krakow, "9780441013593", "Dune", "Frank Herbert",
     "paperback, as new", "Read once, on one long train ride.", 70, 1000},
    {"hobbit", "demo.marta", town::vienna, "9780547928227", "The Hobbit", "J.R.R. Tolkien",
     "paperback", "For reading aloud: the pages have been turned by small hands.", 50, 700},
    {"fellowship", "demo.tomasz", town::krakow, "9780261103573", "The Fellowship of the Ring",
     "J.R.R. Tolkien", "paperback", "First of three; ask me for the others.", 50, 700},
    {"hitchhiker", "demo.kofi", town::lisbon, "9780345391803",
     "The Hitchhiker's Guide to the Galaxy", "Douglas Adams", "pocket edition",
     "Comes with a towel, if you like.", 42, 600},
    {"neuromancer", "demo.noemi", town::budapest, "9780441569595", "Neuromancer", "William Gibson",
     "paperback", "A few words are underlined, all of them good ones.", 55, 700},
    {"left-hand", "demo.marta", town::vienna, "9780441478125", "The Left Hand of Darkness",
     "Ursula K. Le Guin", "pocket edition", "Best read in winter.", 55, 700},
    {"foundation", "demo.tomasz", town::krakow, "9780553293357", "Foundation", "Isaac Asimov",
     "pocket edition", "The back is creased, the story is not.", 45, 600},
    {"1984", "demo.noemi", town::budapest, "9780451524935", "1984", "George Orwell",
     "pocket edition", "With my notes from school in pencil; you may rub them out.", 40, 500},
    {"brave-new-world", "demo.kofi", town::lisbon, "9780060850524", "Brave New World",
     "Aldous Huxley", "paperback", "Goes well with the other one about the future.", 45, 600},
    {"fahrenheit", "demo.marta", town::vienna, "9781451673319", "Fahrenheit 451", "Ray Bradbury",
     "paperback", "Please keep it away from candles.", 45, 600},
    {"pride", "demo.leila", town::lyon, "9780141439518", "Pride and Prejudice", "Jane Austen",
     "paperback", "English, with an introduction and notes.", 40, 500},
    {"quixote", "demo.kofi", town::lisbon, "9780142437230", "Don Quixote", "Miguel de Cervantes",
     "thick paperback", "A thousand pages: take it for the summer.", 60, 900},
    {"parfum", "demo.marta", town::vienna, "9783257228007", "Das Parfum", "Patrick Süskind",
     "paperback, in German", "The cover smells of lavender, which was me.", 50, 700},
    {"c-language", "demo.jonas", town::berlin, "9780131103627", "The C Programming Language",
     "Brian W. Kernighan, Dennis M. Ritchie", "second edition", "Thin, and everything is in it.",
     120, 2500},
    {"design-patterns", "demo.jonas", town::berlin, "9780201633610", "Design Patterns",
     "Erich Gamma, Richard Helm, Ralph Johnson, John Vlissides", "hardcover",
     "Bring it back with fewer singletons.", 150, 3000},
    {"data-intensive", "demo.jonas", town::berlin, "9781449373320",
     "Designing Data-Intensive Applications", "Martin Kleppmann", "paperback",
     "The chapter on transactions falls open by itself.", 180, 3500},
    {"data-intensive-lyon", "demo.leila", town::lyon, "9781449373320",
     "Designing Data-Intensive Applications", "Martin Kleppmann", "paperback, as new",
     "A colleague's present; I know it by heart.", 160, 3500},
    {"erlang", "demo.tomasz", town::krakow, "9781937785536", "Programming Erlang", "Joe Armstrong",
     "second edition", "Actors, from one who knew.", 150, 3000},
};
// clang-format on

offer offer_of(const row& r) {
  auto title = std::string{r.title} + " (" + r.condition + ")";
  const rate price{money{r.price}, time_unit::day};
  auto made = basic_offer(std::move(title), r.description, r.where, price,
                          {price.amount * 2, price.per}, r.deposit);
  made.terms.grace = one_hour * 6;
  made.min_duration = one_day;
  made.max_duration = one_day * 28;
  made.item = book_details{r.isbn, r.title, r.author};
  return made;
}

}  // namespace

std::vector<advert> books() {
  std::vector<advert> all;
  for (const auto& each : table) all.push_back({each.key, each.owner, offer_of(each)});
  return all;
}

}  // namespace rentwave::demo
