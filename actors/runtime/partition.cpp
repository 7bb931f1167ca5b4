#include "actors/runtime/partition.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <algorithm>
#include <set>

#include "actors/runtime/slice.hpp"
#include "actors/runtime/waiting_calls.hpp"

namespace rentwave {
namespace {

using begin_atom = caf::atom_constant<caf::atom("begin")>;
using retry_atom = caf::atom_constant<caf::atom("retry")>;
using calls_atom = caf::atom_constant<caf::atom("calls")>;

constexpr auto reopen_delay = std::chrono::seconds{1};
/// While calls wait: how often it is looked for those whose time is up, and those that another node
/// would not take are sent again.
constexpr auto calls_interval = std::chrono::milliseconds{250};

constexpr const char* no_lease = "this node's lease is over";

void refuse(caf::response_promise& promise, runtime_errc code, std::string detail) {
  promise.deliver(make_error(code, std::move(detail)));
}

/// Whether the call was not carried out there, or nobody knows: the same may be asked once more.
bool asks_for_another_try(const caf::error& why) {
  return why == make_error(runtime_errc::not_mine) || why == make_error(runtime_errc::link_down);
}

/// The door to wherever the partition is. What is there while it is open here is the slice's.
class door {
 public:
  explicit door(caf::event_based_actor* self) : self_{self} {}
  const char* name = "partition";

  void setup(context_ptr context, partition_id id) {
    context_ = std::move(context);
    id_ = id;
    watchers_.emplace(id);
  }

  // --- where the partition is ---

  void place(const place_order& order) {
    if (ending_) return;
    const auto before = state_;
    carry_out(order);
    // Whoever gave it may have thought otherwise.
    if (state_ == before) context_->moved(id_, before, before);
  }

  void open(const std::string& owner) {
    if (is_held()) return;
    leave_peer();
    calls_.take_back_if([](const caf::actor&) { return true; });
    is_lost_ = false;
    is_unreachable_ = false;
    owner_ = owner.empty() ? context_->options.name : owner;
    become(door_state::opening);
    ask_for_lease();
  }

  void retry() {
    if (state_ == door_state::opening && !asks_) ask_for_lease();
  }

  void fenced() {
    if (!slice_) return;  // of a former opening
    // Whoever is alone has nobody to wait for.
    is_lost_ = context_->options.opens_all;
    cut();
  }

  void end(const caf::error& reason) {
    ending_ = reason;
    state_ = door_state::closing;
    if (slice_) slice_->end();
    finish_closing();
  }

  void down(const caf::down_msg& news) {
    if (links_.erase(news.source) > 0) return link_ended(news.source);
    if (!slice_) return;
    slice_->down(news);
    finish_closing();
  }

  // --- what is asked here ---

  void route(const command_ptr& command) {
    auto promise = self_->make_response_promise();
    const bool is_one_way = !promise.id().is_request();
    waiting_call one{command, std::move(promise), false, is_one_way};
    if (state_ == door_state::open) return serve(std::move(one));
    wait(std::move(one));
  }

  void route(const query_ptr& query) {
    waiting_call one{query, self_->make_response_promise()};
    if (state_ == door_state::open) return serve(std::move(one));
    wait(std::move(one));
  }

  template <class Asked>
  void ask(const Asked& what) {
    waiting_call one{what, self_->make_response_promise()};
    const bool is_report = std::is_same_v<Asked, report_request>;
    if (state_ == door_state::open || (is_report && state_ != door_state::elsewhere))
      return serve(std::move(one));
    wait(std::move(one));
  }

  // --- between nodes ---

  void ask_from_node(const remote_call& call) {
    waiting_call one{call.what, self_->make_response_promise(), true, call.is_one_way};
    if (state_ == door_state::open) return serve(std::move(one));
    if (state_ == door_state::opening) return wait(std::move(one));
    refuse(one.promise, runtime_errc::not_mine, {});
  }

  void answered(const remote_answer& answer) {
    auto one = calls_.take_sent(answer.number);
    if (!one) return;
    const auto* why = std::get_if<caf::error>(&answer.what);
    if (why && asks_for_another_try(*why)) {
      // Later, if it is still said to be there: that node may not know yet, or we.
      calls_.keep(std::move(*one));
      return arm();
    }
    std::visit([&](const auto& what) { deliver(*one, what); }, answer.what);
  }

  void hear(const news& what) {
    if (what.ended)
      watchers_->end(self_);
    else
      watchers_->tell(self_, what);
  }

  void look_after_calls() {
    is_armed_ = false;
    if (ending_) return;
    for (auto& one : calls_.take_expired(context_->clock->real_now()))
      refuse(one.promise, runtime_errc::unavailable, "the partition was not found in time");
    if (state_ == door_state::elsewhere) pass_on_all();
    refuse_in_vain();
    arm();
  }

  slice* here() { return slice_.get(); }

 private:
  void carry_out(const place_order& order) {
    using placing = place_order::placing;
    switch (order.what) {
      case placing::open:
        return open(order.owner);
      case placing::close:
        return close();
      case placing::cut:
        return cut();
      case placing::elsewhere:
        return go_to(order.peer);
      case placing::nowhere:
        return go_to({});
      case placing::unreachable:
        return lose_touch();
    }
  }

  bool is_held() const {
    return state_ == door_state::opening || state_ == door_state::open ||
           state_ == door_state::closing;
  }

  void become(door_state next) {
    const auto was = std::exchange(state_, next);
    if (next != door_state::opening && next != door_state::open)
      for (auto& one : calls_.take_from_nodes()) refuse(one.promise, runtime_errc::not_mine, {});
    if (was != next) context_->moved(id_, was, next);
  }

  // --- opening ---

  void ask_for_lease() {
    asks_ = true;
    self_->request(context_->writer, caf::infinite, open_request{id_, owner_})
        .then([this](const partition_lease&) { opened(); },
              [this](const caf::error& why) { not_opened(why); });
  }

  void opened() {
    asks_ = false;
    if (ending_) return;
    if (state_ == door_state::closing) return give_up_lease();
    slice_ = std::make_shared<slice>(self_, context_, id_, ++openings_,
                                     [this](entity_message one) { take_back(std::move(one)); });
    slice_->begin();
    become(door_state::open);
    for (auto& one : calls_.take_waiting()) serve(std::move(one));
  }

  void not_opened(const caf::error& why) {
    asks_ = false;
    if (ending_) return;
    spdlog::warn("partition {} cannot be opened: {}", id_, self_->system().render(why));
    if (state_ == door_state::closing) return closed();
    // Else whoever gave the order looks again, and gives it again.
    if (!context_->options.opens_all) return become(door_state::nowhere);
    self_->delayed_send(self_, reopen_delay, retry_atom::value);
  }

  // --- closing ---

  void close() {
    if (state_ != door_state::open && state_ != door_state::opening) return;
    become(door_state::closing);
    if (slice_) {
      slice_->close();
      finish_closing();
    } else if (!asks_) {
      closed();
    }
  }

  void cut() {
    if (!is_held()) return;
    become(door_state::closing);
    is_cut_ = true;
    if (slice_) {
      slice_->cut();
      finish_closing();
    } else if (!asks_) {
      closed();  // none of our actors is left, and the writer has its orders
    }
  }

  void finish_closing() {
    if (state_ != door_state::closing || (slice_ && !slice_->is_alone())) return;
    if (ending_) return self_->quit(*ending_);
    if (!slice_) return;
    slice_.reset();
    give_up_lease();
  }

  /// Whatever our entities and subscriptions sent the writer is in its mailbox by now.
  void give_up_lease() {
    if (is_cut_) {
      self_->send(context_->writer, forget_note{id_});
      return closed();
    }
    const auto done = [this, closing = ++closings_] {
      if (closing == closings_ && state_ == door_state::closing) closed();
    };
    self_->request(context_->writer, caf::infinite, close_request{id_})
        .then(done, [done](const caf::error&) { done(); });
  }

  void closed() {
    is_cut_ = false;
    ++closings_;
    become(door_state::nowhere);
  }

  // --- elsewhere ---

  void go_to(const caf::actor& peer) {
    if (is_held()) return;
    is_unreachable_ = false;
    if (peer == peer_) return;
    leave_peer();
    peer_ = peer;
    if (!peer_) return become(door_state::nowhere);
    if (links_.insert(peer_.address()).second) self_->monitor(peer_);
    calls_.take_back_if([&](const caf::actor& to) { return to != peer_; });
    become(door_state::elsewhere);
    pass_on_all();
  }

  /// Nobody will take over what that node has, and it may be long until it is reached again:
  /// whoever asks is told so at once. What entities owe each other can wait.
  void lose_touch() {
    if (is_held()) return;
    go_to({});
    is_unreachable_ = true;
    refuse_in_vain();
  }

  void leave_peer() {
    if (!peer_) return;
    peer_ = nullptr;
    watchers_->end(self_);
  }

  void link_ended(const caf::actor_addr& link) {
    calls_.take_back_if([&](const caf::actor& to) { return to.address() == link; });
    if (peer_ && peer_.address() == link) go_to({});
    arm();
  }

  void pass_on_all() {
    for (auto& one : calls_.take_waiting()) pass_on(std::move(one));
  }

  void pass_on(waiting_call one) { self_->send(peer_, calls_.sent(std::move(one), id_, peer_)); }

  template <class Answer>
  static void deliver(waiting_call& one, const Answer& what) {
    one.promise.deliver(what);
  }
  void deliver(waiting_call&, const taken&) {}
  /// The owner tells this door, which tells whoever watches on this node.
  void deliver(waiting_call& one, const watch_ptr& there) {
    const auto* asked = std::get_if<watch_request>(&one.what);
    if (!asked || !one.promise.source()) return;
    const auto now = context_->clock->real_now();
    watchers_->forget(now);
    watchers_->drop(*there);
    auto here = *watchers_->watch(*asked, one.promise.source(), now);
    here.is_full |= there->is_full;
    one.promise.deliver(watch_ptr{std::make_shared<watch_answer>(std::move(here))});
  }

  // --- waiting and serving ---

  /// Why nobody should wait for an answer; null: there may be one soon. Without a lease it is not
  /// known where anything is, nor when that will be.
  const char* why_in_vain() const {
    if (is_unreachable_) return "there is no link with the node that has the partition";
    const bool is_known = state_ == door_state::open || state_ == door_state::elsewhere;
    return is_known || context_->may_answer() ? nullptr : no_lease;
  }

  void refuse_in_vain() {
    const auto* vain = why_in_vain();
    if (!vain) return;
    for (auto& one : calls_.take_asked()) refuse(one.promise, runtime_errc::unavailable, vain);
  }

  void wait(waiting_call one) {
    if (ending_) return refuse(one.promise, runtime_errc::unavailable, "the node stops");
    if (is_lost_)
      return refuse(one.promise, runtime_errc::unavailable, "another owner has the partition");
    if (const auto* vain = !one.is_one_way ? why_in_vain() : nullptr)
      return refuse(one.promise, runtime_errc::unavailable, vain);
    if (calls_.is_full())
      return refuse(one.promise, runtime_errc::overloaded, "too much waits for a partition");
    one.until = context_->clock->real_now() + context_->options.placeless_time;
    if (const auto* command = std::get_if<command_ptr>(&one.what))
      one.until = std::min(one.until, (*command)->deadline);
    if (state_ == door_state::elsewhere)
      pass_on(std::move(one));
    else
      calls_.keep(std::move(one));
    arm();
  }

  void arm() {
    if (is_armed_ || calls_.empty()) return;
    is_armed_ = true;
    self_->delayed_send(self_, calls_interval, calls_atom::value);
  }

  /// What an entity here did not come to.
  void take_back(entity_message one) {
    if (one.from_node) return refuse(one.promise, runtime_errc::not_mine, {});
    const bool is_one_way = one.command && !one.promise.id().is_request();
    if (one.command)
      wait({std::move(one.command), std::move(one.promise), false, is_one_way});
    else
      wait({std::move(one.query), std::move(one.promise)});
  }

  void serve(waiting_call one) {
    std::visit([&](auto& what) { serve(what, one); }, one.what);
  }
  /// Entities would not answer either: but only when they had tried to write, and waited for that.
  bool is_answered(waiting_call& one) {
    if (one.is_one_way || context_->may_answer()) return true;
    refuse(one.promise, runtime_errc::unavailable, no_lease);
    return false;
  }
  void serve(command_ptr& command, waiting_call& one) {
    if (!is_answered(one)) return;
    slice_->route({std::move(command), {}, std::move(one.promise), one.from_node, one.is_one_way});
  }
  void serve(query_ptr& query, waiting_call& one) {
    if (!is_answered(one)) return;
    slice_->route({{}, std::move(query), std::move(one.promise), one.from_node});
  }
  void serve(const watch_request& asked, waiting_call& one) {
    if (!one.promise.source() || !context_->may_answer())
      return refuse(one.promise, runtime_errc::unavailable, "it cannot be watched here");
    one.promise.deliver(slice_->watch(asked, one.promise.source()));
  }
  void serve(report_request, waiting_call& one) {
    if (slice_) return one.promise.deliver(slice_->report(calls_.size()));
    auto closed = std::make_shared<partition_report>();
    closed->partition = id_;
    closed->kept = calls_.size();
    one.promise.deliver(report_ptr{std::move(closed)});
  }
  void serve(const look_request& asked, waiting_call& one) {
    one.promise.deliver(slice_->look(asked.entity));
  }
  void serve(const release_order& order, waiting_call& one) {
    one.promise.deliver(slice_->release(order.entity));
  }
  void serve(const replay_order& order, waiting_call& one) {
    slice_->replay(order, std::move(one.promise));
  }

  caf::event_based_actor* self_;
  context_ptr context_;
  partition_id id_ = 0;
  door_state state_ = door_state::nowhere;
  std::optional<caf::error> ending_;
  std::string owner_;             ///< as it is taken over for
  bool asks_ = false;             ///< the writer is to open it
  bool is_cut_ = false;           ///< while closing: at once
  bool is_lost_ = false;          ///< another owner has it, and there is no telling who
  bool is_unreachable_ = false;   ///< while nowhere: its owner lives, and cannot be reached
  std::shared_ptr<slice> slice_;  ///< from when it is open until it has closed
  std::uint64_t openings_ = 0;
  std::uint64_t closings_ = 0;
  caf::actor peer_;                  ///< while elsewhere
  std::set<caf::actor_addr> links_;  ///< that are monitored
  waiting_calls calls_;
  bool is_armed_ = false;             ///< `look_after_calls` comes
  std::optional<watchers> watchers_;  ///< of this node, while elsewhere
};

using door_self = caf::stateful_actor<door>;

/// What concerns the slice, if there is one.
template <class Step>
void with_slice(door_self* self, Step step) {
  if (auto* here = self->state.here()) step(*here);
}

caf::behavior live(door_self* self, const context_ptr& context, partition_id id) {
  self->state.setup(context, id);
  self->set_down_handler([self](caf::down_msg& news) { self->state.down(news); });
  self->set_exit_handler([self](caf::exit_msg& order) { self->state.end(order.reason); });
  return {
      [self](const command_ptr& command) { self->state.route(command); },
      [self](const query_ptr& query) { self->state.route(query); },
      [self](const watch_request& what) { self->state.ask(what); },
      [self](const report_request& what) { self->state.ask(what); },
      [self](const look_request& what) { self->state.ask(what); },
      [self](const release_order& what) { self->state.ask(what); },
      [self](const replay_order& what) { self->state.ask(what); },
      [self](const remote_call& call) { self->state.ask_from_node(call); },
      [self](const commit_ptr& durable) {
        with_slice(self, [&](slice& here) { here.committed(durable); });
      },
      [self](slice::tick_atom, std::uint64_t generation) {
        with_slice(self, [&](slice& here) { here.tick(generation); });
      },
      [self](const still_awake& news) {
        with_slice(self, [&](slice& here) { here.stay_awake(news.entity); });
      },
      [self](const nothing_here& news) {
        with_slice(self, [&](slice& here) { here.sleep_empty(news.entity); });
      },
      [self](ending_note) {
        const auto who = self->current_sender()->id();
        with_slice(self, [&](slice& here) { here.expect_end(who); });
      },
      [self](suspended) { with_slice(self, [](slice& here) { here.suspend(); }); },
      [self](const reopened& news) { with_slice(self, [&](slice& here) { here.reopen(news); }); },
      [self](slice::revive_atom) {
        with_slice(self, [](slice& here) { here.revive_consumers(); });
      },
      [self](const remote_answer& answer) { self->state.answered(answer); },
      [self](const news_ptr& what) { self->state.hear(*what); },
      [self](calls_atom) { self->state.look_after_calls(); },
      [self](const place_order& order) { self->state.place(order); },
      [self](fenced_note) { self->state.fenced(); },
      [self](begin_atom) { self->state.open({}); },
      [self](retry_atom) { self->state.retry(); },
  };
}

}  // namespace

caf::actor spawn_partition(caf::actor_system& system, context_ptr context, partition_id partition) {
  return system.spawn(live, std::move(context), partition);
}

}  // namespace rentwave
