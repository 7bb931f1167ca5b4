// A journal that passes every call on to another one: the base of decorators, which override what
// they change.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "persistence/journal.hpp"

namespace rentwave {

class forwarding_journal : public journal {
 public:
  explicit forwarding_journal(std::unique_ptr<journal> inner) : inner_(std::move(inner)) {}

  journal_result<std::vector<partition_result>> append(
      const std::vector<partition_append>& batch) override {
    return inner_->append(batch);
  }
  std::vector<journal_result<history>> load_many(const std::vector<entity_ref>& entities) override {
    return inner_->load_many(entities);
  }
  journal_result<history> load_from_start(const entity_ref& entity) override {
    return inner_->load_from_start(entity);
  }
  journal_result<std::vector<stored_event>> find_command(const entity_ref& entity,
                                                         command_id command) override {
    return inner_->find_command(entity, command);
  }
  journal_result<void> destroy_key(account_id person) override {
    return inner_->destroy_key(person);
  }
  std::vector<journal_result<partition_lease>> take_over_many(
      const std::vector<partition_id>& partitions, std::string_view owner) override {
    return inner_->take_over_many(partitions, owner);
  }
  journal_result<partition_lease> take_back(partition_id partition,
                                            std::string_view owner) override {
    return inner_->take_back(partition, owner);
  }
  journal_result<void> release(partition_id partition, std::string_view owner,
                               std::int64_t epoch) override {
    return inner_->release(partition, owner, epoch);
  }
  journal_result<std::vector<partition_row>> partitions() override { return inner_->partitions(); }
  journal_result<std::vector<stored_event>> read_entity(const entity_ref& entity,
                                                        std::int64_t after_version,
                                                        int limit) override {
    return inner_->read_entity(entity, after_version, limit);
  }
  journal_result<std::vector<stored_event>> read_log(partition_id partition,
                                                     std::int64_t after_position,
                                                     int limit) override {
    return inner_->read_log(partition, after_position, limit);
  }
  journal_result<scanned> scan(std::int64_t after_sequence, const event_filter& filter,
                               int limit) override {
    return inner_->scan(after_sequence, filter, limit);
  }
  journal_result<void> rebuild_rows(const row_projection& project,
                                    const progress_report& report) override {
    return inner_->rebuild_rows(project, report);
  }
  journal_result<std::vector<alarm_row>> alarms(partition_id partition, instant horizon,
                                                const std::optional<alarm_row>& after,
                                                int limit) override {
    return inner_->alarms(partition, horizon, after, limit);
  }
  journal_result<std::int64_t> offset(partition_id partition,
                                      std::string_view subscription) override {
    return inner_->offset(partition, subscription);
  }
  journal_result<std::vector<dead_letter>> dead_letters(std::optional<partition_id> partition,
                                                        const std::optional<letter_place>& after,
                                                        int limit) override {
    return inner_->dead_letters(partition, after, limit);
  }
  journal_result<std::optional<instant>> latest_event_time() override {
    return inner_->latest_event_time();
  }
  journal_result<std::optional<clock_anchor>> anchor() override { return inner_->anchor(); }
  journal_result<void> set_anchor(const clock_anchor& now) override {
    return inner_->set_anchor(now);
  }
  journal_result<std::string> pin(std::string_view name, std::string_view value) override {
    return inner_->pin(name, value);
  }
  journal_result<std::vector<std::string>> ensure_keys(
      const std::vector<fresh_key>& people) override {
    return inner_->ensure_keys(people);
  }
  journal_result<std::optional<std::string>> find_key(account_id person) override {
    return inner_->find_key(person);
  }
  journal_result<void> put_photo(const photo_id& id, const stored_photo& what,
                                 instant now) override {
    return inner_->put_photo(id, what, now);
  }
  journal_result<std::optional<photo>> find_photo(const photo_id& id) override {
    return inner_->find_photo(id);
  }
  journal_result<std::optional<stored_photo>> get_photo(const photo_id& id) override {
    return inner_->get_photo(id);
  }
  journal_result<photo_sweep> sweep_photos(const std::optional<photo_id>& after, instant before,
                                           int limit) override {
    return inner_->sweep_photos(after, before, limit);
  }

  journal_result<listing_page> search(const listing_query& wanted) override {
    return inner_->search(wanted);
  }
  journal_result<page<rental_row>> rentals(const rental_query& wanted) override {
    return inner_->rentals(wanted);
  }
  journal_result<page<review_row>> reviews(const review_query& wanted) override {
    return inner_->reviews(wanted);
  }
  journal_result<page<wallet_entry>> wallet_entries(account_id account,
                                                    const page_request& wanted) override {
    return inner_->wallet_entries(account, wanted);
  }
  journal_result<std::vector<notice_row>> notices(account_id account, std::int64_t after,
                                                  int limit) override {
    return inner_->notices(account, after, limit);
  }
  journal_result<std::vector<session_row>> sessions(account_id account) override {
    return inner_->sessions(account);
  }
  journal_result<std::vector<overlap>> overlapping_reservations() override {
    return inner_->overlapping_reservations();
  }

 protected:
  journal& inner() { return *inner_; }

 private:
  std::unique_ptr<journal> inner_;
};

/// The store of such decorators: another one's connections, each of them wrapped.
class wrapping_store final : public journal_store {
 public:
  using wrapper = std::function<std::unique_ptr<journal>(std::unique_ptr<journal>)>;
  wrapping_store(std::unique_ptr<journal_store> inner, wrapper wrap)
      : inner_(std::move(inner)), wrap_(std::move(wrap)) {}

  journal_result<std::unique_ptr<journal>> connect() override {
    auto made = inner_->connect();
    if (!made) return made.error();
    return wrap_(std::move(*made));
  }
  std::string promise() const override { return inner_->promise(); }

 private:
  std::unique_ptr<journal_store> inner_;
  wrapper wrap_;
};

}  // namespace rentwave
