// What people are told, in words.
#include <gtest/gtest.h>

#include "actors/runtime/sentences.hpp"
#include "persistence/codec.hpp"
#include "persistence/timestamp.hpp"
#include "tests/runtime/market.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;

TEST(Sentences, say_times_as_people_do) {
  EXPECT_EQ(in_words(*parse_instant("2024-05-01T10:00:00Z")), "1 May 2024, 10:00 UTC");
  EXPECT_EQ(in_words(*parse_instant("2030-12-31T23:59:59.999999Z")), "31 December 2030, 23:59 UTC");
  EXPECT_EQ(in_words(*parse_instant("2024-02-29T00:00:00Z")), "29 February 2024, 00:00 UTC");
}

TEST(Sentences, say_amounts_as_their_currency_does) {
  EXPECT_EQ(in_words(money{250}, "EUR"), "2.50 EUR");
  EXPECT_EQ(in_words(money{5}, "USD"), "0.05 USD");
  EXPECT_EQ(in_words(money{0}, "EUR"), "0.00 EUR");
  EXPECT_EQ(in_words(money{250}, "JPY"), "250 JPY");
  EXPECT_EQ(in_words(money{250}, "KWD"), "0.250 KWD");
}

TEST(Sentences, put_titles_between_quotation_marks) {
  EXPECT_EQ(in_quotes("Meditations"), "\u201cMeditations\u201d");
}

std::vector<std::string> texts_to(market& m, account_id who) {
  std::vector<std::string> found;
  for (const auto& event : m.world.journal().all_events()) {
    if (event.entity != inbox_ref(who)) continue;
    const auto happened = decode<inbox::event>(event.type, event.schema, event.data);
    if (const auto* e = std::get_if<inbox::delivered>(&*happened)) found.push_back(e->what.text);
  }
  return found;
}

// The market begins on 1 January 2030. It is rented for two hours, with 15 minutes of grace.
TEST(Notices, tell_both_sides_of_a_rental_what_they_have_to_know) {
  market m;
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  const auto rental = m.rent(listing, 2h);
  m.pass(2h + 20min);
  m.accepts(rental_ref(rental), rental::command{rental::give_back{}}, m.renter);
  m.accepts(rental_ref(rental), rental::command{rental::confirm{}}, m.owner);
  m.pass(5s);
  const std::string book = "\u201cMeditations\u201d";
  EXPECT_EQ(texts_to(m, m.renter),
            (std::vector{book + " is due on 1 January 2030, 02:00 UTC.",
                         book + " is late: fee 1, 3.00 EUR, fell due on 1 January 2030, 02:15 UTC.",
                         "The rental of " + book + " is complete."}));
  EXPECT_EQ(texts_to(m, m.owner),
            (std::vector{
                book + " was rented from 1 January 2030, 00:00 UTC to 1 January 2030, 02:00 UTC.",
                book + " was not returned in time.",
                book + " was returned. Confirm it, or dispute it within 48 hours.",
                "The rental of " + book + " is complete; you are paid."}));
}

TEST(Notices, tell_who_waited_that_the_rental_has_begun) {
  market m;
  const auto listing = m.advertise();
  const auto next = m.person("next");
  for (const auto who : {m.renter, next}) m.top_up(who, {10'000});
  const auto late = m.rent(listing, 2h);
  m.book(listing, next, m.world.now() + 3h, 3h);
  m.pass(4h);
  m.accepts(rental_ref(late), rental::command{rental::give_back{}}, m.owner);
  m.pass(5s);
  EXPECT_EQ(texts_to(m, next).back(),
            "\u201cMeditations\u201d is back, and your rental has begun. You pay 5.00 EUR for it "
            "until 1 January 2030, 06:00 UTC.");
}

}  // namespace
}  // namespace rentwave::testing
