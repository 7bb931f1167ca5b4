// The journal in a SQLite file: one connection. The calls of the interface are spread over
// append.cpp, take_over.cpp, events.cpp, settings.cpp, photos.cpp, search.cpp and queries.cpp.
#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "persistence/journal.hpp"
#include "persistence/sqlite/connection.hpp"

namespace rentwave::sqlite {

class sqlite_journal final : public journal {
 public:
  /// Throws `error`.
  sqlite_journal(const std::filesystem::path& file, access how, log_limits limits = {},
                 std::shared_ptr<log_mover> mover = nullptr)
      : db_(file, how, limits, std::move(mover)) {}

  // take_over.cpp
  std::vector<journal_result<partition_lease>> take_over_many(
      const std::vector<partition_id>& partitions, std::string_view owner) override;
  journal_result<partition_lease> take_back(partition_id partition,
                                            std::string_view owner) override;
  journal_result<void> release(partition_id partition, std::string_view owner,
                               std::int64_t epoch) override;

  // append.cpp
  journal_result<std::vector<partition_result>> append(
      const std::vector<partition_append>& batch) override;

  // events.cpp
  std::vector<journal_result<history>> load_many(const std::vector<entity_ref>& entities) override;
  journal_result<history> load_from_start(const entity_ref& entity) override;
  journal_result<std::vector<stored_event>> find_command(const entity_ref& entity,
                                                         command_id command) override;
  journal_result<std::vector<stored_event>> read_entity(const entity_ref& entity,
                                                        std::int64_t after_version,
                                                        int limit) override;
  journal_result<std::vector<stored_event>> read_log(partition_id partition,
                                                     std::int64_t after_position,
                                                     int limit) override;
  journal_result<scanned> scan(std::int64_t after_sequence, const event_filter& filter,
                               int limit) override;
  journal_result<void> rebuild_rows(const row_projection& project,
                                    const progress_report& report) override;
  journal_result<std::vector<alarm_row>> alarms(partition_id partition, instant horizon,
                                                const std::optional<alarm_row>& after,
                                                int limit) override;
  journal_result<std::int64_t> offset(partition_id partition,
                                      std::string_view subscription) override;

  // settings.cpp
  journal_result<std::vector<partition_row>> partitions() override;
  journal_result<std::vector<dead_letter>> dead_letters(std::optional<partition_id> partition,
                                                        const std::optional<letter_place>& after,
                                                        int limit) override;
  journal_result<std::optional<instant>> latest_event_time() override;
  journal_result<std::optional<clock_anchor>> anchor() override;
  journal_result<void> set_anchor(const clock_anchor& now) override;
  journal_result<std::string> pin(std::string_view name, std::string_view value) override;
  journal_result<std::vector<std::string>> ensure_keys(
      const std::vector<fresh_key>& people) override;
  journal_result<std::optional<std::string>> find_key(account_id person) override;
  journal_result<void> destroy_key(account_id person) override;

  // photos.cpp
  journal_result<void> put_photo(const photo_id& id, const stored_photo& what,
                                 instant now) override;
  journal_result<std::optional<photo>> find_photo(const photo_id& id) override;
  journal_result<std::optional<stored_photo>> get_photo(const photo_id& id) override;
  journal_result<photo_sweep> sweep_photos(const std::optional<photo_id>& after, instant before,
                                           int limit) override;

  // search.cpp
  journal_result<listing_page> search(const listing_query& wanted) override;

  // queries.cpp
  journal_result<page<rental_row>> rentals(const rental_query& wanted) override;
  journal_result<page<review_row>> reviews(const review_query& wanted) override;
  journal_result<page<wallet_entry>> wallet_entries(account_id account,
                                                    const page_request& wanted) override;
  journal_result<std::vector<notice_row>> notices(account_id account, std::int64_t after,
                                                  int limit) override;
  journal_result<std::vector<session_row>> sessions(account_id account) override;
  journal_result<std::vector<overlap>> overlapping_reservations() override;

 private:
  journal_result<history> load_one(const entity_ref& entity);

  connection db_;
};

}  // namespace rentwave::sqlite
