#include "application/reindex_command.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "actors/domain/commands.hpp"
#include "persistence/codec.hpp"
#include "persistence/forwarding_journal.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
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
  void with_store(Use use) {
    use(*value(open_journal(asked_.settings.journal.url)));
  }
  template <class Use>
  void with_journal(Use use) {
    with_store([&](journal_store& in) { use(*value(in.connect())); });
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

/// Does not say whether bookings overlap.
struct blind_journal final : forwarding_journal {
  using forwarding_journal::forwarding_journal;
  journal_result<std::vector<overlap>> overlapping_reservations() override {
    return journal_error{journal_errc::unavailable, "planted"};
  }
};

TEST_F(ReindexCommand, says_that_the_rows_are_new_when_it_cannot_look_them_through) {
  fill();
  with_store([&](journal_store& in) {
    blind_journal blind{value(in.connect())};
    EXPECT_EQ(reindex_journal(blind, news_, complaints_), 1);
  });
  EXPECT_THAT(complaints_.str(), HasSubstr("planted; the read models were made anew of 1 events"));
  EXPECT_THAT(complaints_.str(), Not(HasSubstr("nothing was changed")));
  EXPECT_THAT(news_.str(), Not(HasSubstr("done")));
  with_journal([](journal& in) { EXPECT_THAT(value(in.sessions(nth<account_id>(2))), SizeIs(1)); });
}

/// Is cut off in the end.
struct lost_journal final : forwarding_journal {
  using forwarding_journal::forwarding_journal;
  journal_result<void> rebuild_rows(const row_projection&, const progress_report&) override {
    return journal_error{journal_errc::unknown_outcome, "planted"};
  }
};

TEST_F(ReindexCommand, does_not_say_that_nothing_was_changed_when_it_cannot_know) {
  fill();
  with_store([&](journal_store& in) {
    lost_journal lost{value(in.connect())};
    EXPECT_EQ(reindex_journal(lost, news_, complaints_), 1);
  });
  EXPECT_THAT(complaints_.str(), HasSubstr("planted; it may be done or not: run it again"));
}

}  // namespace
}  // namespace rentwave::testing_journal
