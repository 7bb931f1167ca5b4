#include "http/bridge.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/sec.hpp>

#include <mutex>

#include "http/wait_table.hpp"

namespace rentwave::http {
namespace asio = boost::asio;

// --- the table ---

std::optional<std::uint64_t> wait_table::add(std::unique_ptr<waiter> one,
                                             std::chrono::milliseconds timeout) {
  if (count_.fetch_add(1) >= limit_) {
    --count_;
    one->complete(wait_failure{wait_errc::too_many, "as many waits as there may be"});
    return std::nullopt;
  }
  const std::uint64_t id = ++last_;
  auto& part = shard_of(id);
  {
    const std::lock_guard lock{part.guard};
    if (!stopped_) {
      // Under the lock, so that whoever ends the wait sees its timer set.
      if (timeout.count() == 0) {
        one->timer.expires_at(std::chrono::steady_clock::time_point::max());
      } else {
        one->timer.expires_after(timeout);
      }
      one->timer.async_wait([self = weak_from_this(), id](const boost::system::error_code& error) {
        const auto table = self.lock();
        if (!error && table)
          table->end(id, wait_failure{wait_errc::timed_out, "no answer in time"});
      });
      part.waits.emplace(id, std::move(one));
      return id;
    }
  }
  --count_;
  one->complete(wait_failure{wait_errc::stopped, "shutting down"});
  return std::nullopt;
}

void wait_table::end(std::uint64_t id, wait_result result) {
  auto& part = shard_of(id);
  std::unique_lock lock{part.guard};
  auto found = part.waits.extract(id);
  if (found.empty()) return;
  --count_;
  ++part.ending;  // before the lock is let go of, so that `stop` misses none
  lock.unlock();
  found.mapped()->complete(std::move(result));
  found.mapped().reset();
  lock.lock();
  if (--part.ending == 0 && stopped_) part.none_is_ending.notify_all();
}

bool wait_table::has(std::uint64_t id) {
  auto& part = shard_of(id);
  const std::lock_guard lock{part.guard};
  return part.waits.contains(id);
}

void wait_table::stop() {
  stopped_ = true;
  for (auto& part : shards_) {
    std::unique_lock lock{part.guard};
    auto ended = std::exchange(part.waits, {});
    count_ -= ended.size();
    lock.unlock();
    for (auto& [id, one] : ended) one->complete(wait_failure{wait_errc::stopped, "shutting down"});
    ended.clear();
    lock.lock();
    part.none_is_ending.wait(lock, [&] { return part.ending == 0; });
  }
}

// --- the actor ---

/// Where news go, if somebody wants them.
class news_ear {
 public:
  void set(std::function<void(const news&)> listener) {
    const std::lock_guard lock{mutex_};
    listener_ = std::move(listener);
  }
  void tell(const news& what) {
    const std::lock_guard lock{mutex_};
    if (listener_) listener_(what);
  }

 private:
  std::mutex mutex_;
  std::function<void(const news&)> listener_;
};

namespace {

/// CAF numbers requests with 58 bits; the others are flags.
constexpr std::uint64_t id_bits = 0x03FF'FFFF'FFFF'FFFF;

wait_failure failure_of(const caf::error& why) {
  wait_failure result{wait_errc::unexpected, caf::deep_to_string(why)};
  if (why.category() == caf::atom("rentwave")) {
    switch (static_cast<runtime_errc>(why.code())) {
      case runtime_errc::unavailable:
      case runtime_errc::quarantined:
      case runtime_errc::not_mine:
      case runtime_errc::link_down:
        result.code = wait_errc::unavailable;
        break;
      case runtime_errc::expired:
        result.code = wait_errc::timed_out;
        break;
      case runtime_errc::not_yet:
        result.code = wait_errc::not_yet;
        break;
      case runtime_errc::overloaded:
        result.code = wait_errc::overloaded;
        break;
      case runtime_errc::crashed:
        result.code = wait_errc::crashed;
        break;
      case runtime_errc::wrong_kind:
        result.code = wait_errc::wrong_kind;
        break;
      case runtime_errc::none:
        break;
    }
  } else if (why == caf::sec::request_receiver_down || why == caf::sec::request_timeout) {
    result.code = wait_errc::unavailable;
  } else if (why == caf::sec::runtime_error) {
    result.code = wait_errc::crashed;
  }
  return result;
}

wait_result result_of(const caf::type_erased_tuple& content) {
  if (content.match_elements<outcome>()) return content.get_as<outcome>(0);
  if (content.match_elements<view_ptr>()) return content.get_as<view_ptr>(0);
  if (content.match_elements<report_ptr>()) return content.get_as<report_ptr>(0);
  if (content.match_elements<place_ptr>()) return content.get_as<place_ptr>(0);
  if (content.match_elements<std::string>()) return content.get_as<std::string>(0);
  if (content.match_elements<watch_ptr>()) return content.get_as<watch_ptr>(0);
  if (content.match_elements<caf::error>()) return failure_of(content.get_as<caf::error>(0));
  return wait_failure{wait_errc::unexpected, "a response of another type"};
}

/// Takes responses and news in the thread of whoever sends them.
class response_receiver final : public caf::monitorable_actor {
 public:
  using signatures = caf::none_t;
  using behavior_type = caf::behavior;

  response_receiver(caf::actor_config& config, std::shared_ptr<wait_table> waits,
                    std::shared_ptr<news_ear> ear)
      : monitorable_actor(config), waits_(std::move(waits)), ear_(std::move(ear)) {}

  const char* name() const override { return "bridge"; }

  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) override {
    if (element) take(element->mid, element->content());
  }
  void enqueue(caf::strong_actor_ptr, caf::message_id id, caf::message content,
               caf::execution_unit*) override {
    if (id.is_response())
      waits_->end(id.request_id().integer_value() & id_bits, read(content));
    else if (!content.empty())
      hear(content.content());
  }

 private:
  void take(caf::message_id id, const caf::type_erased_tuple& content) {
    if (id.is_response())
      waits_->end(id.request_id().integer_value() & id_bits, result_of(content));
    else
      hear(content);
  }
  void hear(const caf::type_erased_tuple& content) {
    if (content.match_elements<news_ptr>()) ear_->tell(*content.get_as<news_ptr>(0));
  }
  static wait_result read(const caf::message& content) {
    if (content.empty()) return wait_failure{wait_errc::unexpected, "an empty response"};
    return result_of(content.content());
  }

  std::shared_ptr<wait_table> waits_;
  std::shared_ptr<news_ear> ear_;
};

caf::strong_actor_ptr make_receiver(caf::actor_system& system, std::shared_ptr<wait_table> waits,
                                    std::shared_ptr<news_ear> ear) {
  caf::actor_config config;
  return caf::make_actor<response_receiver, caf::strong_actor_ptr>(
      system.next_actor_id(), system.node(), &system, config, std::move(waits), std::move(ear));
}

void send_request(wait_table& waits, const caf::strong_actor_ptr& self, const caf::actor& to,
                  std::uint64_t id, const caf::message& what) {
  if (!to) return waits.end(id, wait_failure{wait_errc::unavailable, "no receiver"});
  caf::actor_cast<caf::abstract_actor*>(to)->enqueue(self, caf::make_message_id(id), what, nullptr);
}

}  // namespace

// --- the bridge ---

struct bridge::ticket::held {
  std::shared_ptr<wait_table> waits;
  std::uint64_t id = 0;
  ~held() { waits->end(id, finished{false}); }
};

void bridge::ticket::finish(bool well) const {
  wait_->waits->end(wait_->id, finished{well});
}

bool bridge::ticket::is_over() const {
  return !wait_->waits->has(wait_->id);
}

bridge::bridge(caf::actor_system& system, std::size_t limit)
    : waits_(std::make_shared<wait_table>(limit)),
      ear_(std::make_shared<news_ear>()),
      receiver_(make_receiver(system, waits_, ear_)) {}

bridge::~bridge() {
  stop();
}

asio::awaitable<wait_result> bridge::suspend(std::function<void(std::uint64_t)> start,
                                             std::chrono::milliseconds timeout) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(wait_result)>(
      [waits = waits_, start = std::move(start), timeout]<class Handler>(Handler handler) mutable {
        // This closure lives in the coroutine, which may be gone as soon as it is in the table.
        const auto table = std::move(waits);
        const auto begin = std::move(start);
        auto one = std::make_unique<waiter_of<Handler>>(std::move(handler));
        if (const auto id = table->add(std::move(one), timeout)) begin(*id);
      },
      asio::use_awaitable);
}

asio::awaitable<wait_result> bridge::ask(caf::actor to, caf::message what,
                                         std::chrono::milliseconds timeout) {
  auto send = [self = receiver_, waits = waits_, to = std::move(to), what = std::move(what)](
                  std::uint64_t id) { send_request(*waits, self, to, id, what); };
  return suspend(std::move(send), timeout);
}

asio::awaitable<std::vector<wait_result>> bridge::ask_all(std::vector<caf::actor> to,
                                                          caf::message what,
                                                          std::chrono::milliseconds timeout) {
  const auto executor = co_await asio::this_coro::executor;
  const auto results = std::make_shared<std::vector<wait_result>>(to.size());
  // Each question has a wait of its own, which holds the ticket of the whole.
  std::function<void(ticket)> start = [=, self = receiver_, waits = waits_](const ticket& whole) {
    for (std::size_t i = 0; i < to.size(); ++i) {
      auto keep = asio::bind_executor(
          executor, [results, i, whole](wait_result one) { (*results)[i] = std::move(one); });
      auto part = std::make_unique<waiter_of<decltype(keep)>>(std::move(keep));
      if (const auto id = waits->add(std::move(part), timeout))
        send_request(*waits, self, to[i], *id, what);
    }
  };
  co_await wait(std::move(start), std::chrono::milliseconds{0});
  // A copy: after a stop, parts may still come in.
  co_return *results;
}

asio::awaitable<wait_result> bridge::wait(std::function<void(ticket)> start,
                                          std::chrono::milliseconds timeout) {
  auto begin = [waits = waits_, start = std::move(start)](std::uint64_t id) {
    start(ticket{std::make_shared<ticket::held>(waits, id)});
  };
  return suspend(std::move(begin), timeout);
}

void bridge::hear(std::function<void(const news&)> listener) {
  ear_->set(std::move(listener));
}

void bridge::stop() {
  waits_->stop();
}

std::size_t bridge::waiting() const {
  return waits_->size();
}

}  // namespace rentwave::http
