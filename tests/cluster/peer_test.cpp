#include "cluster/peer.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>

#include "cluster/wire_form.hpp"
#include "tests/cluster/two_nodes.hpp"
#include "tests/runtime/heard_log.hpp"

namespace rentwave {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using testing::simulated_link;
using testing::simulated_node;
using ::testing::SizeIs;

constexpr instant first_moment{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}};

class Peer : public ::testing::Test {
 protected:
  Peer() { make_link(); }
  ~Peer() override {
    link_.reset();
    here_.end();
    there_.end();
    run();
  }

  void run() { scheduler_.run(); }
  void pass(seconds time) {
    for (int i = 0; i < time.count(); ++i) {
      scheduler_.advance_time(seconds{1});
      run();
    }
  }
  void make_link() {
    link_.emplace(system_, here_.peer, there_.peer);
    run();
  }
  void cut() {
    link_->cut();
    run();
  }
  instant now() { return here_clock_->real_now(); }

  /// From a partition here, to where it is.
  void ask(std::uint64_t number, partition_call what, bool is_one_way = false) {
    remote_call call;
    call.number = number;
    call.partition = 1;
    call.is_one_way = is_one_way;
    call.until = now() + seconds{5};
    call.what = std::move(what);
    caf::send_as(here_.door(1), here_.peer, call);
    run();
  }

  const std::vector<remote_answer>& answers() const { return here_.seen[1].answers; }
  /// "7: unavailable: why", or "7: " and the index of the answer's type.
  std::string answer(std::size_t at) const {
    if (at >= answers().size()) return "none";
    const auto& given = answers()[at];
    const auto* why = std::get_if<caf::error>(&given.what);
    const auto number = std::to_string(given.number) + ": ";
    if (!why) return number + std::to_string(given.what.index());
    return number + to_string(static_cast<runtime_errc>(why->code())) + ": " +
           why->context().get_as<std::string>(0);
  }
  static command_ptr a_command() {
    command_envelope made;
    made.to = rental_ref({});
    made.body = rental::command{rental::dispute{"it is not here"}};
    return std::make_shared<const command_envelope>(std::move(made));
  }
  static partition_call a_query() {
    return std::make_shared<const query_envelope>(query_envelope{rental_ref({})});
  }

  static watch_request a_watch() { return {{rental_ref({})}, false}; }
  /// Who asked the other node's partition first is told that something happened to the rental.
  void tell_watcher() {
    const auto watcher = caf::actor_cast<caf::actor>(there_.seen[1].askers.at(0));
    caf::anon_send(watcher,
                   news_ptr{std::make_shared<const news>(news{{rental_ref({})}, false, false, 1})});
    run();
  }

  static constexpr std::size_t news_limit = 2'000;

  std::shared_ptr<const domain_clock> clock(duration ahead) {
    const clock_anchor anchor{first_moment, first_moment + ahead, 1};
    return std::make_shared<const domain_clock>(anchor, [this] {
      return first_moment +
             std::chrono::duration_cast<duration>(system_.clock().now().time_since_epoch());
    });
  }

  static peer_options options(std::shared_ptr<const domain_clock> clock) {
    peer_options made;
    made.name = "n2.7";
    made.calls = 3;
    made.news_bytes = news_limit;
    made.clock = std::move(clock);
    return made;
  }

  struct settings : caf::actor_system_config {
    settings() { set("scheduler.policy", caf::atom("testing")); }
  } settings_;
  caf::actor_system system_{settings_};
  caf::scheduler::test_coordinator& scheduler_ =
      dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  const std::shared_ptr<const domain_clock> here_clock_ = clock({});
  const std::shared_ptr<const domain_clock> there_clock_ = clock(seconds{3});
  simulated_node here_{system_, options(here_clock_)}, there_{system_, options(there_clock_)};
  std::optional<simulated_link> link_;
};

TEST_F(Peer, makes_the_clock_of_who_hears_follow_the_one_of_who_speaks) {
  const auto ahead = [this] { return here_clock_->now() - there_clock_->now(); };
  there_.seen[1].responds = [](const remote_call&) {
    return caf::make_message(outcome{hand_over_result{true}});
  };
  ASSERT_EQ(ahead(), -seconds{3});
  ask(1, a_command());
  EXPECT_EQ(ahead(), seconds{0}) << "by the answer";
  here_clock_->not_before(now() + seconds{9});
  there_.seen[1].responds = {};
  ask(2, a_command());
  EXPECT_EQ(ahead(), seconds{0}) << "by the question";
  pass(seconds{20});
  here_clock_->not_before(now() + seconds{14});
  testing::heard_log log;
  ask(3, a_command());
  ask(4, a_query());
  EXPECT_EQ(ahead(), seconds{11}) << "but not a clock that is wrong";
  EXPECT_EQ(log.count("the domain time of node n2.7 is more than 10 s ahead"), 1) << log.text();
}

TEST_F(Peer, carries_a_command_to_the_other_node_and_its_answer_back) {
  there_.seen[1].responds = [](const remote_call&) {
    return caf::make_message(outcome{hand_over_result{true}});
  };
  ask(7, a_command());
  ASSERT_THAT(there_.seen[1].calls, SizeIs(1));
  const auto& call = there_.seen[1].calls[0];
  EXPECT_EQ(call.partition, 1);
  EXPECT_EQ(call.until, now() + seconds{5});
  const auto& got = *std::get<command_ptr>(call.what);
  EXPECT_EQ(std::get<rental::dispute>(std::get<rental::command>(got.body)).reason,
            "it is not here");
  ASSERT_THAT(answers(), SizeIs(1));
  EXPECT_EQ(answers()[0].number, 7u);
  EXPECT_TRUE(std::get<hand_over_result>(std::get<outcome>(answers()[0].what)).ready);
}

TEST_F(Peer, tells_that_a_one_way_command_is_taken) {
  there_.seen[1].responds = [](const remote_call& call) {
    return call.is_one_way ? caf::make_message(taken{}) : caf::make_message(outcome{});
  };
  ask(8, a_command(), true);
  EXPECT_EQ(answer(0), "8: 6");
}

TEST_F(Peer, brings_the_failures_of_the_other_node) {
  there_.seen[1].responds = [](const remote_call&) {
    return caf::make_message(make_error(runtime_errc::not_mine, "since revision 4"));
  };
  ask(9, a_query());
  EXPECT_EQ(answer(0), "9: not_mine: since revision 4");
}

TEST_F(Peer, answers_at_once_what_was_under_way_when_the_link_ends) {
  ask(1, a_query());
  ask(2, a_command());
  EXPECT_THAT(answers(), SizeIs(0));
  cut();
  ASSERT_THAT(answers(), SizeIs(2));
  std::vector<std::string> both{answer(0), answer(1)};
  EXPECT_THAT(both, ::testing::UnorderedElementsAre("1: link_down: the link with node n2.7 ended",
                                                    "2: link_down: the link with node n2.7 ended"));
  ask(3, a_query());
  EXPECT_EQ(answer(2), "3: link_down: there is no link with node n2.7");
}

TEST_F(Peer, goes_on_over_the_next_link) {
  ask(1, a_query());
  cut();
  make_link();
  there_.seen[1].responds = [](const remote_call&) { return caf::make_message(taken{}); };
  ask(2, a_command(), true);
  EXPECT_EQ(answer(1), "2: 6");
}

TEST_F(Peer, ends_what_is_under_way_when_a_new_link_takes_the_place_of_the_old) {
  ask(1, a_query());
  simulated_link newer{system_, here_.peer, there_.peer};
  run();
  EXPECT_EQ(answer(0), "1: link_down: the link with node n2.7 was made anew");
  cut();  // of the old one, which is nobody's business
  there_.seen[1].responds = [](const remote_call&) { return caf::make_message(taken{}); };
  ask(2, a_command(), true);
  EXPECT_EQ(answer(1), "2: 6");
}

// As when the other node has lost the connection and made another, and this one has seen the new
// one before the end of the old one: then CAF takes both for one.
TEST_F(Peer, ends_what_is_under_way_when_the_link_is_made_anew_with_the_same_actor) {
  const auto far = system_.spawn(
      [](caf::event_based_actor*) -> caf::behavior { return {[](const wire_message&) {}}; });
  caf::anon_send(here_.peer, link_up{far});
  run();
  ask(1, watch_request{{rental_ref({})}, false});
  caf::anon_send(here_.peer, link_up{far});
  run();
  EXPECT_EQ(answer(0), "1: link_down: the link with node n2.7 was made anew");
  ASSERT_THAT(here_.seen[1].told, SizeIs(1));
  EXPECT_TRUE(here_.seen[1].told[0]->ended);
  caf::anon_send_exit(far, caf::exit_reason::kill);
  run();
}

// The other end of a link may hear of it first, and asks at once.
TEST_F(Peer, serves_what_came_before_it_heard_of_the_link) {
  cut();
  std::vector<std::uint64_t> answered;
  const auto far = system_.spawn([&answered](caf::event_based_actor*) -> caf::behavior {
    return {[&answered](const wire_message& message) { answered.push_back(message.number); }};
  });
  there_.seen[1].responds = [](const remote_call&) { return caf::make_message(taken{}); };
  for (std::uint64_t n = 1; n <= 4; ++n) {
    remote_call early;
    early.number = n;
    early.partition = 1;
    early.is_one_way = true;
    early.until = now() + seconds{5};
    early.what = a_command();
    caf::anon_send(there_.peer, *call_to_wire(early, now()));
  }
  run();
  EXPECT_THAT(there_.seen[1].calls, SizeIs(0));
  caf::anon_send(there_.peer, link_up{far});
  run();
  EXPECT_THAT(answered, ::testing::ElementsAre(1, 2, 3)) << "it keeps as many as may be under way";
  caf::anon_send_exit(far, caf::exit_reason::kill);
  run();
}

TEST_F(Peer, has_a_limit_of_calls_under_way) {
  for (std::uint64_t n = 1; n <= 4; ++n) ask(n, a_query());
  EXPECT_EQ(answer(0), "4: overloaded: too much is under way to node n2.7");
  EXPECT_THAT(there_.seen[1].calls, SizeIs(3));
}

TEST_F(Peer, answers_for_a_partition_that_says_nothing) {
  ask(1, a_query());
  pass(seconds{7});
  EXPECT_THAT(answer(0), HasSubstr("1: unavailable: "));
  for (std::uint64_t n = 2; n <= 4; ++n) ask(n, a_query());
  EXPECT_THAT(there_.seen[1].calls, SizeIs(4)) << "what was answered counts no more";
}

TEST_F(Peer, answers_for_a_partition_whose_actor_is_gone) {
  caf::anon_send_exit(there_.door(1), caf::exit_reason::kill);
  run();
  ask(1, a_query());
  EXPECT_THAT(answer(0), HasSubstr("1: unavailable: "));
}

TEST_F(Peer, says_what_does_not_fit_into_a_message) {
  auto large = std::make_shared<query_envelope>();
  large->to = {entity_kind::topic, std::string(max_wire_bytes, 'x')};
  ask(1, query_ptr{large});
  EXPECT_THAT(answer(0), HasSubstr("1: unavailable: ask.query: "));
  EXPECT_THAT(there_.seen[1].calls, SizeIs(0));
}

/// The other end of a link, as a test plays it.
class played_end {
 public:
  played_end(caf::actor_system& system, caf::actor peer)
      : peer_{std::move(peer)},
        self_{system.spawn([heard = heard_](caf::event_based_actor*) -> caf::behavior {
          return {[heard](const wire_message& message) { heard->push_back(message); }};
        })} {
    caf::anon_send(peer_, link_up{self_});
  }
  ~played_end() { caf::anon_send_exit(self_, caf::exit_reason::kill); }
  played_end(const played_end&) = delete;
  played_end& operator=(const played_end&) = delete;

  void say(const wire_message& message) { caf::anon_send(peer_, message); }
  const std::vector<wire_message>& heard() const { return *heard_; }

 private:
  std::shared_ptr<std::vector<wire_message>> heard_ = std::make_shared<std::vector<wire_message>>();
  caf::actor peer_;
  caf::actor self_;
};

TEST_F(Peer, answers_a_question_that_it_does_not_understand) {
  const auto why = [&](const wire_message& said) {
    played_end far{system_, there_.peer};
    far.say(said);
    run();
    if (far.heard().size() != 1) return std::to_string(far.heard().size()) + " messages";
    EXPECT_EQ(far.heard()[0].number, said.number);
    return far.heard()[0].body;
  };
  EXPECT_THAT(why({31, "ask.weather", "{}", "{}"}), HasSubstr("does not know such a question"));
  EXPECT_THAT(why({32, "ask.query", "{", "}"}), HasSubstr("its form does not fit"));
  EXPECT_THAT(why({33, "ask.report", R"({"partition":2})", "{}"}), HasSubstr("no such partition"));
  EXPECT_THAT(why({34, "ask.report", R"({"partition":-1})", "{}"}), HasSubstr("no such partition"));
  EXPECT_EQ(why({0, "gossip", "", ""}), "0 messages");
  EXPECT_EQ(why({35, "answer.weather", "", ""}), "0 messages");
  EXPECT_EQ(why({0, "news", "", R"({"partition":99})"}), "0 messages");
}

TEST_F(Peer, passes_on_an_answer_that_it_does_not_understand_as_unavailable) {
  played_end far{system_, here_.peer};
  run();
  ask(5, a_query());
  ASSERT_THAT(far.heard(), SizeIs(1));
  const wire_message odd{far.heard()[0].number, "answer.weather", "", ""};
  far.say(odd);
  far.say(odd);  // once more: of a number that nobody waits for
  run();
  ASSERT_THAT(answers(), SizeIs(1));
  EXPECT_THAT(answer(0), HasSubstr("5: unavailable: answer.weather: "));
}

TEST_F(Peer, brings_news_to_the_partition_that_they_are_of) {
  ask(1, a_watch());
  tell_watcher();
  ASSERT_THAT(here_.seen[1].told, SizeIs(1));
  EXPECT_THAT(here_.seen[1].told[0]->entities, ::testing::ElementsAre(rental_ref({})));
  EXPECT_FALSE(here_.seen[1].told[0]->ended);
}

TEST_F(Peer, says_what_it_has_heard_so_that_any_number_of_news_can_come) {
  ask(1, a_watch());
  for (int i = 0; i < 1'000; ++i) tell_watcher();
  ASSERT_THAT(here_.seen[1].told, SizeIs(1'000));
  for (const auto& each : here_.seen[1].told) EXPECT_FALSE(each->ended);
}

TEST_F(Peer, holds_back_news_that_are_not_heard_and_has_the_other_node_ask_again) {
  played_end far{system_, there_.peer};
  remote_call watching;
  watching.number = 1;
  watching.partition = 1;
  watching.until = now() + seconds{5};
  watching.what = a_watch();
  far.say(*call_to_wire(watching, now()));
  run();
  const auto tell_many = [this] {
    for (int i = 0; i < 1'000; ++i) tell_watcher();
  };
  const auto bytes = [&] {
    std::size_t sum = 0;
    for (const auto& each : far.heard()) sum += bytes_of(each);
    return sum;
  };
  tell_many();
  const auto most = news_limit + bytes_of(far.heard().at(0));
  EXPECT_GE(bytes(), news_limit);
  EXPECT_LT(bytes(), most);

  const auto numbered = std::ranges::find_if(far.heard().rbegin(), far.heard().rend(),
                                             [](const auto& each) { return each.number != 0; });
  ASSERT_NE(numbered, far.heard().rend());
  const auto before = far.heard().size();
  far.say(heard_to_wire(numbered->number));
  run();
  ASSERT_THAT(far.heard(), SizeIs(before + 1));
  const auto said = news_from_wire(far.heard().back());
  ASSERT_TRUE(said);
  EXPECT_TRUE((*said)->ended);
  EXPECT_EQ((*said)->partition, 1);
  tell_watcher();
  EXPECT_THAT(far.heard(), SizeIs(before + 2)) << "from then on it hears all again";

  // Nobody can have heard more than he was told.
  far.say(heard_to_wire(std::numeric_limits<std::uint64_t>::max()));
  run();
  const auto first = bytes();
  tell_many();
  EXPECT_LT(bytes() - first, most);
}

TEST_F(Peer, says_that_watching_has_ended_with_the_link) {
  ask(1, a_watch());
  cut();
  ASSERT_THAT(here_.seen[1].told, SizeIs(1));
  EXPECT_TRUE(here_.seen[1].told[0]->ended);
  EXPECT_EQ(here_.seen[1].told[0]->partition, 1);
  EXPECT_THAT(here_.seen[0].told, SizeIs(0));
}

TEST_F(Peer, watches_anew_over_a_new_link) {
  ask(1, watch_request{{}, true});
  cut();
  make_link();
  ask(2, watch_request{{}, true});
  ASSERT_THAT(there_.seen[1].askers, SizeIs(2));
  EXPECT_NE(there_.seen[1].askers[0], there_.seen[1].askers[1]) << "another, so it begins again";
}

TEST_F(Peer, ends_the_link_when_the_other_node_is_no_member_any_more) {
  ask(1, a_query());
  caf::anon_send_exit(here_.peer, caf::exit_reason::user_shutdown);
  run();
  EXPECT_EQ(answer(0), "1: link_down: node n2.7 is no member any more");
}

// Else calls would wait for what is not there.
TEST_F(Peer, ends_the_process_when_it_or_its_deputy_fails) {
  ask(1, watch_request{{rental_ref({})}, false});
  ASSERT_THAT(there_.seen[1].askers, SizeIs(1));
  const auto deputy = caf::actor_cast<caf::actor>(there_.seen[1].askers[0]);
  for (const auto& essential : {there_.peer, deputy})
    EXPECT_DEATH(
        {
          caf::anon_send_exit(essential, caf::exit_reason::kill);
          run();
        },
        "");
}

}  // namespace
}  // namespace rentwave
