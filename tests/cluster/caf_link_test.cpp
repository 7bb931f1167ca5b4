// Nodes in one process, each with an actor system of its own, over real sockets on loopback.
#include "cluster/caf_link.hpp"

#include <gmock/gmock.h>

#include <caf/all.hpp>
#include <caf/io/middleman.hpp>

#include <csignal>
#include <future>

#include "actors/runtime/remote.hpp"
#include "cluster/dial.hpp"
#include "cluster/peer.hpp"
#include "cluster/wire_message.hpp"
#include "tests/cluster/node_certificates.hpp"
#include "tests/cluster/stranger.hpp"
#include "tests/runtime/heard_log.hpp"

namespace rentwave {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using testing::heard_log;
using testing::node_certificates;
using testing::stranger;

/// The one partition of a node: repeats what is to be released, with the node's name.
caf::behavior echo(caf::event_based_actor* self, const std::string& name) {
  return {
      [self, name](const remote_call& call) -> caf::result<std::string> {
        const auto& what = std::get<release_order>(call.what).entity.id;
        if (what == "silence") {
          self->make_response_promise();  // for ever
          return caf::delegated<std::string>{};
        }
        return name + " has " + what;
      },
      [](const remote_answer&) {},
      [](const news_ptr&) {},
  };
}

class linked_node {
 public:
  explicit linked_node(node_id id, std::shared_ptr<const node_tls> tls = {}, std::uint16_t port = 0,
                       seconds connect_time = seconds{3})
      : id_{std::move(id)} {
    auto made = std::make_shared<routing>();
    made->partitions.push_back(system_.spawn(echo, to_string(id_)));
    routes_ = made;
    caf_link_options options;
    options.port = port;
    options.tls = std::move(tls);
    options.connect_time = connect_time;
    auto opened = caf_links::open(system_, std::move(options));
    if (!opened) throw std::runtime_error{opened.error()};
    links_ = std::move(*opened);
  }
  ~linked_node() {
    links_.reset();
    for (const auto& [id, peer] : peers_)
      caf::anon_send_exit(peer, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(routes_->partitions[0], caf::exit_reason::user_shutdown);
  }

  const node_id& id() const { return id_; }
  std::uint16_t port() const { return links_->port(); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port()); }
  caf::actor_system& system() { return system_; }

  void know(const node_id& other, const std::string& address) {
    peer_options options;
    options.name = to_string(other);
    options.routes = routes_;
    options.clock = std::make_shared<const domain_clock>(clock_anchor{}, system_time);
    auto& peer = peers_[other];
    if (!peer) peer = spawn_peer(system_, std::move(options));
    addresses_[other] = address;
    std::vector<known_node> all;
    for (const auto& [id, each] : peers_) all.push_back({id, addresses_.at(id), each});
    links_->know(id_, std::move(all));
  }

  /// As a partition here asks one there; the answer as text.
  std::string ask(const node_id& other, const std::string& what) {
    caf::scoped_actor partition{system_};
    partition->send(peers_.at(other), call_of(what));
    return next_answer(partition);
  }
  /// The same, of many that are answered when they are.
  void ask_only(const caf::scoped_actor& partition, const node_id& other, const std::string& what) {
    partition->send(peers_.at(other), call_of(what));
  }
  static std::string next_answer(const caf::scoped_actor& partition) {
    std::string text = "nothing";
    partition->receive(
        [&](const remote_answer& answer) {
          if (const auto* said = std::get_if<std::string>(&answer.what)) text = *said;
          if (const auto* why = std::get_if<caf::error>(&answer.what))
            text = to_string(static_cast<runtime_errc>(why->code()));
        },
        caf::after(seconds{30}) >> [] {});
    return text;
  }

 private:
  static remote_call call_of(const std::string& what) {
    remote_call call;
    call.number = 1;
    call.until = system_time() + seconds{60};
    call.what = release_order{{entity_kind::topic, what}};
    return call;
  }

  struct settings : caf::actor_system_config {
    settings() {
      caf_links::prepare(*this);
      set("scheduler.max-threads", std::size_t{2});
    }
  } settings_;
  caf::actor_system system_{settings_};
  node_id id_;
  routing_ptr routes_;
  std::unique_ptr<caf_links> links_;
  std::map<node_id, caf::actor> peers_;
  std::map<node_id, std::string> addresses_;
};

void introduce(linked_node& one, linked_node& other) {
  one.know(other.id(), other.address());
  other.know(one.id(), one.address());
}

const node_id n1{"n1", 1}, n2{"n2", 2}, n3{"n3", 3};

class CafLink : public ::testing::Test {
 protected:
  CafLink() { std::signal(SIGPIPE, SIG_IGN); }

  /// Both ends have said so.
  bool is_linked(int times = 2) { return log_.has("there is a link with node", times); }

  heard_log log_;
};

class either_way : public CafLink, public ::testing::WithParamInterface<bool> {
 protected:
  std::shared_ptr<const node_tls> tls(const std::string& node) const {
    return GetParam() ? tls_of(certificates_, node) : nullptr;
  }

  node_certificates certificates_;
};
using CafLinks = either_way;
INSTANTIATE_TEST_SUITE_P(With, CafLinks, ::testing::Bool(), [](const auto& each) {
  return std::string{each.param ? "tls" : "plain_sockets"};
});

TEST_P(CafLinks, carry_questions_and_answers_both_ways) {
  linked_node one{n1, tls("n1")}, two{n2, tls("n2")};
  introduce(one, two);
  ASSERT_TRUE(is_linked()) << log_.text();
  EXPECT_EQ(one.ask(n2, "something"), "n2.2 has something");
  EXPECT_EQ(two.ask(n1, "something else"), "n1.1 has something else");
  const std::string large(max_wire_bytes - 1000, 'x');
  EXPECT_EQ(one.ask(n2, large), "n2.2 has " + large);
  EXPECT_EQ(log_.count("there is a link with node"), 2);
}

TEST_P(CafLinks, connect_every_node_with_every_other) {
  linked_node one{n1, tls("n1")}, two{n2, tls("n2")}, three{n3, tls("n3")};
  introduce(one, two);
  introduce(two, three);
  introduce(three, one);
  ASSERT_TRUE(is_linked(6)) << log_.text();
  EXPECT_EQ(one.ask(n3, "a"), "n3.3 has a");
  EXPECT_EQ(three.ask(n2, "b"), "n2.2 has b");
  EXPECT_EQ(two.ask(n1, "c"), "n1.1 has c");
}

TEST_P(CafLinks, answer_what_was_under_way_when_the_other_node_dies_and_find_its_next_life) {
  linked_node lives{n2, tls("n2")};
  auto dies = std::make_unique<linked_node>(n1, tls("n1"));
  const auto port = dies->port();
  introduce(lives, *dies);
  ASSERT_TRUE(is_linked()) << log_.text();

  caf::scoped_actor partition{lives.system()};
  for (int i = 0; i < 10; ++i) lives.ask_only(partition, n1, "silence");
  EXPECT_EQ(lives.ask(n1, "that the others have arrived"), "n1.1 has that the others have arrived");
  dies.reset();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(linked_node::next_answer(partition), "link_down");
  EXPECT_EQ(lives.ask(n1, "anything"), "link_down");

  // Nobody tells the other that it is back: it tries for as long as the node is known.
  EXPECT_TRUE(log_.has("no link with node n1.1: nobody answers at 127.0.0.1")) << log_.text();
  linked_node back{n1, tls("n1"), port};
  back.know(n2, lives.address());
  ASSERT_TRUE(is_linked(4)) << log_.text();
  EXPECT_EQ(lives.ask(n1, "anything"), "n1.1 has anything");
}

TEST_P(CafLinks, do_not_take_one_node_for_another) {
  linked_node one{n1, tls("n1")}, three{n3, tls("n3")};
  three.know(n2, one.address());
  EXPECT_TRUE(log_.has("no link with node n2.2: there is nobody at its address")) << log_.text();
  one.know(n2, "127.0.0.1:1");
  EXPECT_TRUE(log_.has("no link with node n2.2: there is n1.1 at its address")) << log_.text();
  three.know(n1, one.address());
  EXPECT_TRUE(log_.has("no link with node n1.1: it does not know node n3.3")) << log_.text();
  one.know(n3, three.address());
  EXPECT_TRUE(is_linked()) << log_.text();
}

TEST_P(CafLinks, are_made_anew_when_a_node_joins_again_under_another_id) {
  linked_node one{n1, tls("n1")};
  auto two = std::make_unique<linked_node>(n2, tls("n2"));
  introduce(one, *two);
  ASSERT_TRUE(is_linked()) << log_.text();
  two.reset();
  linked_node again{{"n2", 5}, tls("n2")};
  introduce(one, again);
  ASSERT_TRUE(is_linked(4)) << log_.text();
  EXPECT_EQ(one.ask({"n2", 5}, "x"), "n2.5 has x");
}

// CAF closes at its next tick what it has not heard of since the connection was given to it.
TEST_P(CafLinks, wait_for_a_node_that_does_not_come_to_speaking_for_some_ticks) {
  linked_node one{n1, tls("n1")}, two{n2, tls("n2"), 0, seconds{30}};
  std::promise<void> goes_on;
  one.system().middleman().backend().post(
      [held_up = goes_on.get_future().share()] { held_up.wait(); });
  introduce(one, two);
  caf::scoped_actor waiting{two.system()};
  waiting->receive(caf::after(seconds{1}) >> [] {});  // two ticks
  goes_on.set_value();
  ASSERT_TRUE(is_linked()) << log_.text();
  EXPECT_EQ(log_.count("no link with node"), 0) << log_.text();
}

TEST_F(CafLink, refuses_strangers_without_harm_to_those_who_are_linked) {
  const node_certificates ours, theirs;
  linked_node one{n1, tls_of(ours, "n1")}, two{n2, tls_of(ours, "n2")};
  introduce(one, two);
  ASSERT_TRUE(is_linked()) << log_.text();

  // At most one line a second is logged, so each is waited for, under its own words.
  const auto is_refused = [&](const std::string& why) {
    return log_.has("a connection from 127.0.0.1 was refused: " + why);
  };
  {
    const stranger talks{one.port()};
    talks.say("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    EXPECT_TRUE(talks.is_hung_up_on());
    EXPECT_TRUE(is_refused("http request")) << log_.text();
  }
  EXPECT_EQ(one.ask(n2, "still"), "n2.2 has still");
  for (int i = 0; i < 20; ++i) {
    const stranger unproven{one.port()};
    EXPECT_FALSE(unproven.is_let_in(nullptr));
    EXPECT_EQ(two.ask(n1, "still"), "n1.1 has still");
  }
  linked_node foreign{n3, tls_of(theirs, "n3")};
  foreign.know(n1, one.address());
  EXPECT_TRUE(log_.has("no link with node n1.1: the connection was refused: ")) << log_.text();
  linked_node plain{{"n4", 4}};
  plain.know(n1, one.address());
  EXPECT_TRUE(log_.has("no link with node n1.1: ", 2)) << log_.text();

  EXPECT_EQ(one.ask(n2, "still"), "n2.2 has still");
  EXPECT_EQ(log_.count("there is a link with node"), 2) << log_.text();
  EXPECT_EQ(log_.count("the link with node"), 0) << log_.text();
}

TEST_F(CafLink, says_why_a_certificate_is_refused) {
  const node_certificates ours, theirs;
  linked_node one{n1, tls_of(ours, "n1")};
  const stranger foreign{one.port()};
  EXPECT_FALSE(foreign.is_let_in(tls_of(theirs, "n3").get()));
  EXPECT_TRUE(log_.has("a connection from 127.0.0.1 was refused: certificate verify failed ("))
      << log_.text();
  const stranger friendly{one.port()};
  EXPECT_TRUE(friendly.is_let_in(tls_of(ours, "n3").get())) << "as a test of the test";
}

TEST_F(CafLink, survives_random_bytes) {
  linked_node one{n1}, two{n2};
  introduce(one, two);
  ASSERT_TRUE(is_linked()) << log_.text();
  const stranger talks{one.port()};
  talks.say(std::string(1000, '\xA5'));
  EXPECT_TRUE(talks.is_hung_up_on());
  EXPECT_TRUE(log_.has("was refused: it does not speak as nodes do")) << log_.text();
  EXPECT_EQ(two.ask(n1, "still"), "n1.1 has still");
}

TEST_F(CafLink, makes_no_room_for_a_frame_that_is_larger_than_any_message) {
  linked_node one{n1};
  const stranger forges{one.port()};
  std::string header(32, '\0');
  header[0] = 1;                             // a client's handshake …
  header.replace(4, 4, "\xFF\xFF\xFF\xFF");  // … of 4 GiB
  forges.say(header);
  EXPECT_TRUE(forges.is_hung_up_on());
  EXPECT_TRUE(log_.has("was refused: a frame of 4294967295 bytes")) << log_.text();
}

TEST_F(CafLink, opens_no_port_to_other_machines_without_certificates) {
  linked_node one{n1};
  const auto why = [&](caf_link_options options) {
    const auto opened = caf_links::open(one.system(), std::move(options));
    return opened ? "none" : opened.error();
  };
  EXPECT_EQ(why({.address = "0.0.0.0"}),
            "other machines reach 0.0.0.0: there nodes need a certificate, its key and the CA that "
            "signed it");
  EXPECT_THAT(why({.address = "127.0.0.1", .port = one.port()}),
              HasSubstr("nobody can listen at 127.0.0.1, port " + std::to_string(one.port())));
  one.know({"n0", 0}, "192.0.2.1:7000");
  EXPECT_TRUE(log_.has("without certificates there are no links to 192.0.2.1:7000"));
}

TEST(NodeTls, says_which_file_is_wrong) {
  const node_certificates ours, theirs;
  const auto mine = ours.of("n1");
  const auto why = [](const node_tls_files& files) {
    const auto made = node_tls::load(files);
    return made ? "none" : made.error();
  };
  EXPECT_EQ(why(mine), "none");
  EXPECT_EQ(why({mine.certificate, mine.key, {}}),
            "nodes need all of a certificate, its key and the CA that signed it");
  EXPECT_EQ(
      why({ours.file("no.pem"), mine.key, mine.ca}),
      "the certificate in " + ours.file("no.pem") + " cannot be used: No such file or directory");
  EXPECT_EQ(why({mine.certificate, ours.of("n2").key, mine.ca}),
            "the key in " + ours.file("n2.key") + " cannot be used: key values mismatch");
  EXPECT_THAT(why({mine.certificate, mine.key, mine.key}),
              HasSubstr("the CA in " + mine.key + " cannot be used: "));
  theirs.of("n1");
  EXPECT_THAT(why({mine.certificate, mine.key, theirs.file("ca.pem")}),
              HasSubstr("the certificate in " + mine.certificate + " is none of the CA in " +
                        theirs.file("ca.pem") + " that is good for a node: "));
  const std::string refused = " that is good for a node: ";
  EXPECT_THAT(why(ours.dated("n2", -9, -1)), HasSubstr(refused + "certificate has expired"));
  EXPECT_THAT(why(ours.dated("n2", 1, 9)), HasSubstr(refused + "certificate is not yet valid"));
  EXPECT_EQ(why(mine), "none") << "what failed before leaves nothing behind";
}

TEST(NodeAddress, is_loopback_where_no_other_machine_reaches_it) {
  for (const auto* here : {"127.0.0.1", "127.8.9.10", "::1", "0:0:0:0:0:0:0:1", "localhost"})
    EXPECT_TRUE(is_loopback(here)) << here;
  for (const auto* there : {"", "0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example", "127.0.0",
                            "node.localhost", "fe80::1"})
    EXPECT_FALSE(is_loopback(there)) << there;
}

// CAF would make the same of two containers with one address each, and of a process and the next.
TEST(CafSystem, has_a_node_id_of_its_own) {
  const auto host = [] {
    caf::actor_system_config config;
    caf_links::prepare(config);
    const caf::actor_system system{config};
    return to_string(system.node()).substr(0, 38);  // the last byte of the host is a counter
  };
  EXPECT_NE(host(), host());
}

TEST(NodeAddress, is_a_host_and_a_port) {
  EXPECT_EQ(parse_node_address("10.0.0.3:4711"), (node_address{"10.0.0.3", 4711}));
  EXPECT_EQ(parse_node_address("[::1]:80"), (node_address{"::1", 80}));
  EXPECT_EQ(parse_node_address("n1.example:65535"), (node_address{"n1.example", 65535}));
  for (const auto* wrong : {"", ":", "host", "host:", ":80", "host:0", "host:65536", "host:8x",
                            "::1:80", "[]:80", "[::1:80", "host:-1"})
    EXPECT_EQ(parse_node_address(wrong), std::nullopt) << wrong;
  EXPECT_EQ(to_string(node_address{"::1", 80}), "[::1]:80");
  EXPECT_EQ(to_string(node_address{"h", 80}), "h:80");
}

}  // namespace
}  // namespace rentwave
