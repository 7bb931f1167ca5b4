#include "actors/runtime/postman.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "actors/runtime/node_context.hpp"
#include "actors/runtime/protocol.hpp"
#include "actors/runtime/timed_requests.hpp"

namespace rentwave {

/// To oneself, from a reader: what there is to post next.
struct notice_found {
  std::uint64_t errand = 0;
  std::int64_t up_to = 0;  ///< the cursor that was looked at last
  std::optional<notice_row> next;
  bool is_failed = false;  ///< the journal could not be read
};
/// To oneself, from the courier.
struct notice_carried {
  std::uint64_t errand = 0;
  std::optional<post_failure> why;
};

}  // namespace rentwave

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::notice_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::notice_carried)

namespace rentwave {
namespace {

/// What is beyond is forgotten: its webhook asks again.
constexpr std::size_t most_errands = 10'000;
constexpr auto answer_timeout = std::chrono::seconds{30};
constexpr int notices_a_page = 100;
/// Read at once; whoever wants other types goes on from there with the next try.
constexpr int most_pages = 10;

/// The first notice of these types behind the cursor, up to another.
notice_found find_next(journal& in, const webhook::state& hook) {
  notice_found found{0, hook.cursor, {}, false};
  for (int page = 0; page < most_pages && found.up_to < hook.rung; ++page) {
    const auto rows = in.notices(hook.owner, found.up_to, notices_a_page);
    found.is_failed = !rows;
    // None: the person has left, and the notices are gone.
    if (!rows) return found;
    if (rows->empty()) found.up_to = hook.rung;
    for (const auto& row : *rows) {
      found.up_to = std::min(row.cursor, hook.rung);
      if (row.cursor > hook.rung) return found;
      if (hook.types.empty() || std::ranges::binary_search(hook.types, row.what.type)) {
        found.next = row;
        return found;
      }
    }
  }
  return found;
}

/// One try of one webhook, from being asked to its answer.
struct errand {
  command_ptr asked;
  webhook::state hook{};    ///< as it was when its turn came
  std::int64_t cursor = 0;  ///< of the notice that is carried

  const postman::post& what() const {
    return std::get<postman::post>(std::get<postman::command>(asked->body));
  }
};

/// Those who wait for one receiver.
struct doorway {
  std::deque<std::uint64_t> waiting;
  std::size_t under_way = 0;
  bool is_ready = false;  ///< somebody's turn will come there
};

class mail_round {
 public:
  explicit mail_round(caf::event_based_actor* self)
      : self_{self}, requests_{self, answer_timeout} {}
  const char* name = "postman";

  void begin(context_ptr context) { context_ = std::move(context); }

  void take(const command_ptr& asked) {
    if (!std::holds_alternative<postman::command>(asked->body) || !asked->from) return;
    if (!context_->options.webhooks || errands_.size() >= most_errands) return;
    // Else a repeat, because the webhook has waited for long: what it is for is under way.
    if (!known_.insert(asked->id).second) return;
    const auto number = ++last_errand_;
    const auto& what = errands_.try_emplace(number, errand{asked}).first->second.what();
    doorways_[what.receiver].waiting.push_back(number);
    offer(what.receiver);
    work();
  }

  void sweep() { requests_.sweep(); }

  void found(notice_found what) {
    const auto known = errands_.find(what.errand);
    if (known == errands_.end()) return;
    if (what.is_failed) return give_up(what.errand, "the journal cannot be read");
    auto& one = known->second;
    if (!what.next) return finish(what.errand, {what.up_to, false, {}, {}});
    if (!is_here(known->second)) return give_up(what.errand, "the webhook is not here any more");
    one.cursor = what.up_to;
    carry(what.errand, one, *std::move(what.next));
  }

  void carried(const notice_carried& news) {
    const auto known = errands_.find(news.errand);
    if (known == errands_.end()) return;
    const auto& one = known->second;
    auto& figures = *context_->figures;
    if (!news.why) {
      ++figures.posts_taken;
      return finish(news.errand, {one.cursor, true, {}, {}});
    }
    ++figures.posts_failed;
    const auto pause = webhook::pause_after(one.hook.failures + 1);
    const auto again = context_->clock->now() + context_->clock->in_domain(pause);
    finish(news.errand, {one.cursor - 1, false, news.why, again});
  }

 private:
  // --- turns ---

  /// The receiver has somebody waiting, and room: its turn comes.
  void offer(const std::string& receiver) {
    auto& door = doorways_.at(receiver);
    const bool has_room = door.under_way < context_->options.posts_a_receiver;
    if (door.is_ready || door.waiting.empty() || !has_room) return;
    door.is_ready = true;
    ready_.push_back(receiver);
  }

  void work() {
    while (under_way_ < context_->options.posts && !ready_.empty()) {
      const auto receiver = std::move(ready_.front());
      ready_.pop_front();
      auto& door = doorways_.at(receiver);
      door.is_ready = false;
      const auto number = door.waiting.front();
      door.waiting.pop_front();
      ++door.under_way;
      ++under_way_;
      offer(receiver);
      look(number);
    }
    context_->figures->posts_waiting = errands_.size() - under_way_;
  }

  // --- one errand ---

  /// Else another node's postman is asked, and is perhaps further by now: what is carried here
  /// would come after a later one.
  bool is_here(const errand& one) const {
    const auto partitions = static_cast<std::size_t>(context_->options.partitions);
    return context_->may_answer() &&
           context_->is_open(partition_of(webhook_ref(one.what().hook), partitions));
  }

  /// The webhook may have been removed since it asked.
  void look(std::uint64_t number) {
    auto query = std::make_shared<query_envelope>();
    query->to = webhook_ref(errands_.at(number).what().hook);
    const auto& to = context_->routes->find(query->to);
    requests_.ask<view_ptr>(
        to, query_ptr{std::move(query)},
        [this, number](const view_ptr& view) { read(number, view->as<webhook::state>()); },
        [this, number](const caf::error& why) { give_up(number, self_->system().render(why)); });
  }

  void read(std::uint64_t number, const webhook::state& hook) {
    auto& one = errands_.at(number);
    if (hook.now != webhook::status::active || hook.tries + 1 != one.what().n) return end(number);
    if (!is_here(one)) return end(number);
    one.hook = hook;
    const auto home = caf::actor_cast<caf::actor>(self_);
    auto work = [home, number, hook](journal& in) {
      notice_found found{number, hook.cursor, {}, true};
      try {
        found = find_next(in, hook);
      } catch (const std::exception& thrown) {
        spdlog::error("looking for the next notice threw: {}", thrown.what());
      }
      found.errand = number;
      caf::anon_send(home, std::move(found));
    };
    const auto& reader = context_->take_reader(stable_hash(inbox_ref(hook.owner)));
    caf::anon_send(reader, job_ptr{std::make_shared<const read_job>(read_job{std::move(work)})});
  }

  void carry(std::uint64_t number, const errand& one, notice_row next) {
    posting what;
    what.url = one.hook.url.text;
    what.secret = one.hook.secret.text;
    what.delivery = webhook::delivery_id(one.hook.id, one.cursor);
    what.sent_at = context_->clock->real_now();
    what.trace = one.asked->trace;
    what.what = std::move(next);
    const auto home = caf::actor_cast<caf::actor>(self_);
    try {
      context_->options.webhooks->carry(std::move(what),
                                        [home, number](std::optional<post_failure> why) {
                                          caf::anon_send(home, notice_carried{number, why});
                                        });
    } catch (const std::exception& thrown) {
      give_up(number, thrown.what());
    } catch (...) {
      give_up(number, "an unknown exception");
    }
  }

  void finish(std::uint64_t number, const posted_so_far& how) {
    send_home(*context_, *errands_.at(number).asked, how);
    end(number);
  }

  /// The webhook asks again.
  void give_up(std::uint64_t number, const std::string& why) {
    const auto known = errands_.find(number);
    if (known == errands_.end()) return;
    spdlog::warn("{} stops for now: {}", to_string(known->second.asked->to), why);
    end(number);
  }

  void end(std::uint64_t number) {
    const auto known = errands_.find(number);
    const auto receiver = known->second.what().receiver;
    known_.erase(known->second.asked->id);
    errands_.erase(known);
    --under_way_;
    auto& door = doorways_.at(receiver);
    --door.under_way;
    if (door.under_way == 0 && door.waiting.empty())
      doorways_.erase(receiver);
    else
      offer(receiver);
    work();
  }

  caf::event_based_actor* self_;
  timed_requests requests_;
  context_ptr context_;
  std::unordered_set<command_id> known_;  ///< what waits or is under way
  std::unordered_map<std::uint64_t, errand> errands_;
  std::uint64_t last_errand_ = 0;
  std::unordered_map<std::string, doorway> doorways_;  ///< by receiver
  std::deque<std::string> ready_;                      ///< receivers whose turn is still to come
  std::size_t under_way_ = 0;
};

caf::behavior serve(caf::stateful_actor<mail_round>* self, const context_ptr& context) {
  self->state.begin(context);
  return {
      [self](const command_ptr& asked) { self->state.take(asked); },
      [self](overdue_atom) { self->state.sweep(); },
      [self](const notice_found& what) { self->state.found(what); },
      [self](const notice_carried& news) { self->state.carried(news); },
  };
}

}  // namespace

caf::actor spawn_postman(caf::actor_system& system, std::shared_ptr<const node_context> context) {
  return system.spawn(serve, std::move(context));
}

}  // namespace rentwave
