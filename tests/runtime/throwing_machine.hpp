// Entities that throw on demand, and what their callers are told.
#pragma once

#include <stdexcept>

#include "tests/runtime/world.hpp"

namespace rentwave::testing {

/// Throws at the next `times` commands, then behaves.
class throwing_machine final : public machine {
 public:
  throwing_machine(std::unique_ptr<machine> real, std::shared_ptr<int> times)
      : real_{std::move(real)}, times_{std::move(times)} {}

  bool restore(const snapshot& from) override { return real_->restore(from); }
  journal_result<void> fold(const stored_event& event) override { return real_->fold(event); }
  std::optional<step> decide(const any_command& asked, const context& given) override {
    if (*times_ > 0) {
      --*times_;
      throw std::runtime_error{"planted"};
    }
    return real_->decide(asked, given);
  }
  std::vector<want> wants() const override { return real_->wants(); }
  std::optional<instant> alarm() const override { return real_->alarm(); }
  outcome reply(const std::vector<stored_event>& events) const override {
    return real_->reply(events);
  }
  std::int64_t version() const override { return real_->version(); }
  std::shared_ptr<const void> view() const override { return real_->view(); }
  snapshot save() const override { return real_->save(); }

 private:
  std::unique_ptr<machine> real_;
  std::shared_ptr<int> times_;
};

/// The entities of this kind throw at the next `times` commands, all together.
inline node_options with_throwing(entity_kind kind, std::shared_ptr<int> times) {
  node_options options;
  options.partitions = 4;
  options.machines = [kind, times](const entity_ref& entity) -> std::unique_ptr<machine> {
    if (entity.kind != kind) return make_machine(entity);
    return std::make_unique<throwing_machine>(make_machine(entity), times);
  };
  return options;
}

template <class T>
runtime_errc code_of(const pending<T>& waiting) {
  if (!waiting.failed()) return runtime_errc::none;
  return static_cast<runtime_errc>(std::get<caf::error>(**waiting.slot).code());
}

}  // namespace rentwave::testing
