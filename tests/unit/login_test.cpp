// Logins, their sessions and accounts; and the three together under a post that reorders.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/unit/dice.hpp"
#include "tests/unit/stage.hpp"

namespace rentwave {
namespace {

session_id session_number(int n) {
  return numbered<session_id>(100 + n);
}
std::string end_key(int n) {
  return "end-" + to_string(session_number(n));
}

login::sign_up sign_up_of(account_id who) {
  return {"ada", who, {"hash"}, {"Ada"}, {"ada@example.org"}, {"1 High Street"}};
}

struct login_scene : stage<login::state> {
  login_scene() { play(sign_up_of(ada)); }
};

// --- login ---

TEST(Login, takes_names_of_3_to_32_letters_digits_and_dots_in_any_case) {
  using login::normalise_username;
  EXPECT_EQ(normalise_username("Ada_Love.lace-1"), "ada_love.lace-1");
  EXPECT_EQ(normalise_username("abc"), "abc");
  EXPECT_EQ(normalise_username(std::string(32, 'Z')), std::string(32, 'z'));
  for (const std::string bad : {"", "ab", "a b", "ad/a", "ad@a",
                                "\xC3\xA4"
                                "da",
                                "a\tb"})
    EXPECT_EQ(normalise_username(bad), std::nullopt) << bad;
  EXPECT_EQ(normalise_username(std::string(33, 'a')), std::nullopt);
  EXPECT_EQ(normalise_username(std::string_view{"ab\0c", 4}), std::nullopt);
}

TEST(Login, gives_a_name_out_once) {
  stage<login::state> empty;
  EXPECT_EQ(empty.play(sign_up_of(ada)), names{"user.register"});
  EXPECT_EQ(empty.s.password_version, 1);
  EXPECT_EQ(empty.code(sign_up_of(bob)), "username_taken");
}

TEST(Login, opens_the_account_and_keeps_no_profile_then) {
  login_scene stage;
  const auto owed = wants(stage.s);
  ASSERT_EQ(owed.size(), 1u);
  EXPECT_EQ(owed[0].key, "open");
  EXPECT_EQ(owed[0].to, account_ref(ada));
  const auto& asked = std::get<account::open>(std::get<account::command>(owed[0].body));
  EXPECT_EQ(asked.id, ada);
  EXPECT_EQ(asked.username, "ada");
  EXPECT_EQ(asked.display_name.text, "Ada");
  EXPECT_EQ(asked.email.text, "ada@example.org");
  EXPECT_EQ(asked.address.text, "1 High Street");

  EXPECT_EQ(stage.acknowledge("open"), names{"user.ready"});
  EXPECT_EQ(stage.s.display_name.text + stage.s.email.text + stage.s.address.text, "");
  EXPECT_EQ(stage.s.password_hash.text, "hash");
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Login, asks_for_its_account_until_it_is_there) {
  login_scene stage;
  EXPECT_EQ(stage.acknowledge("open", refusal{}), names{});
  EXPECT_EQ(stage.owed(), names{"open"});
}

TEST(Login, that_nobody_has_knows_nothing) {
  stage<login::state> empty;
  EXPECT_EQ(empty.code(login::add_session{session_number(1), 1}), "unknown_entity");
  EXPECT_EQ(empty.code(login::change_password{1, {"x"}, {}}, ada), "unknown_entity");
  EXPECT_EQ(empty.play(login::drop_session{session_number(1)}), names{});
  EXPECT_EQ(empty.play(answered{"open", accepted{}}), names{});
  EXPECT_EQ(empty.owed(), names{});
}

TEST(Login, knows_its_sessions_until_they_are_dropped) {
  login_scene stage;
  EXPECT_EQ(stage.play(login::add_session{session_number(1), 1}), names{"user.login"});
  EXPECT_EQ(stage.s.sessions, std::vector{session_number(1)});
  EXPECT_EQ(stage.play(login::drop_session{session_number(1)}), names{"user.logout"});
  EXPECT_TRUE(stage.s.sessions.empty());
}

// A link asks again what it may have lost: the first asking may come after the second was answered.
TEST(Login, does_not_take_a_session_that_was_dropped_before_it_came) {
  login_scene stage;
  EXPECT_EQ(stage.play(login::drop_session{session_number(1)}), names{"user.logout"});
  EXPECT_EQ(stage.play(login::drop_session{session_number(1)}), names{});
  EXPECT_EQ(stage.code(login::add_session{session_number(1), 1}), "session_ended");
  for (int i = 2; i <= static_cast<int>(login::max_dropped) + 1; ++i)
    stage.play(login::drop_session{session_number(i)});
  EXPECT_EQ(stage.s.dropped.size(), login::max_dropped);
  EXPECT_EQ(stage.code(login::add_session{session_number(2), 1}), "session_ended");
}

TEST(Login, refuses_a_session_that_began_with_an_older_password) {
  login_scene stage;
  stage.play(login::change_password{1, {"new"}, {}}, ada);
  EXPECT_EQ(stage.code(login::add_session{session_number(1), 1}), "bad_credentials");
  EXPECT_EQ(stage.play(login::add_session{session_number(1), 2}), names{"user.login"});
}

TEST(Login, ends_the_oldest_session_when_there_are_too_many) {
  login_scene stage;
  stage.acknowledge("open");
  const int most = static_cast<int>(login::max_sessions);
  for (int n = 0; n < most; ++n) stage.play(login::add_session{session_number(n), 1});
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(stage.play(login::add_session{session_number(most), 1}), names{"user.login"});
  EXPECT_EQ(stage.s.sessions.size(), login::max_sessions);
  EXPECT_EQ(stage.s.sessions.front(), session_number(1));
  ASSERT_EQ(stage.owed(), names{end_key(0)});
  const auto owed = wants(stage.s);
  EXPECT_EQ(owed[0].to, session_ref(session_number(0)));
  EXPECT_TRUE(std::holds_alternative<session::end>(std::get<session::command>(owed[0].body)));
}

TEST(Login, a_new_password_ends_all_sessions_but_the_one_that_asked) {
  login_scene stage;
  stage.acknowledge("open");
  for (int n = 1; n <= 3; ++n) stage.play(login::add_session{session_number(n), 1});
  EXPECT_EQ(stage.play(login::change_password{1, {"new"}, session_number(2)}, ada),
            names{"user.password"});
  EXPECT_EQ(stage.s.password_hash.text, "new");
  EXPECT_EQ(stage.s.password_version, 2);
  EXPECT_EQ(stage.s.sessions, std::vector{session_number(2)});
  EXPECT_EQ(stage.owed(), (names{end_key(1), end_key(3)}));
  EXPECT_EQ(stage.acknowledge(end_key(1)), names{"user.logout"});
  EXPECT_EQ(stage.acknowledge(end_key(3), refusal{}), names{"user.logout"});
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(stage.acknowledge(end_key(2)), names{}) << "that session was never told to end";
  EXPECT_EQ(stage.s.sessions, std::vector{session_number(2)});
}

/// As session `by` makes it for a program.
login::add_session token(int n, int by) {
  return {session_number(n), 0, session_number(by)};
}

std::vector<session_id> tokens_of(const login::state& s) {
  std::vector<session_id> all;
  for (const auto& each : s.programs) all.push_back(each.session);
  return all;
}

TEST(Login, takes_a_token_that_one_of_its_sessions_makes) {
  login_scene stage;
  stage.acknowledge("open");
  EXPECT_EQ(stage.code(token(2, 1)), "session_ended") << "which is none of its own";
  stage.play(login::add_session{session_number(1), 1});
  EXPECT_EQ(stage.play(token(2, 1)), names{"user.login"});
  EXPECT_EQ(tokens_of(stage.s), std::vector{session_number(2)});
  EXPECT_EQ(stage.code(token(3, 2)), "session_ended") << "a token makes none";
  stage.play(login::drop_session{session_number(1)});
  EXPECT_EQ(stage.code(token(3, 1)), "session_ended");
  EXPECT_EQ(tokens_of(stage.s), std::vector{session_number(2)}) << "it outlives who made it";
  EXPECT_EQ(stage.play(login::drop_session{session_number(2)}), names{"user.logout"});
  EXPECT_TRUE(stage.s.programs.empty());
}

TEST(Login, refuses_one_token_too_many_and_ends_none_for_a_new_session) {
  login_scene stage;
  stage.acknowledge("open");
  stage.play(login::add_session{session_number(0), 1});
  const int most = static_cast<int>(login::max_programs);
  for (int n = 1; n <= most; ++n) stage.play(token(n, 0));
  EXPECT_EQ(stage.code(token(most + 1, 0)), "too_many_sessions");
  const int sessions = static_cast<int>(login::max_sessions);
  for (int n = 1; n <= sessions; ++n) stage.play(login::add_session{session_number(1000 + n), 1});
  EXPECT_EQ(stage.s.programs.size(), login::max_programs);
  EXPECT_EQ(stage.owed(), names{end_key(0)});
}

TEST(Login, ends_tokens_whose_time_is_up_for_a_new_one) {
  login_scene stage;
  stage.acknowledge("open");
  stage.play(login::add_session{session_number(0), 1});
  const auto token_until = [](int n, int made_hour, int last_hour) {
    auto one = token(n, 0);
    one.life = period{instant{one_hour * made_hour}, instant{one_hour * last_hour}};
    return one;
  };
  const int most = static_cast<int>(login::max_programs);
  stage.play(token(1, 0));  // of which nothing is known
  stage.play(token_until(2, 1, 5));
  for (int n = 3; n <= most; ++n) stage.play(token_until(n, 1, 4));
  EXPECT_EQ(stage.code(token_until(99, 3, 9)), "too_many_sessions");
  EXPECT_EQ(login::count_programs(stage.s, instant{one_hour * 4}), 2u);
  EXPECT_EQ(stage.play(token_until(99, 4, 9)), names{"user.login"});
  EXPECT_EQ(tokens_of(stage.s),
            (std::vector{session_number(1), session_number(2), session_number(99)}));
  EXPECT_EQ(stage.owed().size(), login::max_programs - 2);
  EXPECT_EQ(stage.acknowledge(end_key(3)), names{"user.logout"});
}

TEST(Login, a_new_password_ends_tokens_too) {
  login_scene stage;
  stage.acknowledge("open");
  stage.play(login::add_session{session_number(1), 1});
  stage.play(token(2, 1));
  stage.play(login::change_password{1, {"new"}, session_number(1)}, ada);
  EXPECT_TRUE(stage.s.programs.empty());
  EXPECT_EQ(stage.owed(), names{end_key(2)});
  EXPECT_EQ(stage.code(token(2, 1)), "") << "a late copy of what it knows is nothing new";
  EXPECT_EQ(stage.acknowledge(end_key(2)), names{"user.logout"});
}

TEST(Login, changes_the_password_only_for_its_person_who_knew_it) {
  login_scene stage;
  EXPECT_EQ(stage.code(login::change_password{1, {"new"}, {}}, bob), "bad_credentials");
  EXPECT_EQ(stage.code(login::change_password{1, {"new"}, {}}), "bad_credentials");
  EXPECT_EQ(stage.code(login::change_password{2, {"new"}, {}}, ada), "bad_credentials");
}

TEST(Login, ignores_answers_to_what_it_never_asked) {
  login_scene stage;
  for (const std::string key : {"", "end-", "end-x", "close"})
    EXPECT_EQ(stage.acknowledge(key), names{}) << key;
  EXPECT_EQ(stage.play(wake{}), names{});
}

// --- session ---

session::start start_of(int n, account_id who = ada) {
  return {session_number(n), who, "ada", 1, {"browser"}, {"192.0.2.1"}};
}

struct session_scene : stage<session::state> {
  session_scene() {
    now = instant{one_day};
    EXPECT_EQ(play(start_of(1)), names{"session.start"});
  }
};

TEST(Session, announces_itself_to_the_login) {
  session_scene stage;
  EXPECT_EQ(stage.s.now, session::status::open);
  EXPECT_EQ(stage.s.since, instant{one_day});
  const auto owed = wants(stage.s);
  ASSERT_EQ(owed.size(), 1u);
  EXPECT_EQ(owed[0].key, "announce");
  EXPECT_EQ(owed[0].to, login_ref("ada"));
  const auto& asked = std::get<login::add_session>(std::get<login::command>(owed[0].body));
  EXPECT_EQ(asked.session, session_number(1));
  EXPECT_EQ(asked.password_version, 1);
  EXPECT_EQ(stage.acknowledge("announce"), names{"session.register"});
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Session, of_a_program_says_until_when) {
  stage<session::state> stage;
  auto start = start_of(1);
  start.program =
      session::grant{{"a bot"}, {scope::read}, instant{one_hour * 9}, session_number(2)};
  start.program->made_at = instant{one_hour};
  stage.play(start);
  const auto owed = wants(stage.s);
  const auto& asked = std::get<login::add_session>(std::get<login::command>(owed.at(0).body));
  EXPECT_EQ(asked.by, session_number(2));
  EXPECT_EQ(asked.life, (period{instant{one_hour}, instant{one_hour * 9}}));
}

// And sees to it that the login does not take it later, from a repeat that was late.
TEST(Session, ends_when_the_login_does_not_take_it) {
  session_scene stage;
  EXPECT_EQ(stage.acknowledge("announce", refusal{}), names{"session.end"});
  EXPECT_EQ(stage.s.now, session::status::ended);
  EXPECT_EQ(stage.owed(), names{"withdraw"});
  EXPECT_EQ(stage.acknowledge("withdraw"), names{"session.unregister"});
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Session, is_ended_by_its_person_or_the_login) {
  for (const auto caller : {std::optional{ada}, std::optional<account_id>{}}) {
    session_scene stage;
    stage.acknowledge("announce");
    EXPECT_EQ(stage.play(session::end{}, caller), names{"session.end"});
    EXPECT_EQ(stage.s.now, session::status::ended);
    ASSERT_EQ(stage.owed(), names{"withdraw"});
    const auto owed = wants(stage.s);
    EXPECT_EQ(owed[0].to, login_ref("ada"));
    EXPECT_EQ(std::get<login::drop_session>(std::get<login::command>(owed[0].body)).session,
              session_number(1));
    EXPECT_EQ(stage.acknowledge("withdraw", refusal{}), names{"session.unregister"});
    EXPECT_EQ(stage.owed(), names{});
    EXPECT_EQ(stage.play(session::end{}, caller), names{});
  }
}

TEST(Session, tells_strangers_nothing) {
  session_scene stage;
  EXPECT_EQ(stage.code(session::end{}, bob), "unknown_entity");
  rentwave::stage<session::state> empty;
  EXPECT_EQ(empty.refused(session::end{}, bob), stage.refused(session::end{}, bob));
  stage.play(session::end{}, ada);
  EXPECT_EQ(stage.code(session::end{}, bob), "unknown_entity");
}

TEST(Session, that_ends_while_it_is_announced_is_withdrawn_whatever_comes_first) {
  session_scene stage;
  stage.play(session::end{}, ada);
  EXPECT_EQ(stage.owed(), names{"withdraw"});
  EXPECT_EQ(stage.acknowledge("announce"), names{});
  EXPECT_EQ(stage.acknowledge("announce", refusal{}), names{});
  EXPECT_EQ(stage.acknowledge("withdraw"), names{"session.unregister"});
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Session, keeps_its_id_and_never_starts_again) {
  session_scene stage;
  EXPECT_EQ(stage.code(start_of(1, bob)), "already_exists");
  stage.play(session::end{}, ada);
  EXPECT_EQ(stage.play(start_of(1)), names{});
  EXPECT_EQ(stage.s.now, session::status::ended);
  EXPECT_EQ(stage.play(wake{}), names{});
}

// --- account ---

const account::open opening{ada, "ada", {"Ada"}, {"ada@example.org"}, {}};

TEST(Account, is_opened_once_by_its_login) {
  stage<account::state> stage;
  stage.now = instant{one_day};
  EXPECT_EQ(stage.play(opening), names{"account.open"});
  EXPECT_EQ(stage.s.since, instant{one_day});
  EXPECT_EQ(stage.s.username, "ada");
  EXPECT_EQ(stage.code(account::open{ada, "bob", {}, {}, {}}), "already_exists");
}

TEST(Account, is_edited_by_its_person_and_what_is_absent_stays) {
  stage<account::state> stage;
  EXPECT_EQ(stage.code(account::edit{}, ada), "unknown_entity");
  stage.play(opening);
  EXPECT_EQ(stage.code(account::edit{personal{"X"}, {}, {}}, bob), "not_owner");
  EXPECT_EQ(stage.code(account::edit{personal{"X"}, {}, {}}), "not_owner");
  EXPECT_EQ(stage.play(account::edit{personal{"Countess"}, {}, personal{"London"}}, ada),
            names{"account.edit"});
  EXPECT_EQ(stage.s.display_name.text, "Countess");
  EXPECT_EQ(stage.s.email.text, "ada@example.org");
  EXPECT_EQ(stage.s.address.text, "London");
}

TEST(Account, an_edit_that_changes_nothing_is_no_event) {
  stage<account::state> stage;
  stage.play(opening);
  EXPECT_EQ(stage.play(account::edit{}, ada), names{});
  EXPECT_EQ(stage.play(account::edit{personal{"Ada"}, {}, personal{}}, ada), names{});
  EXPECT_EQ(stage.play(wake{}), names{});
  EXPECT_EQ(stage.acknowledge("x"), names{});
  EXPECT_EQ(stage.owed(), names{});
}

// --- all together ---

/// A login and its sessions. Wants are delivered in any order and repeated, answers get lost; what
/// had events is remembered by its id, as the runtime does.
class household {
 public:
  explicit household(std::uint64_t seed) : chance_{seed} { login_.play(sign_up_of(ada)); }

  void live() {
    for (int i = 0; i < 200; ++i) {
      switch (chance_.below(6)) {
        case 0:
          // The password was checked a while ago, so its version may be old by now.
          start(std::max(1, login_.s.password_version - static_cast<int>(chance_.below(2))));
          break;
        case 1:
          if (started_ > 0) of(some()).play(session::end{}, ada);
          break;
        case 2:
          if (chance_.percent(20))
            login_.play(login::change_password{login_.s.password_version, {"new"}, some()}, ada);
          break;
        default:
          deliver_something();
      }
    }
    for (int quiet = 0; quiet < 10'000 && has_mail(); ++quiet) deliver_something();
  }

  void check() {
    EXPECT_FALSE(has_mail()) << "it never came to rest";
    std::vector<session_id> open;
    for (const auto& [id, each] : sessions_)
      if (each.s.now == session::status::open) open.push_back(id);
    auto known = login_.s.sessions;
    std::ranges::sort(known);
    EXPECT_EQ(known, open) << "the login and the sessions disagree";
    EXPECT_TRUE(login_.s.ending.empty());
    EXPECT_TRUE(login_.s.account_ready);
  }

 private:
  session_id some() { return session_number(static_cast<int>(chance_.below(started_ + 1))); }
  stage<session::state>& of(session_id id) {
    return sessions_.contains(id) ? sessions_[id] : sessions_.begin()->second;
  }
  void start(int version) {
    auto start = start_of(static_cast<int>(started_++));
    start.password_version = version;
    sessions_[start.id].play(start);
  }

  struct letter {
    std::optional<session_id> from;  ///< none: the login
    want what;
  };
  std::vector<letter> mail() const {
    std::vector<letter> all;
    for (auto& each : wants(login_.s)) all.push_back({{}, std::move(each)});
    for (const auto& [id, scene] : sessions_)
      for (auto& each : wants(scene.s)) all.push_back({id, std::move(each)});
    return all;
  }
  bool has_mail() const { return !mail().empty(); }

  void deliver_something() {
    auto all = mail();
    if (all.empty()) return;
    const auto& sent = chance_.pick(all);
    const auto result = hear(sent);
    if (chance_.percent(30)) return;  // lost; it is sent again
    const answered reply{sent.what.key, result};
    if (sent.from) {
      sessions_.at(*sent.from).play(reply);
    } else {
      login_.play(reply);
    }
  }
  outcome hear(const letter& sent) {
    const auto& body = sent.what.body;
    if (const auto* c = std::get_if<session::command>(&body))
      return result_of(sessions_.at(*parse_id<session_id>(sent.what.to.id)), *c, sent);
    if (const auto* c = std::get_if<login::command>(&body)) return result_of(login_, *c, sent);
    return accepted{};  // the account
  }
  template <class Stage, class Command>
  outcome result_of(Stage& to, const Command& c, const letter& sent) {
    const auto id = (sent.from ? to_string(*sent.from) : "") + sent.what.key;
    if (remembered_.contains(id)) return remembered_.at(id);
    if (const auto why = to.refused(c)) return *why;
    if (!to.play(c).empty()) remembered_.emplace(id, to.answer());
    return to.answer();
  }

  dice chance_;
  stage<login::state> login_;
  std::map<session_id, stage<session::state>> sessions_;
  std::map<std::string, outcome> remembered_;
  std::int64_t started_ = 0;
};

TEST(Login, agrees_with_its_sessions_in_the_end_whatever_the_post_does) {
  with_seeds(60, [](std::uint64_t seed) {
    household family{seed};
    family.live();
    family.check();
  });
}

}  // namespace
}  // namespace rentwave
