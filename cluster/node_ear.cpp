#include "cluster/node_ear.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "actors/runtime/demand.hpp"
#include "cluster/wire_message.hpp"
#include "persistence/json.hpp"
#include "persistence/json_writer.hpp"

namespace rentwave {

BOOST_DESCRIBE_STRUCT(node_id, (), (name, incarnation))

namespace {

using again_atom = caf::atom_constant<caf::atom("again")>;
using look_atom = caf::atom_constant<caf::atom("look")>;

constexpr const char* hello = "hello";      // who connects begins
constexpr const char* welcome = "welcome";  // and is answered so,
constexpr const char* unknown = "unknown";  // or so

struct greeting {
  node_id from;
  node_id to;
  std::string why;  ///< of `unknown`
};
BOOST_DESCRIBE_STRUCT(greeting, (), (from, to, why))

wire_message to_wire(const char* type, const greeting& what) {
  return {0, type, {}, to_json_text(what)};
}

class ear {
 public:
  explicit ear(caf::event_based_actor* self) : self_{self} {}
  const char* name = "ear";

  void setup(ear_options options) {
    options_ = std::move(options);
    look();
  }

  void look() {
    options_.look();
    self_->delayed_send(self_, options_.look_interval, look_atom::value);
  }

  void know(const know_order& order) {
    if (self_id_ != order.self) {
      // Others know us by another name now: links are made anew.
      for (auto& [id, each] : known_) forget(each);
      known_.clear();
      self_id_ = order.self;
    }
    for (auto each = known_.begin(); each != known_.end();) {
      const bool stays = std::ranges::any_of(
          order.others, [&](const known_node& other) { return other.id == each->first; });
      if (!stays) forget(each->second);
      each = stays ? std::next(each) : known_.erase(each);
    }
    for (const auto& other : order.others) {
      auto [at, is_new] = known_.try_emplace(other.id);
      at->second.address = other.address;
      at->second.peer = other.peer;
      if (is_new) begin(at->first, at->second);
    }
  }

  void take(const dialled& news) {
    auto* one = find(news.who, news.attempt);
    if (!one) return;
    if (!news.far) return fail(news.who, *one, news.why);
    one->far_ear = news.far;
    self_->monitor(one->far_ear);
    self_->send(one->far_ear, to_wire(hello, {*self_id_, news.who, {}}), one->peer);
    self_->delayed_send(self_, options_.greeting_time, again_atom::value, news.who.name,
                        news.who.incarnation, one->attempt);
  }

  /// The time for a greeting, or the pause before an attempt, is over.
  void again(const node_id& who, std::uint64_t attempt) {
    auto* one = find(who, attempt);
    if (!one || one->far_peer) return;
    if (one->far_ear) return fail(who, *one, "it did not answer the greeting");
    begin(who, *one);
  }

  void hear(const wire_message& message, const caf::actor& far_peer,
            const caf::strong_actor_ptr& sender) {
    greeting said;
    const auto far_ear = caf::actor_cast<caf::actor>(sender);
    if (!far_ear || !from_json_text(message.body, said)) return;
    if (message.type == hello && far_peer) return greeted(said, far_ear, far_peer);
    auto* one = find(said.from);
    if (!one || one->far_ear != far_ear || said.to != self_id_) return;
    if (message.type == welcome && far_peer) return link(said.from, *one, far_peer);
    if (message.type == unknown) return fail(said.from, *one, said.why);
  }

  void down(const caf::down_msg& news) {
    for (auto& [id, one] : known_) {
      if (one.far_ear != news.source && one.far_peer != news.source) continue;
      if (one.far_peer) spdlog::warn("cluster: the link with node {} ended", to_string(id));
      fail(id, one, "it hung up");
    }
  }

 private:
  struct node {
    std::string address;
    caf::actor peer;
    caf::actor far_ear;   ///< connected
    caf::actor far_peer;  ///< linked
    std::uint64_t attempt = 0;
    std::chrono::milliseconds pause{0};
    std::string trouble;  ///< that was logged last
  };

  bool is_ours_to_make(const node_id& who) const {
    return self_id_ && self_id_->incarnation > who.incarnation;
  }

  node* find(const node_id& who) {
    const auto found = known_.find(who);
    return found == known_.end() ? nullptr : &found->second;
  }
  node* find(const node_id& who, std::uint64_t attempt) {
    auto* one = find(who);
    return one && one->attempt == attempt ? one : nullptr;
  }

  void begin(const node_id& who, node& one) {
    one.attempt = ++last_attempt_;
    if (is_ours_to_make(who)) options_.dial(self_, who, one.attempt, one.address);
  }

  /// It was us who connected, or them.
  void fail(const node_id& who, node& one, const std::string& why) {
    const bool was_linked = one.far_peer != nullptr;
    forget(one);
    one.attempt = ++last_attempt_;
    if (!is_ours_to_make(who)) return;
    if (!was_linked && why != std::exchange(one.trouble, why))
      spdlog::warn("cluster: no link with node {}: {}", to_string(who), why);
    one.pause = was_linked
                    ? options_.first_pause
                    : std::clamp(one.pause * 2, options_.first_pause, options_.longest_pause);
    self_->delayed_send(self_, one.pause, again_atom::value, who.name, who.incarnation,
                        one.attempt);
  }

  void forget(node& one) {
    if (one.far_ear) self_->demonitor(one.far_ear);
    if (one.far_peer) self_->demonitor(one.far_peer);
    one.far_ear = nullptr;
    one.far_peer = nullptr;
  }

  void link(const node_id& who, node& one, const caf::actor& far_peer) {
    if (one.far_peer) self_->demonitor(one.far_peer);
    one.far_peer = far_peer;
    self_->monitor(one.far_peer);
    one.pause = {};
    one.trouble.clear();
    self_->send(one.peer, link_up{far_peer});
    spdlog::info("cluster: there is a link with node {}", to_string(who));
  }

  void greeted(const greeting& said, const caf::actor& far_ear, const caf::actor& far_peer) {
    const auto refuse = [&](const std::string& why) {
      self_->send(far_ear, to_wire(unknown, {said.to, said.from, why}), caf::actor{});
    };
    if (!self_id_ || said.to != *self_id_)
      return refuse("there is " + (self_id_ ? to_string(*self_id_) : "nobody") + " at its address");
    auto* one = find(said.from);
    // It joined a moment ago, and asks again.
    if (!one) return refuse("it does not know node " + to_string(said.from));
    if (one->far_ear && one->far_ear != far_ear) self_->demonitor(one->far_ear);
    if (one->far_ear != far_ear) self_->monitor(far_ear);
    one->far_ear = far_ear;
    // Before the other side hears of the link, and asks.
    link(said.from, *one, far_peer);
    self_->send(far_ear, to_wire(welcome, {*self_id_, said.from, {}}), one->peer);
  }

  caf::event_based_actor* self_;
  ear_options options_;
  std::optional<node_id> self_id_;
  std::map<node_id, node> known_;
  std::uint64_t last_attempt_ = 0;
};

caf::behavior live(caf::stateful_actor<ear>* self, const ear_options& options) {
  self->state.setup(options);
  self->set_down_handler([self](caf::down_msg& news) { self->state.down(news); });
  // Other nodes can send whatever they like.
  self->set_default_handler(caf::drop);
  return {
      [self](const know_order& order) { self->state.know(order); },
      [self](const dialled& news) { self->state.take(news); },
      [self](again_atom, const std::string& name, std::int64_t incarnation, std::uint64_t attempt) {
        self->state.again({name, incarnation}, attempt);
      },
      [self](look_atom) { self->state.look(); },
      [self](const wire_message& message, const caf::actor& far_peer) {
        self->state.hear(message, far_peer, self->current_sender());
      },
  };
}

}  // namespace

caf::actor spawn_ear(caf::actor_system& system, ear_options options) {
  auto made = system.spawn(live, std::move(options));
  demand(made, "the ear for other nodes");
  return made;
}

}  // namespace rentwave
