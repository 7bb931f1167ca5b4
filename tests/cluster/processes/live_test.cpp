// Sockets on every node, and commands through any: whoever has to be told is, once and in order.
#include <gtest/gtest.h>

#include "tests/cluster/processes/several_nodes.hpp"
#include "tests/story/listener.hpp"

namespace rentwave::testing_cluster {
namespace {

using rentwave::testing::advertise;
using rentwave::testing::join;
using rentwave::testing::listener;
using rentwave::testing::pauper;

class LiveNodes : public SeveralNodes {
 protected:
  void start() {
    add_all({"n1", "n2", "n3"});
    await_rest(node("n1"), {"n1", "n2", "n3"});
    advert_ = advertise(node("n1").port());
  }

  void try_to_rent(const pauper& one, std::uint16_t port) const {
    ASSERT_EQ(one.try_to_rent(port, advert_), pauper::cannot_pay);
  }

 private:
  std::string advert_;
};

TEST_F(LiveNodes, tell_each_socket_of_a_person_once_whichever_node_was_asked) {
  start();
  std::vector<pauper> people;  // whose inboxes are somewhere
  for (int i = 0; i < 6; ++i) people.push_back(join(ports()[0].port, "pauper" + std::to_string(i)));
  std::vector<listener> listeners;
  for (const auto& one : people)
    for (const auto& node : ports()) {
      listeners.push_back({&one});
      listeners.back().connect(node.port);
      ASSERT_FALSE(HasFailure());
    }
  int told = 0;
  for (int round = 0; round < 3; ++round) {
    for (const auto& node : ports()) {
      for (const auto& one : people) try_to_rent(one, node.port);
      ++told;
    }
    for (auto& one : listeners) {
      one.hear_up_to(told);
      ASSERT_FALSE(HasFailure());
    }
  }
  for (const auto& one : people) EXPECT_EQ(one.unread(ports()[1].port), told);
}

TEST_F(LiveNodes, let_a_socket_go_on_from_its_cursor_on_any_other) {
  start();
  const auto one = join(ports()[0].port, "pauper");
  listener wanders{&one};
  int told = 0;
  for (int round = 0; round < 3; ++round)
    for (const auto& node : ports()) {
      try_to_rent(one, node.port);  // while it is not there
      try_to_rent(one, node.port);
      wanders.connect(node.port);
      wanders.hear_up_to(told += 2);
      try_to_rent(one, node.port);
      wanders.hear_up_to(told += 1);
      ASSERT_FALSE(HasFailure());
    }
}

}  // namespace
}  // namespace rentwave::testing_cluster
