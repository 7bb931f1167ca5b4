#include "persistence/memory/membership.hpp"

#include <algorithm>
#include <map>
#include <mutex>

namespace rentwave {

struct membership_tables {
  std::mutex mutex;
  std::function<membership_fault(membership_call)> choose;
  std::int64_t last_incarnation = 0;
  std::map<std::string, node_row, std::less<>> nodes;  ///< by name
  partition_table partitions;
};

namespace {

constexpr const char* told_to = "it fails because a test says so";

class connection final : public membership {
 public:
  explicit connection(membership_tables& tables) : tables_(tables) {}

  journal_result<node_id> join(std::string_view name, const node_profile& profile,
                               instant now) override {
    return call(membership_call::join, [&]() -> journal_result<node_id> {
      const node_id id{std::string{name}, ++tables_.last_incarnation};
      tables_.nodes.insert_or_assign(id.name, node_row{id, profile, 0, false, now});
      return id;
    });
  }

  journal_result<void> renew(const node_id& who) override {
    return call(membership_call::renew, [&]() -> journal_result<void> {
      auto* row = find(who);
      if (!row) return journal_error{journal_errc::fenced, to_string(who) + " is no member"};
      ++row->counter;
      return {};
    });
  }

  journal_result<void> set_draining(const node_id& who, bool draining) override {
    return call(membership_call::set_draining, [&]() -> journal_result<void> {
      auto* row = find(who);
      if (!row) return journal_error{journal_errc::not_found, to_string(who) + " is no member"};
      row->draining = draining;
      return {};
    });
  }

  journal_result<void> leave(const node_id& who) override {
    return call(membership_call::leave, [&]() -> journal_result<void> {
      if (find(who)) tables_.nodes.erase(who.name);
      return {};
    });
  }

  journal_result<cluster_tables> read() override {
    return call(membership_call::read, [&]() -> journal_result<cluster_tables> {
      cluster_tables all{{}, tables_.partitions};
      for (const auto& [name, row] : tables_.nodes) all.nodes.push_back(row);
      std::ranges::sort(all.nodes, {}, [](const node_row& row) { return row.id.incarnation; });
      return all;
    });
  }

  journal_result<std::int64_t> publish(const partition_table& next,
                                       const std::vector<ended_node>& ended) override {
    return call(membership_call::publish, [&]() -> journal_result<std::int64_t> {
      if (next.revision != tables_.partitions.revision)
        return journal_error{journal_errc::conflict, "the table has another revision"};
      for (const auto& one : ended)
        if (const auto* row = find(one.id); !row || row->counter != one.counter)
          return journal_error{journal_errc::conflict, to_string(one.id) + " has changed"};
      for (const auto& one : ended) tables_.nodes.erase(one.id.name);
      tables_.partitions = next;
      return ++tables_.partitions.revision;
    });
  }

 private:
  template <class Work>
  auto call(membership_call what, Work&& work) -> decltype(work()) {
    const std::lock_guard held(tables_.mutex);
    const auto fault = tables_.choose ? tables_.choose(what) : membership_fault::none;
    if (fault == membership_fault::none) return work();
    if (fault == membership_fault::unavailable || what == membership_call::read)
      return journal_error{journal_errc::unavailable, told_to};
    if (fault == membership_fault::too_new) return journal_error{journal_errc::too_new, told_to};
    if (fault == membership_fault::unknown_done) (void)work();
    return journal_error{journal_errc::unknown_outcome, told_to};
  }

  node_row* find(const node_id& who) {
    const auto found = tables_.nodes.find(who.name);
    return found != tables_.nodes.end() && found->second.id == who ? &found->second : nullptr;
  }

  membership_tables& tables_;
};

}  // namespace

memory_membership::memory_membership() : tables_(std::make_unique<membership_tables>()) {}
memory_membership::~memory_membership() = default;

std::unique_ptr<membership> memory_membership::connect() {
  return std::make_unique<connection>(*tables_);
}

void memory_membership::on_call(std::function<membership_fault(membership_call)> choose) {
  const std::lock_guard held(tables_->mutex);
  tables_->choose = std::move(choose);
}

}  // namespace rentwave
