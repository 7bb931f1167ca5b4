#include "cluster/peer.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/runtime/demand.hpp"
#include "actors/runtime/remote.hpp"
#include "cluster/deputy.hpp"
#include "cluster/link.hpp"
#include "cluster/wire_form.hpp"

namespace rentwave {
namespace {

using sweep_atom = caf::atom_constant<caf::atom("sweep")>;

/// What was not answered is forgotten some time after whoever asked has given up.
constexpr auto sweep_interval = std::chrono::seconds{10};
constexpr auto longest_wait = std::chrono::minutes{2};
/// What is asked before there is a link here waits so long for it at most.
constexpr auto early_time = std::chrono::seconds{3};

class peer {
 public:
  explicit peer(caf::event_based_actor* self) : self_{self} {}
  const char* name = "peer";

  void setup(std::shared_ptr<const peer_options> options) {
    options_ = std::move(options);
    far_clock_ = std::make_shared<far_clock>(options_->clock, options_->name);
  }

  /// Also when it is the same actor as before: nodes greet each other once over a connection, so it
  /// is another one, and the end of the old one may not have been noticed here.
  void begin(const caf::actor& far) {
    end_link("the link with node " + options_->name + " was made anew");
    far_ = far;
    self_->monitor(far_);
    deputy_ = spawn_deputy(self_, options_, far_clock_, far_);
    forget_late();
    for (auto& call : std::exchange(early_, {})) self_->send(deputy_, std::move(call));
    if (options_->linked) options_->linked(true);
  }

  void down(const caf::down_msg& news) {
    if (far_ == news.source) end_link("the link with node " + options_->name + " ended");
  }

  void end(const caf::error& reason) {
    end_link("node " + options_->name + " is no member any more");
    self_->quit(reason);
  }

  // --- what this node wants ---

  void ask(remote_call call, const caf::strong_actor_ptr& door) {
    const auto refuse = [&](runtime_errc code, std::string why) {
      deliver(door, {call.number, make_error(code, std::move(why))});
    };
    if (!door) return;
    if (!far_)
      return refuse(runtime_errc::link_down, "there is no link with node " + options_->name);
    if (calls_.size() >= options_->calls || bytes_ >= options_->bytes)
      return refuse(runtime_errc::overloaded, "too much is under way to node " + options_->name);
    const auto now = real_now();
    call.time = options_->clock->now();
    auto message = call_to_wire(call, now);
    if (!message) {
      spdlog::warn("{}", message.error().why);
      return refuse(runtime_errc::unavailable, message.error().why);
    }
    if (std::holds_alternative<watch_request>(call.what)) watched_.insert(call.partition);
    message->number = ++last_number_;
    const auto size = bytes_of(*message);
    bytes_ += size;
    calls_.emplace(last_number_, call_under_way{door, call.number, size, forget_at(call, now)});
    self_->send(far_, std::move(*message));
    sweep_later();
  }

  // --- what comes over the link ---

  void receive(const wire_message& message) {
    switch (use_of(message)) {
      case wire_use::call:
        return deputy_ ? self_->send(deputy_, message) : keep(message);
      case wire_use::heard:
        if (deputy_) self_->send(deputy_, message);
        return;
      case wire_use::answer:
        return take_answer(message);
      case wire_use::news:
        return take_news(message);
      case wire_use::other:
        spdlog::debug("node {} says {}, which is not understood", options_->name, message.type);
    }
  }

  void sweep() {
    is_sweeping_ = false;
    const auto now = real_now();
    std::erase_if(calls_, [&](const auto& each) {
      if (each.second.forget_at > now) return false;
      bytes_ -= each.second.bytes;
      return true;
    });
    sweep_later();
  }

 private:
  struct call_under_way {
    caf::strong_actor_ptr door;
    std::uint64_t number = 0;  ///< the door's own
    std::size_t bytes = 0;
    instant forget_at;  ///< in real time
  };

  instant real_now() const { return options_->clock->real_now(); }

  static instant forget_at(const remote_call& call, instant now) {
    return std::min(call.until, now + longest_wait) + sweep_interval;
  }

  void sweep_later() {
    if (calls_.empty() || std::exchange(is_sweeping_, true)) return;
    self_->delayed_send(self_, sweep_interval, sweep_atom::value);
  }

  void take_answer(const wire_message& message) {
    const auto found = calls_.find(message.number);
    if (found == calls_.end()) return;  // given up
    const auto asked = std::move(found->second);
    calls_.erase(found);
    bytes_ -= asked.bytes;
    auto given = answer_from_wire(message);
    if (!given) {
      spdlog::warn("node {} answers what is not understood: {}", options_->name, given.error().why);
      given = remote_answer{0, make_error(runtime_errc::unavailable, given.error().why)};
    }
    far_clock_->hear(given->time);
    given->number = asked.number;
    deliver(asked.door, std::move(*given));
  }

  void take_news(const wire_message& message) {
    if (const auto told = news_from_wire(message))
      tell((*told)->partition, *told);
    else
      spdlog::warn("node {}: {}", options_->name, told.error().why);
    if (message.number != 0 && far_) self_->send(far_, heard_to_wire(message.number));
  }

  void tell(partition_id partition, news_ptr what) {
    const auto& doors = options_->routes->partitions;
    const auto place = static_cast<std::size_t>(partition);
    if (partition >= 0 && place < doors.size()) self_->send(doors[place], std::move(what));
  }

  void deliver(const caf::strong_actor_ptr& door, remote_answer given) {
    self_->send(caf::actor_cast<caf::actor>(door), std::move(given));
  }

  /// The other end may have heard of a link before this one. What is too much is dropped, and its
  /// door gives up waiting.
  void keep(const wire_message& call) {
    forget_late();
    if (early_.empty()) {
      early_since_ = real_now();
      early_bytes_ = 0;
    }
    if (early_.size() >= options_->calls || early_bytes_ >= options_->bytes) return;
    early_bytes_ += bytes_of(call);
    early_.push_back(call);
  }

  /// Of an earlier link, then.
  void forget_late() {
    if (real_now() - early_since_ > early_time) early_.clear();
  }

  /// Nobody waits for what cannot come any more.
  void end_link(const std::string& why) {
    if (!far_) return;
    if (options_->linked) options_->linked(false);
    self_->demonitor(far_);
    far_ = nullptr;
    caf::anon_send_exit(std::exchange(deputy_, nullptr), caf::exit_reason::user_shutdown);
    bytes_ = 0;
    for (const auto& [number, asked] : std::exchange(calls_, {}))
      deliver(asked.door, {asked.number, make_error(runtime_errc::link_down, why)});
    for (const auto partition : std::exchange(watched_, {}))
      tell(partition, std::make_shared<const news>(news{{}, false, true, partition}));
  }

  caf::event_based_actor* self_;
  std::shared_ptr<const peer_options> options_;
  std::shared_ptr<far_clock> far_clock_;
  caf::actor far_;     ///< null: there is no link
  caf::actor deputy_;  ///< of this link
  std::unordered_map<std::uint64_t, call_under_way> calls_;
  std::uint64_t last_number_ = 0;
  std::size_t bytes_ = 0;            ///< of `calls_`
  std::set<partition_id> watched_;   ///< over this link
  std::vector<wire_message> early_;  ///< calls that came while there is no link
  std::size_t early_bytes_ = 0;
  instant early_since_;  ///< the first of them, in real time
  bool is_sweeping_ = false;
};

caf::behavior live(caf::stateful_actor<peer>* self,
                   const std::shared_ptr<const peer_options>& options) {
  self->state.setup(options);
  self->set_down_handler([self](caf::down_msg& news) { self->state.down(news); });
  self->set_exit_handler([self](caf::exit_msg& order) { self->state.end(order.reason); });
  self->set_default_handler(caf::drop);
  return {
      [self](const link_up& news) { self->state.begin(news.far); },
      [self](const remote_call& call) { self->state.ask(call, self->current_sender()); },
      [self](const wire_message& message) { self->state.receive(message); },
      [self](sweep_atom) { self->state.sweep(); },
  };
}

}  // namespace

caf::actor spawn_peer(caf::actor_system& system, peer_options options) {
  auto made = system.spawn(live, std::make_shared<const peer_options>(std::move(options)));
  demand(made, "the peer of a node");
  return made;
}

}  // namespace rentwave
