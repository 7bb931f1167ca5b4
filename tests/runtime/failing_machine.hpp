// An entity's machine that throws at whichever command it is told to.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include "actors/runtime/machine.hpp"

namespace rentwave::testing {

class failing_machine : public machine {
 public:
  failing_machine(std::unique_ptr<machine> real, std::function<bool(const any_command&)> fails)
      : real_{std::move(real)}, fails_{std::move(fails)} {}

  bool restore(const snapshot& from) override { return real_->restore(from); }
  journal_result<void> fold(const stored_event& event) override { return real_->fold(event); }
  std::optional<step> decide(const entity_ref& self, const any_command& asked,
                             const context& given) override {
    if (fails_(asked)) throw std::runtime_error{"planted"};
    return real_->decide(self, asked, given);
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
  std::function<bool(const any_command&)> fails_;
};

}  // namespace rentwave::testing
