#include "persistence/measured.hpp"

#include "persistence/forwarding_journal.hpp"

namespace rentwave {
namespace {

using std::chrono::steady_clock;

class measured_journal final : public forwarding_journal {
 public:
  measured_journal(std::unique_ptr<journal> inner, std::shared_ptr<journal_figures> into)
      : forwarding_journal(std::move(inner)), into_(std::move(into)) {}

  journal_result<std::vector<partition_result>> append(
      const std::vector<partition_append>& batch) override {
    std::size_t events = 0;
    for (const auto& part : batch)
      for (const auto& one : part.entities) events += one.events.size();
    const auto began = steady_clock::now();
    auto done = forwarding_journal::append(batch);
    into_->append_seconds.add(steady_clock::now() - began);
    into_->append_events.add(static_cast<double>(events));
    if (!done) ++failures(done.error().code);
    return done;
  }

  std::vector<journal_result<history>> load_many(const std::vector<entity_ref>& entities) override {
    const auto began = steady_clock::now();
    auto done = forwarding_journal::load_many(entities);
    into_->load_seconds.add(steady_clock::now() - began);
    return done;
  }

 private:
  std::atomic<std::uint64_t>& failures(journal_errc why) {
    if (why == journal_errc::unavailable) return into_->appends_unavailable;
    if (why == journal_errc::unknown_outcome) return into_->appends_unknown;
    return into_->appends_failed_otherwise;
  }

  std::shared_ptr<journal_figures> into_;
};

}  // namespace

std::unique_ptr<journal_store> measure(std::unique_ptr<journal_store> inner,
                                       std::shared_ptr<journal_figures> into) {
  return std::make_unique<wrapping_store>(
      std::move(inner), [into = std::move(into)](std::unique_ptr<journal> connection) {
        return std::make_unique<measured_journal>(std::move(connection), into);
      });
}

}  // namespace rentwave
