#include <gtest/gtest.h>

#include "tests/unit/stage.hpp"

namespace rentwave {
namespace {

// --- book ---

book::attach advert(int n, std::string title) {
  return {"9780306406157", numbered<listing_id>(n), std::move(title),
          "Author of " + std::to_string(n)};
}

TEST(Book, is_named_by_its_first_advert) {
  stage<book::state> stage;
  EXPECT_EQ(stage.play_once(advert(1, "First")), names{"isbn.attach"});
  EXPECT_EQ(stage.play_once(advert(2, "Second")), names{"isbn.attach"});
  EXPECT_EQ(stage.s.isbn, "9780306406157");
  EXPECT_EQ(stage.s.title, "First");
  EXPECT_EQ(stage.s.author, "Author of 1");
  EXPECT_EQ(stage.s.adverts, 2);
  EXPECT_EQ(stage.happened<book::attached>(0).title, "Second");
}

TEST(Book, counts_its_adverts_and_stays_when_the_last_is_gone) {
  stage<book::state> stage;
  stage.play_once(advert(1, "First"));
  EXPECT_EQ(stage.play(book::detach{numbered<listing_id>(1)}), names{"isbn.detach"});
  EXPECT_EQ(stage.s.adverts, 0);
  EXPECT_EQ(stage.play(book::detach{numbered<listing_id>(1)}), names{});
  EXPECT_EQ(stage.s.adverts, 0);
  stage.play_once(advert(2, "Second"));
  EXPECT_EQ(stage.s.title, "First");
}

TEST(Book, owes_nobody_anything) {
  stage<book::state> stage;
  stage.play_once(advert(1, "First"));
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(stage.play(wake{}), names{});
  EXPECT_EQ(stage.acknowledge("x"), names{});
}

// --- inbox ---

inbox::deliver notice_to(account_id who, std::string text) {
  return {who, {"rent.late", instant{one_day}, std::move(text), {}, {}, {}}};
}

struct inbox_scene : stage<inbox::state> {
  explicit inbox_scene(int notices) {
    for (int n = 1; n <= notices; ++n) play_once(notice_to(ada, std::to_string(n)));
  }
};

TEST(Inbox, numbers_its_notices_from_1) {
  inbox_scene stage{2};
  EXPECT_EQ(stage.happened<inbox::delivered>(0).cursor, 2);
  EXPECT_EQ(stage.happened<inbox::delivered>(0).what.text, "2");
  EXPECT_EQ(stage.happened<inbox::delivered>(0).owner, ada);
  EXPECT_EQ(stage.s.last, 2);
  EXPECT_EQ(stage.s.unread(), 2);
}

TEST(Inbox, is_read_up_to_a_cursor) {
  inbox_scene stage{5};
  EXPECT_EQ(stage.play(inbox::mark_read{3}, ada), names{"inbox.read"});
  EXPECT_EQ(stage.s.unread(), 2);
}

TEST(Inbox, takes_a_cursor_beyond_the_newest_for_the_newest) {
  inbox_scene stage{5};
  stage.play(inbox::mark_read{99}, ada);
  EXPECT_EQ(stage.happened<inbox::read>(0).up_to, 5);
  EXPECT_EQ(stage.s.unread(), 0);
  stage.play_once(notice_to(ada, "6"));
  EXPECT_EQ(stage.s.unread(), 1);
}

TEST(Inbox, is_never_unread_again) {
  inbox_scene stage{5};
  stage.play(inbox::mark_read{4}, ada);
  for (const std::int64_t cursor : {4, 3, 0, -1})
    EXPECT_EQ(stage.play(inbox::mark_read{cursor}, ada), names{}) << cursor;
  EXPECT_EQ(stage.s.read, 4);
}

TEST(Inbox, is_read_by_its_owner_only) {
  inbox_scene stage{1};
  EXPECT_EQ(stage.code(inbox::mark_read{1}, bob), "not_owner");
  EXPECT_EQ(stage.code(inbox::mark_read{1}), "not_owner");
}

TEST(Inbox, that_never_had_a_notice_has_nothing_to_read) {
  inbox_scene stage{0};
  EXPECT_EQ(stage.play(inbox::mark_read{1}, ada), names{});
  EXPECT_EQ(stage.s.unread(), 0);
}

TEST(Inbox, owes_nobody_anything) {
  inbox_scene stage{1};
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(stage.play(wake{}), names{});
  EXPECT_EQ(stage.acknowledge("x"), names{});
}

}  // namespace
}  // namespace rentwave
