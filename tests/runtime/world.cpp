#include "tests/runtime/world.hpp"

#include <stdexcept>
#include <string>

namespace rentwave::testing {
namespace {

/// A day in the calendar that virtual time begins at.
constexpr instant first_instant{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}};

caf::actor_system_config& deterministic(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("testing"));
  return config;
}

duration since_start(caf::actor_system& system) {
  return std::chrono::duration_cast<duration>(system.clock().now().time_since_epoch());
}

}  // namespace

world::machine::machine()
    : system{deterministic(config)},
      scheduler{dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())} {}

world::world(node_options base)
    : own_{std::make_unique<memory_store>()},
      store_{*own_},
      base_{std::move(base)},
      started_at_{first_instant} {
  base_.threads = false;
  start();
}

world::world(node_options base, memory_store& shared)
    : store_{shared}, base_{std::move(base)}, started_at_{first_instant} {
  base_.threads = false;
}

world::~world() {
  crash();
}

instant world::real_now() const {
  return machine_ ? started_at_ + since_start(machine_->system) : started_at_;
}

void world::start(duration down) {
  started_at_ += down;
  machine_ = std::make_unique<machine>();
  // The clock of a fresh actor system begins anew; real time does not.
  started_at_ = started_at_ - since_start(machine_->system);
  auto options = base_;
  options.real_time = [this] { return real_now(); };
  for (partition_id id = 0; id < options.partitions; ++id) doors_[id] = door_state::nowhere;
  options.door_moved = [this, tell = base_.door_moved](partition_id id, door_state is) {
    doors_[id] = is;
    if (tell) tell(id, is);
  };
  auto made = node::start(machine_->system, store_, std::move(options));
  if (!made) {
    started_at_ = real_now();
    machine_.reset();
    throw std::runtime_error{"the node did not start: " + made.error().detail};
  }
  machine_->running = std::move(*made);
}

void world::crash() {
  if (!machine_) return;
  // Whatever the ending actors still try must not become durable: the power is off.
  store_.on_append([](std::uint64_t) { return append_fault::unavailable; });
  const auto last = real_now();
  if (machine_->running) machine_->running->stop();
  while (machine_->scheduler.try_run_once()) {
  }
  machine_->running.reset();
  machine_.reset();
  started_at_ = last;
  store_.on_append({});
}

void world::order(partition_id partition, place_order what) {
  caf::anon_send(routes().partitions.at(static_cast<std::size_t>(partition)), std::move(what));
}

void world::hand_over_all(place_order::placing how) {
  for (const auto& [partition, state] : doors_) order(partition, {how});
  run();
  for (const auto& [partition, state] : doors_)
    order(partition, {place_order::placing::open, "owner." + std::to_string(++owners_)});
}

bool world::step() {
  auto& jobs = machine_->scheduler.jobs;
  if (jobs.empty()) return false;
  if (dice_ && jobs.size() > 1) {
    const auto chosen = static_cast<std::ptrdiff_t>((*dice_)() % jobs.size());
    std::rotate(jobs.begin(), jobs.begin() + chosen, jobs.begin() + chosen + 1);
  }
  return machine_->scheduler.try_run_once();
}

void world::run() {
  while (step()) {
  }
}

void world::pass(duration real, duration step) {
  run();
  for (auto left = real; left > duration{}; left -= step) {
    advance(std::min(left, step));
    run();
  }
}

command_id world::fresh_id() {
  return derive_id<command_id>(command_id{}, "test/" + std::to_string(++ids_));
}

template <class Answer, class Message>
pending<Answer> world::request(const entity_ref& to, Message message) {
  pending<Answer> waiting;
  const auto target = routes().find(to);
  system().spawn([target, waiting, message](caf::event_based_actor* self) {
    self->request(target, caf::infinite, message)
        .then([waiting](const Answer& answer) { waiting.slot->emplace(answer); },
              [waiting](const caf::error& why) { waiting.slot->emplace(why); });
  });
  return waiting;
}

pending<outcome> world::send(entity_ref to, any_command body, command_id id,
                             std::optional<account_id> caller, instant cause) {
  command_envelope letter;
  letter.to = std::move(to);
  letter.id = id;
  letter.body = std::move(body);
  letter.cause = cause;
  letter.caller = caller;
  return send(std::move(letter));
}

pending<outcome> world::send(command_envelope letter) {
  const auto to = letter.to;
  return request<outcome>(to, command_ptr{std::make_shared<command_envelope>(std::move(letter))});
}

pending<view_ptr> world::query(entity_ref of, bool settled) {
  return request<view_ptr>(of, query_ptr{std::make_shared<query_envelope>(of, settled)});
}

namespace {

template <class T>
T value_of(const pending<T>& waiting, const entity_ref& whom, caf::actor_system& system) {
  if (!waiting.done()) throw std::runtime_error{to_string(whom) + " did not answer"};
  if (waiting.failed())
    throw std::runtime_error{to_string(whom) + ": " +
                             system.render(std::get<caf::error>(**waiting.slot))};
  return *waiting.value();
}

}  // namespace

outcome world::ask(entity_ref to, any_command body, std::optional<account_id> caller) {
  const auto waiting = send(to, std::move(body), fresh_id(), caller);
  run();
  return value_of(waiting, to, system());
}

view_ptr world::look(entity_ref of, bool settled) {
  const auto waiting = query(of, settled);
  run();
  return value_of(waiting, of, system());
}

pending<report_ptr> world::begin_report(const entity_ref& of) {
  return request<report_ptr>(of, report_request{});
}

pending<std::string> world::begin_release(const entity_ref& from_quarantine) {
  return request<std::string>(from_quarantine, release_order{from_quarantine});
}

report_ptr world::report(const entity_ref& of) {
  const auto waiting = begin_report(of);
  run();
  return value_of(waiting, of, system());
}

std::string world::replay(const std::string& subscription, const entity_ref& of) {
  const auto waiting = begin_replay(subscription, of);
  run();
  return value_of(waiting, of, system());
}

pending<std::string> world::begin_replay(const std::string& subscription, const entity_ref& of) {
  return request<std::string>(of, replay_order{subscription, of});
}

bool world::release(const entity_ref& from_quarantine) {
  const auto waiting = begin_release(from_quarantine);
  run();
  return value_of(waiting, from_quarantine, system()).empty();
}

}  // namespace rentwave::testing
