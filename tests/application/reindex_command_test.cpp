#include "application/reindex_command.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "actors/domain/commands.hpp"
#include "persistence/codec.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ReindexCommand : public testing::Test {
 protected:
  ReindexCommand() {
    asked_.command = config::subcommand::reindex;
    asked_.settings.journal.url = "sqlite:" + (folder_.path() / "journal.db").string();
  }

  /// A journal with one open session, without its row.
  void fill() {
    session::started opened;
    opened.id = nth<session_id>(1);
    opened.account = nth<account_id>(2);
    const auto encoded = encode(session::event{opened});
    auto written = event(1, 0, std::string{encoded.type});
    written.schema = encoded.schema;
    written.data = encoded.data;
    written.subject = opened.account;
    with_journal([&](journal& in) {
      const auto lease = value(in.take_over(1, "node-a"));
      value(in.append({to_partition(1, lease, {to_entity(session_ref(opened.id), 0, {written})})}));
    });
  }

  template <class Use>
  void with_journal(Use use) {
    const auto store = value(open_journal(asked_.settings.journal.url));
    use(*value(store->connect()));
  }

  int run() { return reindex_journal(asked_, news_, complaints_); }

  temporary_folder folder_;
  config::invocation asked_;
  std::ostringstream news_, complaints_;
};

TEST_F(ReindexCommand, makes_the_rows_and_says_what_it_did) {
  fill();
  EXPECT_EQ(run(), 0) << complaints_.str();
  EXPECT_THAT(news_.str(), HasSubstr("100 % of the events"));
  EXPECT_THAT(news_.str(), HasSubstr("done: 1 events, 0 overlapping bookings"));
  EXPECT_THAT(complaints_.str(), IsEmpty());
  with_journal([](journal& in) { EXPECT_THAT(value(in.sessions(nth<account_id>(2))), SizeIs(1)); });
}

TEST_F(ReindexCommand, leaves_a_journal_alone_that_a_node_has_open) {
  fill();
  with_journal([&](journal& in) {
    EXPECT_EQ(run(), 1);
    EXPECT_THAT(complaints_.str(), HasSubstr("another program has"));
    EXPECT_THAT(complaints_.str(), HasSubstr("nothing was changed"));
    EXPECT_THAT(value(in.sessions(nth<account_id>(2))), IsEmpty());
  });
}

}  // namespace
}  // namespace rentwave::testing_journal
