// A node that shares its journal with nobody so far: nothing has to be set up for that.
#include <gmock/gmock.h>

#include "tests/cluster/processes/several_nodes.hpp"

namespace rentwave::testing_cluster {
namespace {

using ::testing::HasSubstr;

class OneNode : public SeveralNodes {
 protected:
  OneNode() { usual_options_[0] = "--node.lease=60s"; }  // nothing here waits for it

  std::filesystem::path other_folder() const {
    auto made = folder() / "other";
    std::filesystem::create_directory(made);
    return made;
  }
};

TEST_F(OneNode, serves_without_any_setting_up) {
  auto& n1 = add("n1");
  await_rest(n1, {"n1"});
  const auto nodes = get(n1, "/api/admin/nodes").json().at("items");
  ASSERT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes[0].at("state"), "alive");
  EXPECT_EQ(nodes[0].at("partitions"), partitions);
  EXPECT_THAT(nodes[0].at("address").get<std::string>(), HasSubstr("127.0.0.1:"));
  EXPECT_TRUE(nodes[0].at("ready"));
  EXPECT_THAT(n1.log(), HasSubstr("joined as n1."));
}

TEST_F(OneNode, leaves_at_sigterm_and_begins_again_at_once) {
  auto& n1 = add("n1");
  n1.ask_to_stop();
  EXPECT_EQ(n1.wait_for_end(), 0);
  EXPECT_THAT(n1.log(), HasSubstr("n1.1 has left"));
  auto& n2 = add("n2");
  await_rest(n2, {"n2"});
}

TEST_F(OneNode, begins_again_after_kill_9_without_waiting_for_its_lease) {
  auto& n1 = add("n1");
  await_rest(n1, {"n1"});
  n1.kill();
  n1.start();
  n1.wait_until_it_serves();
  await_rest(n1, {"n1"});
  EXPECT_THAT(n1.log(), HasSubstr("its process has ended"));
}

TEST_F(OneNode, need_not_be_called_as_it_was_before_kill_9) {
  add("n1").kill();
  auto& n2 = add("n2");
  await_rest(n2, {"n2"});
}

TEST_F(OneNode, ends_when_another_process_has_joined_under_its_name) {
  auto& n1 = add("n1");
  await_rest(n1, {"n1"});
  node_process twin("n1", journal_url(), usual_options_, other_folder());
  twin.start();
  EXPECT_EQ(n1.wait_for_end(), 1);
  EXPECT_THAT(n1.log(), HasSubstr("another process has joined under its name"));
}

TEST_F(OneNode, without_certificates_is_for_loopback_only) {
  node_process open_to_all("n1", journal_url(), {"--cluster.address=10.0.0.1"}, other_folder());
  open_to_all.start();
  EXPECT_EQ(open_to_all.wait_for_end(), 1);
  EXPECT_THAT(open_to_all.log(), HasSubstr("--cluster.certificate"));
}

}  // namespace
}  // namespace rentwave::testing_cluster
