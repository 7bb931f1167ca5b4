#include "tests/simulation/faults.hpp"

#include <stdexcept>

namespace rentwave::simulation {
namespace {

/// An entity's functions, any of which may throw before it does anything.
class brittle final : public machine {
 public:
  brittle(std::unique_ptr<machine> inner, faults& chance)
      : inner_{std::move(inner)}, chance_{chance} {}

  bool restore(const snapshot& from) override {
    maybe_break();
    return !chance_.refuses_snapshot() && inner_->restore(from);
  }
  journal_result<void> fold(const stored_event& event) override {
    // Histories are long: each event counts less.
    maybe_break(20);
    return inner_->fold(event);
  }
  std::optional<step> decide(const entity_ref& self, const any_command& asked,
                             const context& given) override {
    maybe_break();
    auto taken = inner_->decide(self, asked, given);
    // After the state has changed, too.
    maybe_break();
    return taken;
  }
  std::vector<want> wants() const override {
    maybe_break();
    return inner_->wants();
  }
  std::optional<instant> alarm() const override {
    maybe_break();
    return inner_->alarm();
  }
  outcome reply(const std::vector<stored_event>& events) const override {
    maybe_break(5);
    return inner_->reply(events);
  }
  std::int64_t version() const override { return inner_->version(); }
  std::shared_ptr<const void> view() const override { return inner_->view(); }
  snapshot save() const override {
    maybe_break();
    return inner_->save();
  }

 private:
  void maybe_break(int times = 1) const {
    chance_.maybe_throw(chance_.rates().entity * times, "an entity");
  }

  std::unique_ptr<machine> inner_;
  faults& chance_;
};

}  // namespace

void faults::maybe_throw(int rate, const char* what) {
  if (!on_ || !hits(rate)) return;
  ++count_;
  throw std::runtime_error{std::string{what} + " fails because the seed says so"};
}

void faults::maybe_throw_int(int rate) {
  if (!on_ || !hits(rate)) return;
  ++count_;
  throw 42;
}

bool faults::refuses_snapshot() {
  if (!on_ || !hits(rates_.snapshot)) return false;
  ++count_;
  return true;
}

node_options faults::wrap(node_options options) {
  options.machines =
      [this, inner = options.machines](const entity_ref& entity) -> std::unique_ptr<machine> {
    return std::make_unique<brittle>(inner(entity), *this);
  };
  bank_->disturb = [this] { maybe_throw(rates_.payment, "the bank"); };
  options.payments = bank_;
  receivers_->disturb = [this] { maybe_throw(rates_.courier, "the courier"); };
  options.webhooks = receivers_;
  for (auto& one : options.subscriptions)
    one.handle = [this, inner = one.handle](const stored_event& event) {
      maybe_throw(rates_.consumer, "a subscription");
      // What nobody expects.
      maybe_throw_int(rates_.consumer);
      return inner(event);
    };
  return options;
}

void faults::attach(memory_store& store) {
  store.on_append([this](std::uint64_t number) {
    appends_ = number;
    return next_append();
  });
  store.on_take_over([this](std::uint64_t) {
    return bad_take_overs_ > 0 || is_cut_off_ ? append_fault::unavailable : append_fault::none;
  });
}

append_fault faults::next_append() {
  // Its last words may have arrived.
  if (is_cut_off_)
    return dice_.one_in(4) ? append_fault::unknown_written : append_fault::unavailable;
  if (!on_) return append_fault::none;
  if (burst_ == 0) {
    if (!hits(rates_.append)) return append_fault::none;
    static const std::vector kinds{append_fault::unavailable, append_fault::unknown_not_written,
                                   append_fault::unknown_written, append_fault::refuse_one};
    kind_ = dice_.pick(kinds);
    burst_ = dice_.one_in(3) ? static_cast<int>(dice_.between(2, 8)) : 1;
  }
  --burst_;
  ++count_;
  return kind_;
}

void faults::round(memory_store& store) {
  if (!on_) return;
  if (bad_rounds_ > 0) {
    --bad_rounds_;
  } else if (hits(rates_.reads)) {
    bad_rounds_ = static_cast<int>(dice_.between(1, 5));
    ++count_;
  }
  if (bad_take_overs_ > 0) {
    --bad_take_overs_;
  } else if (hits(rates_.take_overs)) {
    bad_take_overs_ = static_cast<int>(dice_.between(1, 5));
    ++count_;
  }
  store.fail_reads(bad_rounds_ > 0);
}

void faults::cut_off(memory_store& store, bool is_so) {
  is_cut_off_ = is_so;
  store.fail_reads(is_so || reads_fail());
}

void faults::stop(memory_store& store) {
  on_ = false;
  receivers_->stop();
  bad_rounds_ = bad_take_overs_ = burst_ = 0;
  store.fail_reads(false);
}

}  // namespace rentwave::simulation
