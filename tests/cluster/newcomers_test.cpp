// Who connects to a node and does not show, or not in time, that he is one.
#include <gtest/gtest.h>

#include <caf/all.hpp>

#include <csignal>

#include "cluster/caf_link.hpp"
#include "tests/cluster/node_certificates.hpp"
#include "tests/cluster/stranger.hpp"
#include "tests/runtime/heard_log.hpp"

namespace rentwave {
namespace {

using std::chrono::milliseconds;
using testing::node_certificates;
using testing::stranger;

/// A node that listens; nobody asks it for anything.
class listening_node {
 public:
  listening_node(node_id id, std::shared_ptr<const node_tls> tls, milliseconds newcomer_time)
      : id_{std::move(id)}, peer_{system_.spawn(ignore_all)} {
    caf_link_options options;
    options.tls = std::move(tls);
    options.newcomer_time = newcomer_time;
    auto opened = caf_links::open(system_, std::move(options));
    if (!opened) throw std::runtime_error{opened.error()};
    links_ = std::move(*opened);
  }
  ~listening_node() {
    links_.reset();
    caf::anon_send_exit(peer_, caf::exit_reason::user_shutdown);
  }

  std::uint16_t port() const { return links_->port(); }
  void know(const listening_node& other) {
    links_->know(id_, {{other.id_, "127.0.0.1:" + std::to_string(other.port()), peer_}});
  }

 private:
  static caf::behavior ignore_all(caf::event_based_actor* self) {
    self->set_default_handler(caf::drop);
    return {[](const link_up&) {}};
  }

  struct settings : caf::actor_system_config {
    settings() {
      caf_links::prepare(*this);
      set("scheduler.max-threads", std::size_t{1});
    }
  } settings_;
  caf::actor_system system_{settings_};
  node_id id_;
  caf::actor peer_;
  std::unique_ptr<caf_links> links_;
};

constexpr milliseconds patient{60'000};
constexpr milliseconds impatient{500};

class Newcomers : public ::testing::TestWithParam<bool> {
 protected:
  Newcomers() { std::signal(SIGPIPE, SIG_IGN); }

  std::shared_ptr<const node_tls> tls(const std::string& node) const {
    return GetParam() ? tls_of(certificates_, node) : nullptr;
  }
  bool is_late_one_refused() {
    return log_.has("was refused: it did not show in time that it is a node's");
  }

  testing::heard_log log_;
  node_certificates certificates_;
};
INSTANTIATE_TEST_SUITE_P(With, Newcomers, ::testing::Bool(), [](const auto& each) {
  return std::string{each.param ? "tls" : "plain_sockets"};
});

TEST_P(Newcomers, who_have_shown_nothing_are_limited_in_number) {
  listening_node one{{"n1", 1}, tls("n1"), patient};
  std::vector<std::unique_ptr<stranger>> silent;
  for (int i = 0; i < 65; ++i) silent.push_back(std::make_unique<stranger>(one.port()));
  EXPECT_TRUE(log_.has("too many connections have yet to show")) << log_.text();
  EXPECT_TRUE(silent.front()->is_hung_up_on()) << "who has waited longest";
}

TEST_P(Newcomers, who_are_many_keep_no_node_out) {
  listening_node one{{"n1", 1}, tls("n1"), patient}, two{{"n2", 2}, tls("n2"), patient};
  std::vector<std::unique_ptr<stranger>> silent;
  for (const auto port : {one.port(), two.port()})
    for (int i = 0; i < 64; ++i) silent.push_back(std::make_unique<stranger>(port));
  one.know(two);
  two.know(one);
  EXPECT_TRUE(log_.has("there is a link with node", 2)) << log_.text();
}

TEST_P(Newcomers, who_stay_silent_are_hung_up_on_and_nodes_are_not) {
  listening_node one{{"n1", 1}, tls("n1"), impatient}, two{{"n2", 2}, tls("n2"), impatient};
  one.know(two);
  two.know(one);
  ASSERT_TRUE(log_.has("there is a link with node", 2)) << log_.text();
  const stranger silent{one.port()};
  EXPECT_TRUE(silent.is_hung_up_on());
  EXPECT_TRUE(is_late_one_refused()) << log_.text();
  EXPECT_EQ(log_.count("the link with node"), 0) << log_.text();
}

TEST_P(Newcomers, who_greet_one_byte_after_the_other_are_hung_up_on) {
  listening_node one{{"n1", 1}, tls("n1"), impatient};
  const stranger slow{one.port()};
  // The beginning of a client's greeting: of TLS, a record of 512 bytes; of CAF, a header, and 256
  // bytes that belong to it.
  std::string greeting(512, '\0');
  if (GetParam())
    greeting.replace(0, 11, std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 11});
  else
    greeting[0] = greeting[6] = 1;
  EXPECT_TRUE(slow.is_hung_up_on_during(greeting));
  EXPECT_TRUE(is_late_one_refused()) << log_.text();
}

class Certificate : public ::testing::Test {
 protected:
  Certificate() { std::signal(SIGPIPE, SIG_IGN); }

  /// By a node of its own, as each logs no more than one refusal a second.
  bool is_taken(const node_tls_files& files) {
    listening_node one{{"n1", 1}, tls_of(ours_, "n1"), patient};
    const bool is_in = stranger{one.port()}.is_let_in(files);
    if (!is_in) log_.has("was refused: ", ++refused_);
    return is_in;
  }

  testing::heard_log log_;
  node_certificates ours_;
  int refused_ = 0;
};

TEST_F(Certificate, is_refused_before_and_after_its_time) {
  EXPECT_FALSE(is_taken(ours_.dated("n2", -9, -1)));
  EXPECT_EQ(log_.count("certificate verify failed (certificate has expired)"), 1) << log_.text();
  EXPECT_FALSE(is_taken(ours_.dated("n2", 1, 9)));
  EXPECT_EQ(log_.count("certificate verify failed (certificate is not yet valid)"), 1)
      << log_.text();
  EXPECT_TRUE(is_taken(ours_.dated("n2", -1, 1))) << "whatever name is in it";
}

}  // namespace
}  // namespace rentwave
