// A webhook and its person's inbox: who tells whom what, and what is owed after each answer.
#include <gtest/gtest.h>

#include "tests/unit/stage.hpp"

namespace rentwave {
namespace {

using namespace std::chrono_literals;

const auto first_hook = numbered<webhook_id>(7);
const auto second_hook = numbered<webhook_id>(8);

webhook::create creation_of(webhook_id id, std::vector<std::string> types = {}) {
  return {id, ada, {"https://example.org:8443/in?x=1"}, {"whsec_x"}, std::move(types)};
}

struct hook_scene : stage<webhook::state> {
  hook_scene() { has_alarms = true; }

  void make(std::vector<std::string> types = {}) {
    EXPECT_EQ(play(creation_of(first_hook, std::move(types)), ada), names{"webhook.create"});
  }
  void attach(std::int64_t cursor = 0) {
    EXPECT_EQ(acknowledge("attach", attachment{cursor}), names{"webhook.attach"});
  }
  /// Active, with something to post.
  void ring(std::int64_t up_to) { EXPECT_EQ(play(webhook::ring{up_to}), names{"webhook.ring"}); }
  void make_ringing() {
    make();
    attach();
    ring(1);
  }
  names fail(post_failure why = {post_trouble::timed_out, 0}) {
    const auto key = "post-" + std::to_string(s.tries + 1);
    return acknowledge(key, posted_so_far{s.cursor, false, why, now + 5s});
  }
  void resume() {
    now = *s.again;
    EXPECT_EQ(play(wake{}), names{"webhook.resume"});
  }
};

// --- from create to active ---

TEST(Webhook, asks_the_inbox_before_anything_is_posted) {
  hook_scene stage;
  stage.make({"rent.book", "rent.late"});
  EXPECT_EQ(stage.s.now, webhook::status::attaching);
  EXPECT_EQ(stage.owed(), names{"attach"});
  const auto owed = wants(stage.s)[0];
  EXPECT_EQ(owed.to, inbox_ref(ada));
  const auto& asked = std::get<inbox::attach>(std::get<inbox::command>(owed.body));
  EXPECT_EQ(asked.owner, ada);
  EXPECT_EQ(asked.hook, first_hook);
  EXPECT_EQ(asked.types, (std::vector<std::string>{"rent.book", "rent.late"}));
  stage.attach(41);
  EXPECT_EQ(stage.s.now, webhook::status::active);
  EXPECT_EQ(stage.s.cursor, 41);
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Webhook, is_made_by_its_owner_and_once) {
  hook_scene stage;
  EXPECT_EQ(stage.code(creation_of(first_hook), bob), "not_owner");
  EXPECT_EQ(stage.code(creation_of(first_hook)), "not_owner");
  stage.make();
  auto repeat = creation_of(first_hook);
  repeat.secret = {"another"};
  EXPECT_EQ(stage.play(repeat, ada), names{});
  EXPECT_EQ(stage.s.secret.text, "whsec_x");
  repeat.owner = bob;
  EXPECT_EQ(stage.code(repeat, bob), "already_exists");
}

/// A copy of what was refused might come when there is room.
TEST(Webhook, that_is_rejected_takes_back_what_it_asked) {
  hook_scene stage;
  stage.make();
  const refusal full{refusal_code::too_many_webhooks, "Full.", {}};
  EXPECT_EQ(stage.acknowledge("attach", full), names{"webhook.reject"});
  EXPECT_EQ(stage.s.why_rejected, full);
  EXPECT_FALSE(stage.s.exists());
  EXPECT_EQ(stage.s.url.text, "");
  EXPECT_EQ(stage.s.secret.text, "");
  EXPECT_EQ(stage.owed(), names{"detach"});
  EXPECT_EQ(stage.acknowledge("detach"), names{"webhook.detach"});
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Webhook, waits_for_a_real_answer_of_the_inbox) {
  hook_scene stage;
  stage.make();
  EXPECT_EQ(stage.acknowledge("attach", accepted{}), names{});
  EXPECT_EQ(stage.acknowledge("post-1", posted_so_far{1, true}), names{});
  EXPECT_EQ(stage.owed(), names{"attach"});
}

// --- posting ---

TEST(Webhook, has_posted_what_it_is_rung_for) {
  hook_scene stage;
  stage.make();
  stage.attach(3);
  stage.ring(5);
  EXPECT_EQ(stage.owed(), names{"post-1"});
  const auto owed = wants(stage.s)[0];
  EXPECT_EQ(owed.to, postman_ref(first_hook));
  const auto& asked = std::get<postman::post>(std::get<postman::command>(owed.body));
  EXPECT_EQ(asked.hook, first_hook);
  EXPECT_EQ(asked.n, 1);
  EXPECT_EQ(asked.receiver, "example.org:8443");
  EXPECT_EQ(stage.acknowledge("post-1", posted_so_far{4, true}), names{"webhook.post"});
  EXPECT_EQ(stage.owed(), names{"post-2"});
  EXPECT_EQ(stage.acknowledge("post-2", posted_so_far{5, false}), names{"webhook.post"});
  EXPECT_EQ(stage.s.cursor, 5);
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Webhook, may_be_rung_before_it_knows_that_it_is_attached) {
  hook_scene stage;
  stage.make();
  stage.ring(5);
  EXPECT_EQ(stage.owed(), names{"attach"});
  stage.attach(4);
  EXPECT_EQ(stage.owed(), names{"post-1"});
}

TEST(Webhook, is_never_rung_back) {
  hook_scene stage;
  stage.make_ringing();
  EXPECT_EQ(stage.play(webhook::ring{1}), names{});
  EXPECT_EQ(stage.play(webhook::ring{0}), names{});
  EXPECT_EQ(stage.s.rung, 1);
}

TEST(Webhook, pauses_after_a_failure_and_tries_the_same_again) {
  hook_scene stage;
  stage.make_ringing();
  EXPECT_EQ(stage.fail({post_trouble::status, 503}), names{"webhook.fail"});
  EXPECT_EQ(stage.s.failures, 1);
  EXPECT_EQ(stage.s.last_failure->why, (post_failure{post_trouble::status, 503}));
  EXPECT_EQ(stage.s.last_failure->at, stage.now);
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(alarm(stage.s), stage.now + 5s);
  stage.ring(2);
  EXPECT_EQ(stage.owed(), names{}) << "what is new waits, too";
  EXPECT_EQ(stage.play(wake{}), names{}) << "too early";
  stage.resume();
  EXPECT_EQ(alarm(stage.s), std::nullopt);
  EXPECT_EQ(stage.owed(), names{"post-2"});
  EXPECT_EQ(stage.acknowledge("post-1", posted_so_far{1, true}), names{}) << "the old try";
  EXPECT_EQ(stage.acknowledge("post-2", posted_so_far{1, true}), names{"webhook.post"});
  EXPECT_EQ(stage.s.failures, 0);
  EXPECT_FALSE(stage.s.last_failure);
}

TEST(Webhook, that_finds_nothing_of_its_types_has_not_succeeded) {
  hook_scene stage;
  stage.make_ringing();
  stage.fail();
  stage.resume();
  stage.acknowledge("post-2", posted_so_far{1, false});
  EXPECT_EQ(stage.s.failures, 1);
  EXPECT_TRUE(stage.s.last_failure);
}

TEST(Webhook, is_switched_off_after_so_many_failures_in_a_row) {
  hook_scene stage;
  stage.make_ringing();
  for (int n = 1; n < webhook::most_failures; ++n) {
    ASSERT_EQ(stage.fail(), names{"webhook.fail"}) << n;
    stage.resume();
  }
  EXPECT_EQ(stage.fail(), (names{"webhook.fail", "webhook.switch-off"}));
  EXPECT_EQ(stage.happened<webhook::switched_off>(1).owner, ada);
  EXPECT_EQ(stage.happened<webhook::switched_off>(1).failures, webhook::most_failures);
  EXPECT_EQ(stage.s.now, webhook::status::off);
  EXPECT_TRUE(stage.s.exists());
  EXPECT_EQ(stage.s.url.text, "https://example.org:8443/in?x=1") << "its owner may look";
  EXPECT_EQ(stage.s.secret.text, "");
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(alarm(stage.s), std::nullopt);
  EXPECT_EQ(stage.code(webhook::ring{9}), "unknown_entity");
}

TEST(Webhook, is_switched_off_at_once_when_its_receiver_is_gone) {
  hook_scene stage;
  stage.make_ringing();
  EXPECT_EQ(stage.fail({post_trouble::status, 410}), (names{"webhook.fail", "webhook.switch-off"}));
  EXPECT_EQ(stage.s.now, webhook::status::off);
}

// 5 s, three times that after each failure: 5 * 3^7 = 10,935 s is the last below 8 h; with 7 more
// of 8 h that makes 16,400 s + 56 h, two days and a half.
TEST(Webhook, pauses_longer_and_longer_for_two_days_and_a_half) {
  EXPECT_EQ(webhook::pause_after(1), 5s);
  EXPECT_EQ(webhook::pause_after(2), 15s);
  EXPECT_EQ(webhook::pause_after(8), 10'935s);
  EXPECT_EQ(webhook::pause_after(9), 8h);
  EXPECT_EQ(webhook::pause_after(1'000'000), 8h);
  duration all{};
  for (int n = 1; n < webhook::most_failures; ++n) all += webhook::pause_after(n);
  EXPECT_EQ(all, 16'400s + 56h);
}

TEST(Webhook, has_a_receiver_by_host_and_port) {
  EXPECT_EQ(webhook::receiver_of("https://a.example/x/y?z"), "a.example");
  EXPECT_EQ(webhook::receiver_of("http://[2001:db8::1]:8080?q"), "[2001:db8::1]:8080");
  EXPECT_EQ(webhook::receiver_of("https://a.example"), "a.example");
  EXPECT_EQ(webhook::receiver_of(""), "");
}

TEST(Webhook, posts_a_notice_under_one_id_whenever_it_does) {
  EXPECT_EQ(webhook::delivery_id(first_hook, 1), webhook::delivery_id(first_hook, 1));
  EXPECT_NE(webhook::delivery_id(first_hook, 1), webhook::delivery_id(first_hook, 2));
  EXPECT_NE(webhook::delivery_id(first_hook, 1), webhook::delivery_id(second_hook, 1));
}

// --- the end ---

TEST(Webhook, is_removed_by_its_owner_or_the_inbox_and_forgets_its_secrets) {
  for (const auto caller : {std::optional{ada}, std::optional<account_id>{}}) {
    hook_scene stage;
    stage.make_ringing();
    EXPECT_EQ(stage.play(webhook::remove{}, caller), names{"webhook.remove"});
    EXPECT_FALSE(stage.s.exists());
    EXPECT_EQ(stage.s.url.text, "");
    EXPECT_EQ(stage.s.secret.text, "");
    EXPECT_EQ(stage.owed(), names{"detach"});
    EXPECT_EQ(stage.acknowledge("post-1", posted_so_far{1, true}), names{}) << "under way then";
    EXPECT_EQ(stage.code(webhook::ring{9}), "unknown_entity");
    EXPECT_EQ(stage.acknowledge("detach"), names{"webhook.detach"});
    EXPECT_EQ(stage.owed(), names{});
  }
}

TEST(Webhook, is_nobody_elses_to_remove_and_says_nothing_to_them) {
  hook_scene stage;
  EXPECT_EQ(stage.code(webhook::remove{}, ada), "unknown_entity") << "not made yet";
  EXPECT_EQ(stage.code(webhook::remove{}), "unknown_entity");
  stage.make();
  EXPECT_EQ(stage.code(webhook::remove{}, bob), "unknown_entity");
}

TEST(Webhook, that_is_removed_while_it_pauses_wakes_no_more) {
  hook_scene stage;
  stage.make_ringing();
  stage.fail();
  stage.play(webhook::remove{}, ada);
  EXPECT_EQ(alarm(stage.s), std::nullopt);
  stage.now += 1h;
  EXPECT_EQ(stage.play(wake{}), names{});
}

/// The inbox may have said yes to it, or be about to.
TEST(Webhook, that_is_removed_before_it_is_attached_takes_back_what_it_asked) {
  hook_scene stage;
  stage.make();
  stage.play(webhook::remove{}, ada);
  EXPECT_EQ(stage.owed(), names{"detach"});
  EXPECT_EQ(stage.acknowledge("attach", attachment{3}), names{});
  EXPECT_EQ(stage.s.now, webhook::status::removed);
}

// --- the inbox ---

inbox::deliver notice_of(std::string type) {
  return {ada, {std::move(type), instant{one_day}, "Text", {}, {}, {}}};
}

struct ringing_scene : stage<inbox::state> {
  void attach(webhook_id hook, std::vector<std::string> types = {}) {
    EXPECT_EQ(play(inbox::attach{ada, hook, std::move(types)}), names{"inbox.attach"});
  }
  void tell(std::string type = "rent.late") { play_once(notice_of(std::move(type))); }
  static std::string ring(webhook_id hook, int cursor) {
    return "ring-" + to_string(hook) + '-' + std::to_string(cursor);
  }
};

TEST(InboxHook, begins_at_the_newest_notice) {
  ringing_scene stage;
  stage.tell();
  stage.play_once(inbox::attach{ada, first_hook, {}});
  EXPECT_EQ(stage.answer(), outcome{attachment{1}});
  EXPECT_EQ(stage.owed(), names{});
  stage.tell();
  EXPECT_EQ(stage.owed(), names{stage.ring(first_hook, 2)});
  const auto owed = wants(stage.s)[0];
  EXPECT_EQ(owed.to, webhook_ref(first_hook));
  EXPECT_EQ(std::get<webhook::ring>(std::get<webhook::command>(owed.body)).up_to, 2);
}

TEST(InboxHook, of_somebody_who_was_never_told_anything_knows_whose_it_is) {
  ringing_scene stage;
  stage.attach(first_hook);
  EXPECT_EQ(stage.s.owner, ada);
}

TEST(InboxHook, is_rung_for_its_types) {
  ringing_scene stage;
  stage.attach(first_hook, {"rent.book", "rent.late"});
  stage.attach(second_hook);
  stage.tell("rent.start");
  EXPECT_EQ(stage.owed(), names{stage.ring(second_hook, 1)});
  stage.tell("rent.book");
  EXPECT_EQ(stage.owed(), (names{stage.ring(first_hook, 2), stage.ring(second_hook, 2)}));
}

TEST(InboxHook, that_was_rung_for_the_newest_is_rung_no_more) {
  ringing_scene stage;
  stage.attach(first_hook);
  stage.tell();
  stage.tell();
  EXPECT_EQ(stage.acknowledge(stage.ring(first_hook, 1)), names{}) << "overtaken";
  EXPECT_EQ(stage.owed(), names{stage.ring(first_hook, 2)});
  EXPECT_EQ(stage.acknowledge(stage.ring(first_hook, 2)), names{"inbox.ring"});
  EXPECT_EQ(stage.owed(), names{});
}

TEST(InboxHook, that_was_switched_off_is_left_in_peace_and_keeps_its_place) {
  ringing_scene stage;
  stage.attach(first_hook);
  stage.tell();
  const refusal off{refusal_code::unknown_entity, "Off.", {}};
  EXPECT_EQ(stage.acknowledge(stage.ring(first_hook, 1), off), names{"inbox.silence"});
  stage.tell();
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(stage.s.hooks.size(), 1U);
}

TEST(InboxHook, has_room_beside_so_many) {
  ringing_scene stage;
  for (int n = 1; n <= static_cast<int>(inbox::max_hooks); ++n)
    stage.attach(numbered<webhook_id>(n));
  const auto one_more = numbered<webhook_id>(100);
  EXPECT_EQ(stage.code(inbox::attach{ada, one_more, {}}), "too_many_webhooks");
  EXPECT_EQ(stage.play(inbox::detach{numbered<webhook_id>(1)}), names{"inbox.detach"});
  stage.attach(one_more);
}

TEST(InboxHook, that_is_detached_is_rung_no_more) {
  ringing_scene stage;
  stage.attach(first_hook);
  stage.tell();
  EXPECT_EQ(stage.play(inbox::detach{first_hook}), names{"inbox.detach"});
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(stage.acknowledge(stage.ring(first_hook, 1)), names{});
}

TEST(InboxHook, that_is_detached_first_is_never_attached) {
  ringing_scene stage;
  EXPECT_EQ(stage.play(inbox::detach{first_hook}), names{"inbox.detach"});
  EXPECT_EQ(stage.code(inbox::attach{ada, first_hook, {}}), "undone");
  for (int n = 0; n < static_cast<int>(inbox::max_undone); ++n)
    stage.play(inbox::detach{numbered<webhook_id>(1000 + n)});
  EXPECT_EQ(stage.s.undone.size(), inbox::max_undone);
  stage.attach(first_hook);  // forgotten by then
}

TEST(InboxHook, is_attached_and_detached_by_itself_alone) {
  ringing_scene stage;
  EXPECT_EQ(stage.code(inbox::attach{ada, first_hook, {}}, ada), "not_owner");
  EXPECT_EQ(stage.code(inbox::detach{first_hook}, ada), "not_owner");
}

TEST(InboxHook, is_to_remove_itself_when_its_person_has_left) {
  ringing_scene stage;
  stage.attach(first_hook);
  stage.tell();
  EXPECT_EQ(stage.play(inbox::close{ada}), names{"inbox.close"});
  const auto key = "remove-" + to_string(first_hook);
  EXPECT_EQ(stage.owed(), names{key});
  EXPECT_EQ(wants(stage.s)[0].to, webhook_ref(first_hook));
  EXPECT_EQ(stage.code(inbox::attach{ada, second_hook, {}}), "account_closed");
  EXPECT_EQ(stage.acknowledge(stage.ring(first_hook, 1)), names{});
  EXPECT_EQ(stage.acknowledge(key), names{}) << "until it has detached itself";
  EXPECT_EQ(stage.owed(), names{key});
  EXPECT_EQ(stage.play(inbox::detach{first_hook}), names{"inbox.detach"});
  EXPECT_EQ(stage.owed(), names{});
}

}  // namespace
}  // namespace rentwave
