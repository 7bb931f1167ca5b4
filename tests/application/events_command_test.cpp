#include "application/events_command.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "persistence/timestamp.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class EventsCommand : public testing::Test {
 protected:
  EventsCommand() {
    asked_.command = config::subcommand::events;
    asked_.settings.journal.url = "sqlite:" + (folder_.path() / "journal.db").string();
    store_ = value(open_journal(asked_.settings.journal.url));
    journal_ = value(store_->connect());
    lease_ = value(journal_->take_over(1, "node-a"));
  }

  /// Event `n`, of entity `n`.
  void append(std::uint32_t n, const std::string& type) {
    const auto result = value(journal_->append(
        {to_partition(1, lease_, {to_entity(rental_n(n), 0, {event(n, 0, type)})})}));
    lease_.position = result.at(0).position;
  }

  int run() {
    lines_.str("");
    complaints_.str("");
    return print_events(asked_, {lines_, complaints_, go_on_});
  }
  std::vector<nlohmann::json> lines() const {
    std::vector<nlohmann::json> found;
    std::istringstream in(lines_.str());
    for (std::string line; std::getline(in, line);) found.push_back(nlohmann::json::parse(line));
    return found;
  }
  std::vector<std::string> types() const {
    std::vector<std::string> found;
    for (const auto& line : lines()) found.push_back(line.at("type"));
    return found;
  }

  temporary_folder folder_;
  config::invocation asked_;
  std::unique_ptr<journal_store> store_;
  std::unique_ptr<journal> journal_;
  partition_lease lease_;
  std::ostringstream lines_, complaints_;
  std::function<bool(bool)> go_on_ = [](bool) { return true; };
};

TEST_F(EventsCommand, prints_a_json_object_an_event) {
  append(1, "rent.request");
  append(2, "rent.late");
  EXPECT_EQ(run(), 0);
  const auto found = lines();
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[1].at("position"), 2);
  EXPECT_EQ(found[1].at("type"), "rent.late");
  EXPECT_EQ(found[1].at("entity").at("kind"), "rental");
  EXPECT_EQ(found[1].at("data").at("fee"), 250);
  EXPECT_EQ(complaints_.str(), "");
}

TEST_F(EventsCommand, goes_through_more_than_it_reads_at_once) {
  std::vector<new_event> many;
  for (int n = 0; n < 1001; ++n) many.push_back(event(1, n));
  value(journal_->append({to_partition(1, lease_, {to_entity(rental_n(1), 0, many)})}));
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(lines(), SizeIs(1001));
}

TEST_F(EventsCommand, prints_what_is_asked_for) {
  append(1, "rent.request");
  append(2, "rent.late");
  append(3, "rent.request");
  asked_.events.type = "rent.request";
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(types(), ElementsAre("rent.request", "rent.request"));
  asked_.events.after = lines().at(0).at("cursor");
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(types(), ElementsAre("rent.request"));
  asked_.events = {};
  asked_.events.entity = to_string(rental_n(2));
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(types(), ElementsAre("rent.late"));
}

TEST_F(EventsCommand, prints_what_a_request_caused_and_what_happened_when) {
  for (std::uint32_t n = 1; n <= 3; ++n) append(n, "rent." + std::to_string(n));
  const auto second = to_string(event(2).trace);
  asked_.events.trace = second;
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(types(), ElementsAre("rent.2"));
  std::erase(asked_.events.trace, '-');  // as in a traceparent
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(types(), ElementsAre("rent.2"));
  asked_.events = {};
  asked_.events.from = format_instant(event(2).time);
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(types(), ElementsAre("rent.2", "rent.3"));
  asked_.events.to = format_instant(event(3).time);
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(types(), ElementsAre("rent.2"));
}

TEST_F(EventsCommand, is_misused_with_what_is_no_trace_and_no_time) {
  append(1, "rent.late");
  const auto complaint = [&](std::string config::events_query::*option, std::string text) {
    asked_.events = {};
    asked_.events.*option = std::move(text);
    EXPECT_EQ(run(), 2);
    EXPECT_EQ(lines_.str(), "");
    return complaints_.str();
  };
  EXPECT_THAT(complaint(&config::events_query::trace, "12"), StartsWith("rentwave: --trace: "));
  EXPECT_THAT(complaint(&config::events_query::from, "now"), StartsWith("rentwave: --from: "));
  EXPECT_THAT(complaint(&config::events_query::to, "2026-03-01"), StartsWith("rentwave: --to: "));
}

TEST_F(EventsCommand, follows_a_writer_beside_it) {
  append(1, "rent.late");
  append(2, "rent.request");
  asked_.events.follow = true;
  asked_.events.type = "rent.late";
  std::uint32_t next = 3;
  go_on_ = [&](bool idle) {
    EXPECT_TRUE(idle);
    if (next == 7) return false;
    append(next, next % 2 ? "rent.request" : "rent.late");
    ++next;
    return true;
  };
  EXPECT_EQ(run(), 0);
  const auto found = lines();
  ASSERT_THAT(found, SizeIs(3)) << "each once";
  EXPECT_EQ(found[0].at("position"), 1);
  EXPECT_EQ(found[1].at("position"), 4);
  EXPECT_EQ(found[2].at("position"), 6);
}

TEST_F(EventsCommand, ends_between_two_looks_when_told_to) {
  std::vector<new_event> many;
  for (int n = 0; n < 1001; ++n) many.push_back(event(1, n));
  value(journal_->append({to_partition(1, lease_, {to_entity(rental_n(1), 0, many)})}));
  go_on_ = [](bool) { return false; };
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(lines(), SizeIs(500));
}

TEST_F(EventsCommand, is_misused_with_what_is_no_cursor_and_no_entity) {
  append(1, "rent.late");
  for (const char* cursor :
       {"-1", "x", "1x", " 1", "99999999999999999999", "9223372036854775808"}) {
    asked_.events.after = cursor;
    EXPECT_EQ(run(), 2) << cursor;
    EXPECT_THAT(complaints_.str(), StartsWith("rentwave: --after: "));
    EXPECT_THAT(complaints_.str(), HasSubstr(cursor));
    EXPECT_EQ(complaints_.str().back(), '\n');
    EXPECT_EQ(lines_.str(), "");
  }
  asked_.events = {};
  for (const char* entity : {"rental", "rental/", "lender/1"}) {
    asked_.events.entity = entity;
    EXPECT_EQ(run(), 2) << entity;
    EXPECT_THAT(complaints_.str(), StartsWith("rentwave: --entity: "));
  }
}

TEST_F(EventsCommand, fails_without_a_journal_or_a_taker) {
  append(1, "rent.late");
  lines_.setstate(std::ios::badbit);
  EXPECT_EQ(print_events(asked_, {lines_, complaints_, go_on_}), 1);
  lines_.clear();
  asked_.settings.journal.url = "sqlite:" + (folder_.path() / "other.db").string();
  EXPECT_EQ(run(), 1);
  EXPECT_THAT(complaints_.str(), StartsWith("rentwave: "));
  EXPECT_THAT(complaints_.str(), HasSubstr("other.db"));
  EXPECT_EQ(complaints_.str().back(), '\n');
}

}  // namespace
}  // namespace rentwave::testing_journal
