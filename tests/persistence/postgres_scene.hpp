// A journal in a database of the private server, for the tests of what is special about it.
#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <thread>

#include "tests/persistence/journal_contract.hpp"
#include "tests/postgres/private_server.hpp"

namespace rentwave::testing_journal {

/// Until it holds, but not for ever: a bound that only a defect meets.
inline bool eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

class PostgresScene : public testing::Test {
 protected:
  PostgresScene() : url_(server_.make_journal()) { open(); }
  ~PostgresScene() override {
    close();
    server_.drop(url_);
  }

  void open() {
    store_ = value(open_journal(url_));
    journal_ = value(store_->connect());
  }
  void close() {
    journal_.reset();
    store_.reset();
  }
  std::string run(const std::string& sql) { return server_.run(url_, sql); }
  /// What the server says to a statement that it refuses.
  std::string refusal(const std::string& sql) {
    try {
      run(sql);
      return "";
    } catch (const std::exception& e) {
      return e.what();
    }
  }
  /// Sessions of an owner, for a WHERE.
  static std::string sessions_of(const std::string& owner) {
    return " FROM pg_stat_activity WHERE datname = current_database()"
           " AND application_name LIKE 'rentwave/" +
           owner + "/%'";
  }
  bool is_blocked(const std::string& owner) {
    return run("SELECT count(*)" + sessions_of(owner) + " AND wait_event_type = 'Lock'") == "1";
  }

  /// Appends one event a partition, that of an entity of the same number; fails the test when it is
  /// fenced.
  static journal_result<std::vector<partition_result>> append_one(
      journal& to, partition_id partition, partition_lease& lease, std::uint32_t command,
      std::vector<offset_change> offsets = {}) {
    const auto entity = rental_n(static_cast<std::uint32_t>(partition));
    auto wanted =
        to_partition(partition, lease, {to_entity(entity, lease.position, {event(command)})});
    wanted.offsets = std::move(offsets);
    auto result = to.append({wanted});
    if (result) {
      EXPECT_FALSE(result->at(0).fenced);
      EXPECT_FALSE(result->at(0).entities.at(0).failed);
      lease.position = result->at(0).position;
    }
    return result;
  }

  testing_postgres::private_server& server_ = testing_postgres::private_server::get();
  std::string url_;
  std::unique_ptr<journal_store> store_;
  std::unique_ptr<journal> journal_;
};

}  // namespace rentwave::testing_journal
