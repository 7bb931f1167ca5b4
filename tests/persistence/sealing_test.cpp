#include "persistence/sealing.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "actors/domain/commands.hpp"
#include "persistence/codec.hpp"
#include "persistence/forwarding_journal.hpp"
#include "persistence/sealed_text.hpp"
#include "persistence/sqlite/store.hpp"

namespace rentwave {
namespace {

template <class Id>
Id sealed_one(std::uint8_t n) {
  Id id;
  id.value.data[15] = n;
  return id;
}

const auto ada = sealed_one<account_id>(1);
const auto bob = sealed_one<account_id>(2);
const entity_ref adas_account = account_ref(ada);

class folder {
 public:
  folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sealing-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// What a test sees and does of the journal below the sealing one.
struct below {
  std::optional<journal_errc> keys_fail;
  std::optional<journal_errc> append_fails;
  std::vector<std::size_t> ensured;  ///< for how many people, call by call
  int appended = 0;
};

class watched_journal final : public forwarding_journal {
 public:
  watched_journal(std::unique_ptr<journal> inner, below& seen)
      : forwarding_journal(std::move(inner)), seen_(seen) {}

  journal_result<std::vector<std::string>> ensure_keys(
      const std::vector<fresh_key>& people) override {
    seen_.ensured.push_back(people.size());
    if (seen_.keys_fail) return journal_error{*seen_.keys_fail, "as the test wants it"};
    return forwarding_journal::ensure_keys(people);
  }
  journal_result<std::vector<partition_result>> append(
      const std::vector<partition_append>& batch) override {
    ++seen_.appended;
    if (seen_.append_fails) return journal_error{*seen_.append_fails, "as the test wants it"};
    return forwarding_journal::append(batch);
  }

 private:
  below& seen_;
};

class Sealing : public ::testing::Test {
 protected:
  Sealing() {
    auto plain = sqlite::open_file(folder_.path() / "journal.db");
    EXPECT_TRUE(plain) << plain.error().detail;
    store_ = seal_personal_fields(
        std::make_unique<wrapping_store>(std::move(*plain), [this](std::unique_ptr<journal> inner) {
          return std::make_unique<watched_journal>(std::move(inner), below_);
        }));
    connection_ = connect();
    epoch_ = connection_->take_over(0, "test")->epoch;
  }

  std::unique_ptr<journal> connect() { return std::move(*store_->connect()); }

  static account::event opened(const std::string& name) {
    account::opened event;
    event.id = ada;
    event.display_name = {name};
    event.email = {name + "@example.org"};
    return event;
  }

  new_event written(const account::event& event) {
    auto encoded = encode(event);
    new_event made;
    made.type = encoded.type;
    made.schema = encoded.schema;
    made.data = encoded.data;
    made.command = sealed_one<command_id>(++commands_);
    made.subject = ada;
    return made;
  }

  partition_append batch_of(std::vector<entity_append> entities) const {
    partition_append batch;
    batch.epoch = epoch_;
    batch.position = position_;
    batch.entities = std::move(entities);
    return batch;
  }

  journal_result<std::vector<partition_result>> append(std::vector<entity_append> entities,
                                                       journal* on = nullptr) {
    auto results = (on ? *on : *connection_).append({batch_of(std::move(entities))});
    if (results) position_ = results->at(0).position;
    return results;
  }
  journal_result<std::vector<partition_result>> append(const new_event& event) {
    entity_append entity;
    entity.entity = adas_account;
    entity.version = version_;
    entity.events = {event};
    auto results = append({entity});
    if (results) ++version_;
    return results;
  }

  /// The display names in the account's events, as an entity is given them.
  std::vector<std::string> names() {
    std::vector<std::string> names;
    const auto loaded = connection_->load(adas_account);
    EXPECT_TRUE(loaded) << loaded.error().detail;
    for (const auto& event : loaded->events) {
      const auto read = decode<account::event>(event.type, event.schema, event.data);
      EXPECT_TRUE(read);
      names.push_back(std::get<account::opened>(*read).display_name.text);
    }
    return names;
  }

  /// Everything that is on the disk.
  bool is_stored(const std::string& text) {
    for (const auto& file : std::filesystem::directory_iterator{folder_.path()}) {
      std::ifstream in{file.path(), std::ios::binary};
      const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
      if (bytes.find(text) != std::string::npos) return true;
    }
    return false;
  }

  folder folder_;
  below below_;
  std::unique_ptr<journal_store> store_;
  std::unique_ptr<journal> connection_;
  std::int64_t epoch_ = 0;
  std::int64_t position_ = 0;
  std::int64_t version_ = 0;
  std::uint8_t commands_ = 0;
};

using names_of = std::vector<std::string>;

TEST_F(Sealing, stores_no_personal_text_and_gives_it_back_to_its_entity) {
  const auto event = written(opened("Lovelace \"Ada\" \xC3\xA9"));
  ASSERT_TRUE(append(event));
  EXPECT_TRUE(is_stored("account.open"));
  EXPECT_FALSE(is_stored("Lovelace"));
  EXPECT_FALSE(is_stored("example.org"));
  EXPECT_EQ(names(), names_of{"Lovelace \"Ada\" \xC3\xA9"});
  EXPECT_EQ(connection_->load(adas_account)->events[0].data, event.data);
  EXPECT_EQ(connection_->load_from_start(adas_account)->events[0].data, event.data);
  EXPECT_EQ(connection_->find_command(adas_account, event.command)->at(0).data, event.data);
}

TEST_F(Sealing, leaves_logs_and_exports_sealed_and_readable) {
  ASSERT_TRUE(append(written(opened("Lovelace"))));
  for (const auto& events :
       {*connection_->read_entity(adas_account, 0, 10), *connection_->read_log(0, 0, 10),
        connection_->scan(0, {}, 10)->events}) {
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].data.find("Lovelace"), std::string::npos);
    EXPECT_NE(events[0].data.find("{\"sealed\":\"v1." + to_string(ada) + "."), std::string::npos);
    const auto read = decode<account::event>(events[0].type, 1, events[0].data);
    ASSERT_TRUE(read);
    EXPECT_EQ(std::get<account::opened>(*read).id, ada);
    EXPECT_EQ(std::get<account::opened>(*read).display_name.text, "");
  }
}

TEST_F(Sealing, seals_snapshots) {
  account::state state;
  state.display_name = {"Lovelace"};
  bool personal = false;
  entity_append entity;
  entity.entity = adas_account;
  entity.events = {written(opened("Lovelace"))};
  entity.state = snapshot{1, state_schema, encode_state(state, personal), ada};
  ASSERT_TRUE(append({entity}));
  EXPECT_FALSE(is_stored("Lovelace"));

  const auto loaded = connection_->load(adas_account);
  ASSERT_TRUE(loaded);
  ASSERT_TRUE(loaded->state);
  const auto read = decode_state<account::state>(loaded->state->schema, loaded->state->data);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->display_name.text, "Lovelace");
  EXPECT_TRUE(loaded->events.empty());

  ASSERT_TRUE(connection_->destroy_key(ada));
  const auto erased = connection_->load(adas_account);
  ASSERT_TRUE(erased);
  EXPECT_EQ(decode_state<account::state>(1, erased->state->data)->display_name.text, "");
}

TEST_F(Sealing, erases_all_texts_with_the_key) {
  ASSERT_TRUE(append(written(opened("Lovelace"))));
  auto other = connect();
  ASSERT_TRUE(other->destroy_key(ada));
  EXPECT_EQ(names(), names_of{""});
  // This connection still knows the key from sealing; what it seals with it is lost all the same.
  ASSERT_TRUE(append(written(opened("Byron"))));
  EXPECT_EQ(names(), (names_of{"", ""}));
  EXPECT_FALSE(is_stored("Byron"));
}

TEST_F(Sealing, drops_the_text_of_who_was_erased) {
  ASSERT_TRUE(append(written(opened("Lovelace"))));
  ASSERT_TRUE(connection_->destroy_key(ada));
  ASSERT_TRUE(append(written(opened("Byron"))));
  EXPECT_EQ(names(), (names_of{"", ""}));
  const auto stored = *connection_->read_log(0, 1, 10);
  EXPECT_NE(stored.at(0).data.find(R"("display_name":{"personal":""})"), std::string::npos);
}

TEST_F(Sealing, makes_one_key_for_a_person) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(append(written(opened("Lovelace"))));
  EXPECT_EQ(below_.ensured, std::vector<std::size_t>{1}) << "and remembers it";
  connection_ = connect();
  ASSERT_TRUE(append(written(opened("Lovelace"))));
  EXPECT_EQ(names(), names_of(4, "Lovelace"));
}

// What is there now may be a standby that never had it.
TEST_F(Sealing, remembers_no_key_beyond_the_loss_of_the_database) {
  below_.append_fails = journal_errc::unknown_outcome;
  EXPECT_FALSE(append(written(opened("Lovelace"))));
  below_.append_fails.reset();
  epoch_ = connection_->take_back(0, "test")->epoch;
  ASSERT_TRUE(append(written(opened("Lovelace"))));
  EXPECT_EQ(below_.ensured, (std::vector<std::size_t>{1, 1}));
  epoch_ = connection_->take_over(0, "another")->epoch;
  ASSERT_TRUE(append(written(opened("Lovelace"))));
  EXPECT_EQ(below_.ensured, (std::vector<std::size_t>{1, 1, 1}));
  EXPECT_EQ(names(), names_of(2, "Lovelace"));
}

TEST_F(Sealing, refuses_only_the_entities_whose_key_is_damaged) {
  ASSERT_TRUE(connection_->ensure_key(bob, "sixteen bytes..."));
  std::vector<entity_append> entities(2);
  entities[0].entity = account_ref(bob);
  entities[0].events = {written(opened("Bob"))};
  entities[0].events[0].subject = bob;
  entities[1].entity = adas_account;
  entities[1].events = {written(opened("Lovelace"))};
  const auto results = append(entities);
  ASSERT_TRUE(results) << results.error().detail;
  EXPECT_TRUE(results->at(0).entities.at(0).failed);
  EXPECT_FALSE(results->at(0).entities.at(1).failed);
  EXPECT_EQ(names(), names_of{"Lovelace"});
}

TEST_F(Sealing, makes_the_keys_of_all_people_of_a_batch_together) {
  std::vector<entity_append> entities;
  for (std::uint8_t n = 1; n <= 20; ++n) {
    auto& one = entities.emplace_back();
    one.entity = account_ref(sealed_one<account_id>(n));
    one.events = {written(opened("Name" + std::to_string(n))), written(opened("Again"))};
    for (auto& event : one.events) event.subject = sealed_one<account_id>(n);
  }
  ASSERT_TRUE(connection_->destroy_key(sealed_one<account_id>(7)));
  ASSERT_TRUE(append(entities));
  EXPECT_EQ(below_.ensured, std::vector<std::size_t>{20});
  for (std::uint8_t n = 1; n <= 20; ++n) {
    const auto loaded = connection_->load(account_ref(sealed_one<account_id>(n)));
    ASSERT_TRUE(loaded) << loaded.error().detail;
    const auto name = n == 7 ? "" : "Name" + std::to_string(n);
    EXPECT_NE(loaded->events.at(0).data.find("{\"personal\":\"" + name + "\"}"), std::string::npos);
  }
}

TEST_F(Sealing, writes_nothing_when_the_key_cannot_be_had) {
  below_.keys_fail = journal_errc::unavailable;
  const auto results = append(written(opened("Lovelace")));
  ASSERT_FALSE(results);
  EXPECT_EQ(results.error().code, journal_errc::unavailable);
  EXPECT_EQ(below_.appended, 0);
  below_.keys_fail.reset();
  EXPECT_TRUE(append(written(opened("Lovelace"))));
}

TEST_F(Sealing, needs_no_key_for_events_without_a_subject_or_without_text) {
  auto nobodys = written(opened("public"));
  nobodys.subject.reset();
  ASSERT_TRUE(append(nobodys));
  ASSERT_TRUE(append(written(account::opened{})));
  EXPECT_EQ(names(), (names_of{"public", ""}));
  EXPECT_EQ(below_.ensured, std::vector<std::size_t>{});
  EXPECT_EQ(*connection_->find_key(ada), std::nullopt);
}

TEST_F(Sealing, refuses_only_the_entity_whose_data_is_no_json) {
  std::vector<entity_append> entities(3);
  entities[0].entity = adas_account;
  entities[0].events = {written(opened("Lovelace"))};
  entities[1].entity = account_ref(bob);
  entities[1].events = {written(opened("Bob"))};
  entities[1].events[0].data = R"({"display_name":{"personal":"Bob")";
  entities[2].entity = wallet_ref(bob);
  entities[2].events = {written(opened("Charles"))};
  const auto results = append(entities);
  ASSERT_TRUE(results);
  const auto& each = results->at(0).entities;
  ASSERT_EQ(each.size(), 3u);
  EXPECT_FALSE(each[0].failed);
  ASSERT_TRUE(each[1].failed);
  EXPECT_EQ(each[1].failed->code, journal_errc::refused);
  EXPECT_FALSE(each[2].failed);
  EXPECT_EQ(each[2].first_position, 2);
  EXPECT_FALSE(is_stored("Bob"));
}

TEST_F(Sealing, takes_forged_or_moved_texts_for_corrupt) {
  ASSERT_TRUE(append(written(opened("Lovelace"))));
  const auto stored = connection_->read_log(0, 0, 1)->at(0).data;

  const auto load_of = [&](std::uint8_t n, const std::string& data, account_id subject) {
    auto event = written(account::opened{});
    event.data = data;
    event.subject = subject;
    entity_append entity;
    entity.entity = account_ref(sealed_one<account_id>(n));
    entity.events = {event};
    EXPECT_TRUE(append({entity}));
    const auto loaded = connection_->load(entity.entity);
    return loaded ? "none" : boost::describe::enum_to_string(loaded.error().code, "?");
  };
  EXPECT_STREQ(load_of(10, stored, ada), "none");
  EXPECT_STREQ(load_of(11, stored, bob), "corrupt");
  auto forged = stored;
  auto& flipped = forged[forged.find("\"sealed\":\"v1.") + 13 + 36 + 1 + 40];
  flipped = flipped == 'A' ? 'B' : 'A';
  EXPECT_STREQ(load_of(12, forged, ada), "corrupt");
  EXPECT_STREQ(load_of(13, R"({"display_name":{"sealed":"v2.x"}})", ada), "corrupt");
  EXPECT_STREQ(load_of(14, R"({"username":"sealed"})", ada), "none");
  // Read together with others, it is still the forged one alone that fails.
  const auto together = connection_->load_many({account_ref(sealed_one<account_id>(10)),
                                                account_ref(sealed_one<account_id>(12)),
                                                account_ref(sealed_one<account_id>(14))});
  EXPECT_TRUE(together.at(0));
  EXPECT_FALSE(together.at(1));
  EXPECT_TRUE(together.at(2));
}

// --- one text ---

TEST(Sealed_text, opens_only_with_its_key_for_its_person) {
  ASSERT_GE(sodium_init(), 0);
  const auto key = make_personal_key();
  const auto sealed = seal_text("Lovelace", ada, key);
  EXPECT_EQ(sealed_for(sealed), ada);
  EXPECT_EQ(open_sealed_text(sealed, key), "Lovelace");
  EXPECT_FALSE(open_sealed_text(sealed, make_personal_key()));
  EXPECT_FALSE(open_sealed_text(sealed, key.substr(1)));
  auto moved = sealed;
  moved.replace(3, 36, to_string(bob));
  EXPECT_EQ(sealed_for(moved), bob);
  EXPECT_FALSE(open_sealed_text(moved, key));
}

TEST(Sealed_text, is_another_each_time) {
  ASSERT_GE(sodium_init(), 0);
  const auto key = make_personal_key();
  EXPECT_NE(key, make_personal_key());
  EXPECT_NE(seal_text("Lovelace", ada, key), seal_text("Lovelace", ada, key));
}

TEST(Sealed_text, cut_anywhere_does_not_open) {
  ASSERT_GE(sodium_init(), 0);
  const auto key = make_personal_key();
  const auto sealed = seal_text("Lovelace", ada, key);
  for (std::size_t length = 0; length < sealed.size(); ++length)
    EXPECT_FALSE(open_sealed_text(sealed.substr(0, length), key)) << length;
  EXPECT_FALSE(open_sealed_text(sealed + "A", key));
  EXPECT_FALSE(open_sealed_text(sealed + "=", key));
}

}  // namespace
}  // namespace rentwave
