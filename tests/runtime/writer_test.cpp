// Which transactions the writer makes of what reaches it.
#include "actors/runtime/writer.hpp"

#include <gtest/gtest.h>

#include "persistence/memory/store.hpp"
#include "tests/runtime/virtual_time.hpp"

namespace rentwave {
namespace {

using namespace std::chrono_literals;

/// What the writer sends to itself when offsets are due.
using offsets_atom = caf::atom_constant<caf::atom("offsets")>;

constexpr partition_id ours = 0;

struct Writer : testing::virtual_time {
  memory_store store;
  caf::actor writer = [this] {
    const auto door = system.spawn([](caf::event_based_actor*) -> caf::behavior {
      return {[](const commit_ptr&) {}, [](const suspended&) {}, [](const reopened&) {}};
    });
    auto context = std::make_shared<node_context>();
    context->options.threads = false;
    context->clock = std::make_shared<domain_clock>(clock_anchor{}, [] { return instant{}; });
    context->routes = std::make_shared<routing>(routing{{door}, {}, {}, {}, {}});
    context->figures = std::make_shared<runtime_figures>(1);
    return spawn_writer(system, *store.connect(), context);
  }();
  std::uint64_t transactions = 0;

  void SetUp() override {
    caf::anon_send(writer, open_request{ours, "owner"});
    scheduler.run();
    store.on_append([this](std::uint64_t) {
      ++transactions;
      return append_fault::none;
    });
  }
  ~Writer() override {
    caf::anon_send_exit(writer, caf::exit_reason::user_shutdown);
    scheduler.run();
  }

  /// One event of an entity of its own.
  void append(const std::string& name, const std::string& text = {}) {
    append_request asked;
    asked.partition = ours;
    asked.what.entity = inbox_ref(derive_id<account_id>(account_id{}, name));
    auto& event = asked.what.events.emplace_back();
    event.type = "test";
    event.data = "{\"text\":\"" + text + "\"}";
    event.command = derive_id<command_id>(command_id{}, name);
    caf::anon_send(writer, std::make_shared<append_request>(asked));
  }
  void note(std::int64_t position) {
    caf::anon_send(writer, offset_note{ours, {"test", position}});
  }
  std::int64_t offset() { return *(*store.connect())->offset(ours, "test"); }
};

TEST_F(Writer, takes_only_so_many_bytes_together) {
  const std::string long_text(60'000, 'x');
  for (const auto* name : {"a", "b", "c", "d", "e", "f"}) append(name, long_text);
  scheduler.run();
  EXPECT_EQ(transactions, 2u) << "of five, and of one";
  EXPECT_EQ(store.all_events().size(), 6u);
}

/// PostgreSQL ends a statement that takes long, and says that it was not written.
TEST_F(Writer, takes_less_together_after_what_was_too_much) {
  constexpr int people = 64;
  std::size_t most = 0;
  const auto all_of = [&](int count) {
    for (int i = 0; i < count; ++i) append(std::to_string(i).c_str(), std::string(4'000, 'x'));
    const auto before = store.all_events().size();
    scheduler.run();
    most = store.all_events().size() - before;
  };
  store.on_append([](std::uint64_t) { return append_fault::unavailable; });
  all_of(people);
  store.on_append([this](std::uint64_t) {
    ++transactions;
    return append_fault::none;
  });
  all_of(people);
  EXPECT_EQ(most, static_cast<std::size_t>(people));
  EXPECT_EQ(transactions, 2u) << "half of it at first";
}

TEST_F(Writer, takes_what_has_come_by_then_together) {
  append("a");
  append("b");
  append("c");
  scheduler.run();
  EXPECT_EQ(transactions, 1u);
  append("d");
  scheduler.run();
  EXPECT_EQ(transactions, 2u);
  EXPECT_EQ(store.all_events().size(), 4u);
}

TEST_F(Writer, is_not_hurried_by_offsets) {
  note(1);
  append("a");
  append("b");
  caf::anon_send(writer, offsets_atom::value);
  append("c");
  append("d");
  scheduler.run();
  EXPECT_EQ(transactions, 1u);
  EXPECT_EQ(store.all_events().size(), 4u);
  EXPECT_EQ(offset(), 1);
}

TEST_F(Writer, writes_offsets_with_the_next_events_or_alone_when_there_are_none) {
  for (std::int64_t i = 1; i <= 3; ++i) {
    append(std::to_string(i).c_str());
    scheduler.run();
    note(i);
    scheduler.run();
  }
  EXPECT_EQ(transactions, 3u);
  EXPECT_EQ(offset(), 2);
  scheduler.advance_time(500ms);
  scheduler.run();
  EXPECT_EQ(transactions, 4u);
  EXPECT_EQ(offset(), 3);
  scheduler.advance_time(10s);
  scheduler.run();
  EXPECT_EQ(transactions, 4u);
}

TEST_F(Writer, writes_offsets_before_it_gives_a_partition_up) {
  note(7);
  caf::anon_send(writer, close_request{ours});
  scheduler.run();
  EXPECT_EQ(offset(), 7);
}

TEST_F(Writer, writes_offsets_later_that_the_journal_did_not_take) {
  note(7);
  store.on_append([](std::uint64_t) { return append_fault::unavailable; });
  scheduler.advance_time(500ms);
  scheduler.run();
  EXPECT_EQ(offset(), 0);
  store.on_append({});
  scheduler.advance_time(500ms);
  scheduler.run();
  EXPECT_EQ(offset(), 7);
}

TEST_F(Writer, writes_offsets_once_it_has_its_partition_back) {
  note(7);
  append("a");
  store.on_append([](std::uint64_t) { return append_fault::unknown_not_written; });
  scheduler.run();
  store.on_append({});
  for (int i = 0; i < 5; ++i) {
    scheduler.advance_time(500ms);
    scheduler.run();
  }
  EXPECT_EQ(offset(), 7);
}

}  // namespace
}  // namespace rentwave
