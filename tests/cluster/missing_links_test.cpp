#include "cluster/missing_links.hpp"

#include <gmock/gmock.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include "tests/cluster/driven_node.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// `b` is another node; a link may be missing for a second.
class MissingLinks : public ::testing::Test {
 protected:
  ~MissingLinks() override { caf::anon_send_exit(link_, caf::exit_reason::user_shutdown); }

  const std::set<node_id>& look(boot_clock::duration when, std::int64_t counter, bool is_linked) {
    node_row row;
    row.id = life('b');
    row.counter = counter;
    std::map<node_id, caf::actor> linked;
    if (is_linked) linked[row.id] = link_;
    links_.look(at(when), {row}, linked);
    return links_.unreachable();
  }

  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  caf::actor link_ = system_.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[self](int) { self->quit(); }};
  });
  missing_links links_{1s};
};

TEST_F(MissingLinks, to_nodes_that_go_on_renewing_are_cut) {
  EXPECT_THAT(look(0s, 5, true), IsEmpty());
  EXPECT_THAT(look(9s, 20, false), IsEmpty()) << "it is counted from when it is first missed";
  EXPECT_THAT(look(9900ms, 29, false), IsEmpty()) << "it may be made anew";
  EXPECT_THAT(look(10s, 30, false), ElementsAre(life('b')));
  EXPECT_THAT(look(11s, 31, true), IsEmpty());
  EXPECT_THAT(look(12s, 40, false), IsEmpty());
}

TEST_F(MissingLinks, to_nodes_that_have_died_are_not) {
  look(0s, 5, true);
  look(1s, 6, false);
  EXPECT_THAT(look(9s, 7, false), IsEmpty()) << "it renewed, and died before anybody had looked";
  EXPECT_THAT(look(10s, 8, false), ElementsAre(life('b')));
}

TEST_F(MissingLinks, to_nodes_that_are_gone_are_forgotten) {
  look(0s, 5, false);
  EXPECT_THAT(look(2s, 8, false), ElementsAre(life('b')));
  links_.look(at(3s), {}, {});
  EXPECT_THAT(links_.unreachable(), IsEmpty());
  EXPECT_THAT(look(4s, 9, false), IsEmpty()) << "it begins anew";
}

}  // namespace
}  // namespace rentwave::testing_cluster
