#include "cluster/wire_form.hpp"

#include <gmock/gmock.h>

#include <caf/message.hpp>
#include <caf/sec.hpp>

#include <fstream>
#include <iterator>

#include "cluster/wire_traits.hpp"
#include "persistence/json_writer.hpp"
#include "tests/persistence/filled.hpp"

namespace rentwave {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::filled;
using ::testing::HasSubstr;
using testing::same;

constexpr instant noon{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1} + hours{12}};

command_ptr full_command(entity_kind kind, any_command body) {
  auto made = std::make_shared<command_envelope>();
  made->to = {kind, "0192\"\\"};
  made->id = filled<command_id>();
  made->body = std::move(body);
  made->cause = noon - hours{1};
  made->caller = filled<account_id>();
  made->from = entity_ref{entity_kind::rental, "r"};
  made->want = "hold-extension-2";
  made->deadline = noon + seconds{7};
  made->trace = filled<trace_id>();
  return made;
}

remote_call a_call(partition_call what) {
  remote_call call;
  call.number = 17;
  call.partition = 63;
  call.until = noon + seconds{9};
  call.what = std::move(what);
  call.time = noon + seconds{1};
  return call;
}

/// As the other node has it, whose clock is `ahead` of ours.
remote_call over_there(const remote_call& call, duration ahead = {}) {
  const auto message = call_to_wire(call, noon);
  if (!message) throw std::runtime_error{message.error().why};
  EXPECT_EQ(use_of(*message), wire_use::call);
  auto read = call_from_wire(*message, noon + ahead);
  if (!read) throw std::runtime_error{read.error().why};
  EXPECT_EQ(read->number, call.number);
  EXPECT_EQ(read->partition, call.partition);
  EXPECT_EQ(read->is_one_way, call.is_one_way);
  EXPECT_EQ(read->time, call.time);
  return *read;
}

template <class Answer>
Answer there_and_back(Answer what) {
  const auto message = answer_to_wire({23, std::move(what), noon});
  EXPECT_EQ(use_of(message), wire_use::answer);
  auto read = answer_from_wire(message);
  if (!read) throw std::runtime_error{read.error().why};
  EXPECT_EQ(read->number, 23u);
  EXPECT_EQ(read->time, noon);
  return std::get<Answer>(read->what);
}

TEST(WireForm, carries_every_command) {
  testing::for_each_command_of_all([](entity_kind kind, auto commands, auto command) {
    using variant = typename decltype(commands)::type;
    using alternative = typename decltype(command)::type;
    auto call = a_call(full_command(kind, variant{filled<alternative>()}));
    call.is_one_way = true;
    const auto& sent = *std::get<command_ptr>(call.what);
    const auto read = over_there(call);
    const auto& got = *std::get<command_ptr>(read.what);
    EXPECT_TRUE(same(got.body, sent.body)) << alternative::type;
    EXPECT_EQ(got.to, sent.to);
    EXPECT_EQ(got.id, sent.id);
    EXPECT_EQ(got.cause, sent.cause);
    EXPECT_EQ(got.caller, sent.caller);
    EXPECT_EQ(got.from, sent.from);
    EXPECT_EQ(got.want, sent.want);
    EXPECT_EQ(got.deadline, sent.deadline);
    EXPECT_EQ(got.trace, sent.trace);
    EXPECT_EQ(read.until, call.until);
  });
}

TEST(WireForm, carries_the_least_command_there_is) {
  command_envelope bare;
  bare.to = rental_ref({});
  bare.body = rental::command{rental::cancel{}};
  const auto read = over_there(a_call(std::make_shared<const command_envelope>(bare)));
  const auto& got = *std::get<command_ptr>(read.what);
  EXPECT_EQ(got.cause, instant::min());
  EXPECT_EQ(got.deadline, instant::max());
  EXPECT_EQ(got.caller, std::nullopt);
  EXPECT_EQ(got.from, std::nullopt);
  EXPECT_EQ(got.want, "");
}

TEST(WireForm, knows_every_member_of_what_travels) {
  EXPECT_TRUE(testing::fully_described<query_envelope>());
  EXPECT_TRUE(testing::fully_described<watch_request>());
  EXPECT_TRUE(testing::fully_described<watch_answer>());
  EXPECT_TRUE(testing::fully_described<news>());
  EXPECT_TRUE(testing::fully_described<look_request>());
  EXPECT_TRUE(testing::fully_described<entity_place>());
  EXPECT_TRUE(testing::fully_described<release_order>());
  EXPECT_TRUE(testing::fully_described<replay_order>());
  EXPECT_TRUE(testing::fully_described<partition_report::subscription>());
  // All but `entities`, which is a list of its own.
  EXPECT_EQ(boost::pfr::tuple_size_v<partition_report>,
            boost::mp11::mp_size<json_form::members_of<partition_report>>::value + 1);
  // Of a command: a new member needs a place in the head.
  EXPECT_EQ(boost::pfr::tuple_size_v<command_envelope>, 9u);
}

TEST(WireForm, carries_every_other_question) {
  EXPECT_EQ(std::variant_size_v<partition_call>, 7u);
  auto query = std::make_shared<const query_envelope>(filled<query_envelope>());
  EXPECT_TRUE(same(*std::get<query_ptr>(over_there(a_call(query)).what), *query));
  const auto check = [](auto what) {
    const auto read = over_there(a_call(what));
    EXPECT_TRUE(same(std::get<decltype(what)>(read.what), what));
  };
  check(filled<watch_request>());
  check(filled<look_request>());
  check(filled<release_order>());
  check(filled<replay_order>());
  EXPECT_TRUE(std::holds_alternative<report_request>(over_there(a_call(report_request{})).what));
}

TEST(WireForm, tells_time_by_what_is_left_of_it) {
  const auto until = [](instant when) {
    auto call = a_call(report_request{});
    call.until = when;
    return over_there(call, hours{5}).until;
  };
  EXPECT_EQ(until(noon + seconds{9}), noon + hours{5} + seconds{9});
  EXPECT_EQ(until(noon - seconds{9}), noon + hours{5});
  EXPECT_EQ(until(instant::max()), instant::max());
  EXPECT_EQ(until(instant::max() - duration{1}), noon + hours{6}) << "an hour at most";
  EXPECT_EQ(until(instant::min()), noon + hours{5});
}

TEST(WireForm, carries_every_outcome) {
  testing::for_each_event<outcome>([](auto alternative) {
    const outcome sent = filled<typename decltype(alternative)::type>();
    EXPECT_TRUE(same(there_and_back(sent), sent)) << sent.index();
  });
}

TEST(WireForm, carries_the_state_of_every_kind) {
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<entity_kind>>([](auto kind) {
    if (!is_kept(kind.value)) return;
    with_state_of(kind.value, [&](auto type) {
      using state = typename decltype(type)::type;
      auto view = std::make_shared<entity_view>();
      view->ref = {kind.value, "an id"};
      view->version = 12;
      view->state = std::make_shared<const state>(filled<state>());
      const auto read = there_and_back(view_ptr{view});
      EXPECT_EQ(read->ref, view->ref);
      EXPECT_EQ(read->version, 12);
      EXPECT_TRUE(same(read->as<state>(), view->as<state>())) << kind.name;
    });
  });
}

TEST(WireForm, carries_every_other_answer) {
  EXPECT_EQ(std::variant_size_v<decltype(remote_answer::what)>, 8u);
  const auto watch = std::make_shared<const watch_answer>(filled<watch_answer>());
  EXPECT_TRUE(same(*there_and_back(watch_ptr{watch}), *watch));
  const auto place = std::make_shared<const entity_place>(filled<entity_place>());
  EXPECT_TRUE(same(*there_and_back(place_ptr{place}), *place));
  auto report = std::make_shared<partition_report>(filled<partition_report>());
  report->entities = {{entity_kind::login, 3}, {entity_kind::webhook, 1}};
  const auto read = there_and_back(report_ptr{report});
  EXPECT_TRUE(same(*read, *report));
  EXPECT_EQ(read->entities, report->entities);
  EXPECT_EQ(there_and_back(std::string{"it is \"not\" there"}), "it is \"not\" there");
  there_and_back(taken{});
}

TEST(WireForm, carries_every_failure) {
  for (auto code = static_cast<std::uint8_t>(runtime_errc::unavailable);
       code <= static_cast<std::uint8_t>(runtime_errc::link_down); ++code) {
    const auto sent = make_error(static_cast<runtime_errc>(code), "because");
    const auto got = there_and_back(sent);
    EXPECT_EQ(got, sent);
    ASSERT_TRUE(got.context().match_elements<std::string>());
    EXPECT_EQ(got.context().get_as<std::string>(0), "because");
  }
  EXPECT_EQ(there_and_back(caf::error{caf::sec::request_receiver_down}),
            make_error(runtime_errc::unavailable));
}

TEST(WireForm, takes_a_failure_of_a_later_release_for_unavailable) {
  auto message = answer_to_wire({1, make_error(runtime_errc::crashed, "why")});
  message.body = R"({"code":"melted","detail":"the core"})";
  const auto read = answer_from_wire(message);
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<caf::error>(read->what), make_error(runtime_errc::unavailable));
}

TEST(WireForm, takes_an_answer_that_says_no_time) {
  const auto read = answer_from_wire({1, "answer.text", "", R"("said")"});
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<std::string>(read->what), "said");
  EXPECT_EQ(read->time, instant::min());
}

TEST(WireForm, carries_news) {
  const auto sent = filled<news>();
  const auto message = news_to_wire(sent);
  EXPECT_EQ(use_of(message), wire_use::news);
  EXPECT_EQ(use_of(heard_to_wire(7)), wire_use::heard);
  const auto read = news_from_wire(message);
  ASSERT_TRUE(read);
  EXPECT_TRUE(same(**read, sent));
}

TEST(WireForm, ignores_members_that_it_does_not_know) {
  auto message = *call_to_wire(a_call(filled<look_request>()), noon);
  message.head.insert(1, R"("priority":9,)");
  message.body.insert(1, R"("deeply":{"in":[1]},)");
  const auto read = call_from_wire(message, noon);
  ASSERT_TRUE(read);
  EXPECT_TRUE(same(std::get<look_request>(read->what), filled<look_request>()));
}

TEST(WireForm, says_what_it_does_not_understand) {
  const auto why = [](wire_message message) {
    const auto call = call_from_wire(message, noon);
    const auto given = answer_from_wire(message);
    EXPECT_FALSE(call && given);
    return use_of(message) == wire_use::answer ? given.error().why : call.error().why;
  };
  EXPECT_EQ(why({1, "ask.weather", "{}", "{}"}),
            "ask.weather: this release does not know such a question");
  EXPECT_EQ(why({1, "answer.weather", "{}", "{}"}),
            "answer.weather: this release does not know such an answer");
  EXPECT_EQ(
      why({1, "ask.command", R"({"to":{"kind":"rental","id":"r"},"type":"rental/burn"})", "{}"}),
      "ask.command: rental/burn: unknown type");
  EXPECT_EQ(why({1, "ask.command", R"({"to":{"kind":"castle","id":"c"}})", "{}"}),
            "ask.command: its form does not fit");
  EXPECT_EQ(why({1, "ask.query", "{}", R"({"to":"rental/r"})"}),
            "ask.query: its form does not fit");
  EXPECT_EQ(why({1, "ask.report", "no JSON", "{}"}), "ask.report: its form does not fit");
  EXPECT_EQ(why({1, "answer.view", R"({"ref":{"kind":"payment","id":"p"}})", "{}"}),
            "answer.view: its form does not fit");
  EXPECT_EQ(why({1, "answer.outcome", "", "[]"}), "answer.outcome: its form does not fit");
  EXPECT_EQ(use_of({0, "gossip", "", ""}), wire_use::other);
}

TEST(WireForm, has_a_limit_both_ways) {
  auto query = std::make_shared<query_envelope>();
  query->to = {entity_kind::topic, std::string(max_wire_bytes, 'x')};
  const auto sent = call_to_wire(a_call(query), noon);
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().why, HasSubstr("at most 1048576 go to another node"));

  const std::string text(max_wire_bytes, 'x');
  const auto failed = answer_from_wire(answer_to_wire({5, text}));
  ASSERT_TRUE(failed);
  EXPECT_EQ(std::get<caf::error>(failed->what), make_error(runtime_errc::unavailable));
  EXPECT_EQ(failed->number, 5u);

  const wire_message large{1, "answer.text", "", to_json_text(text)};
  EXPECT_THAT(answer_from_wire(large).error().why, HasSubstr("at most"));

  news told;
  told.partition = 4;
  told.entities.assign(40'000, {entity_kind::rental, std::string(36, 'r')});
  const auto hint = news_from_wire(news_to_wire(told));
  ASSERT_TRUE(hint);
  EXPECT_TRUE((*hint)->ended);
  EXPECT_EQ((*hint)->partition, 4);
}

// Nodes of the release before and after this one read and say what is in the file. A member may be
// added; one that is renamed, or taken away, leaves others without an answer.
TEST(WireForm, stays_as_it_is) {
  std::string said;
  const auto say = [&](const wire_message& message) {
    said += message.type + '\n' + message.head + '\n' + message.body + "\n\n";
  };
  const auto ask = [&](partition_call what) { say(*call_to_wire(a_call(std::move(what)), noon)); };
  const auto answer = [&](auto what) { say(answer_to_wire({23, std::move(what), noon})); };
  const entity_ref one{entity_kind::rental, "r"};
  rental::extend longer;
  longer.ends_at = noon;
  ask(full_command(entity_kind::rental, rental::command{longer}));
  ask(std::make_shared<const query_envelope>(query_envelope{one, true}));
  ask(watch_request{{one}, true});
  ask(report_request{});
  ask(look_request{one});
  ask(release_order{one});
  ask(replay_order{"notifier", one});

  answer(outcome{accepted{}});
  answer(watch_ptr{std::make_shared<const watch_answer>(watch_answer{{one}, true, true})});
  const entity_place place{true, restart_budget::quarantined{one, "why", noon}};
  answer(place_ptr{std::make_shared<const entity_place>(place)});
  answer(std::string{"why"});
  answer(taken{});
  answer(make_error(runtime_errc::not_mine, "why"));
  auto view = std::make_shared<entity_view>();
  view->ref = one;
  view->version = 12;
  answer(view_ptr{view});
  auto report = std::make_shared<partition_report>();
  report->entities = {{entity_kind::login, 3}};
  report->subscriptions = {{"notifier", 1, 2, 3, 4}};
  answer(report_ptr{report});

  say(news_to_wire({{one}, true, true, 4}));
  say(heard_to_wire(7));
  std::ifstream file{RENTWAVE_ROOT "/tests/cluster/wire_messages.txt"};
  const std::string kept{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_EQ(said, kept);
}

// What is looked at through a link may be as large as its kind allows.
TEST(WireForm, takes_the_largest_states_that_there_are) {
  const auto fits = [](entity_kind kind, auto state) {
    auto view = std::make_shared<entity_view>();
    view->ref = {kind, "an id"};
    view->state = std::make_shared<const decltype(state)>(std::move(state));
    return answer_to_wire({1, view_ptr{view}}).type == "answer.view";
  };
  audience::state crowd;
  crowd.followers.resize(audience::max_followers);
  EXPECT_TRUE(fits(entity_kind::audience, std::move(crowd)));
  auto advert = filled<listing::state>();
  advert.bookings.resize(listing::max_bookings, advert.bookings.front());
  EXPECT_TRUE(fits(entity_kind::listing, std::move(advert)));
  auto money = filled<wallet::state>();
  const auto first = money.holds.begin()->second;
  for (std::size_t i = 0; i < wallet::max_holds; ++i) {
    rental_id id;
    std::memcpy(id.value.data, &i, sizeof i);
    money.holds[id] = first;
  }
  EXPECT_TRUE(fits(entity_kind::wallet, std::move(money)));
}

}  // namespace
}  // namespace rentwave
