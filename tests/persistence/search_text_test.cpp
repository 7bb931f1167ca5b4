#include "persistence/search_text.hpp"

#include <gmock/gmock.h>

#include "persistence/fold.hpp"

namespace rentwave {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Words, are_runs_of_letters_and_digits) {
  EXPECT_THAT(words_of("Mountain-bike, 28\" (blue)", 9),
              ElementsAre("Mountain", "bike", "28", "blue"));
  EXPECT_THAT(words_of(" \t\"*()'-", 9), IsEmpty());
  EXPECT_THAT(words_of("", 9), IsEmpty());
}

TEST(Words, end_at_punctuation_of_any_script) {
  EXPECT_THAT(words_of("caf\xC3\xA9\xC2\xA0\xC2\xAB"
                       "bar\xC2\xBB\xE2\x80\x94"
                       "baz",
                       9),
              ElementsAre("caf\xC3\xA9", "bar", "baz"));
  EXPECT_THAT(words_of("bike\xF0\x9F\x9A\xB2trip", 9), ElementsAre("bike", "trip"));
}

TEST(Words, survive_text_that_is_no_utf8) {
  EXPECT_THAT(words_of("\xFF\xC3", 9), SizeIs(1));
  EXPECT_THAT(words_of("a \xE2", 9), SizeIs(1));
  EXPECT_THAT(words_of("\xC3'a\xF0\"b", 9), ElementsAre("\xC3", "a\xF0", "b"));
}

TEST(Words, are_limited) {
  EXPECT_THAT(words_of("a b c d", 2), ElementsAre("a", "b"));
  EXPECT_THAT(words_of("a b", 2), ElementsAre("a", "b"));
}

TEST(FoldedWords, have_neither_case_nor_diacritics) {
  EXPECT_THAT(folded_words("CAF\xC3\x89 \xC5\xBB\xC3\xB3\xC5\x82w e\xCC\x81 \xC3\x9F"),
              ElementsAre("cafe", "zo\xC5\x82w", "e", "\xC3\x9F"));
}

TEST(FoldedWords, are_the_same_in_capitals_in_every_script) {
  EXPECT_THAT(folded_words("București BUCUREȘTI Bucureşti"),
              ElementsAre("bucuresti", "bucuresti", "bucuresti"));
  EXPECT_THAT(folded_words("Hà Nội"), ElementsAre("ha", "noi"));
  EXPECT_EQ(folded_words("ΑΘΉΝΑ"), folded_words("Αθήνα"));
  EXPECT_EQ(folded_words("ҐАНОК ҚАЗАҚСТАН"), folded_words("ґанок қазақстан"));
}

/// Vowel signs are no letters to the tokeniser, and make a word another one.
TEST(FoldedWords, keep_what_is_between_the_letters) {
  EXPECT_THAT(folded_words("दिल्ली"), ElementsAre("दिल्ली"));
  EXPECT_THAT(folded_words("नी ना"), ElementsAre("नी", "ना"));
}

TEST(FoldedWords, never_come_to_have_a_quote) {
  EXPECT_THAT(folded_words("\xC0\xA7 \xC3"), ElementsAre("\xC0\xA7", "\xC3"));
}

TEST(TextOf, has_the_texts_of_every_kind) {
  offer content;
  content.title = "Title";
  content.description = "Description";
  content.where.city = "Oslo";
  content.item = book_details{"978", "Dune", "Herbert"};
  EXPECT_EQ(text_of(content).title, "Title");
  EXPECT_EQ(text_of(content).description, "Description");
  EXPECT_EQ(text_of(content).details, "Dune Herbert 978 Oslo");
  content.item = vehicle_details{"van", "VW", "T6", 2015, 6, 900, "manual", "diesel"};
  EXPECT_EQ(text_of(content).details, "VW T6 van manual diesel Oslo");
  content.item = room_details{2, 1, 1, {"Sauna", "Wi-Fi"}};
  EXPECT_EQ(text_of(content).details, "Sauna Wi-Fi Oslo");
}

}  // namespace
}  // namespace rentwave
