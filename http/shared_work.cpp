#include "http/shared_work.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace rentwave::http {

namespace asio = boost::asio;
using asio::awaitable;
using std::chrono::steady_clock;

struct shared_work::waiter {
  explicit waiter(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  text_ptr result;
};

awaitable<shared_work::text_ptr> shared_work::result_of(
    std::function<awaitable<std::string>()> work) {
  const asio::any_io_executor here = co_await asio::this_coro::executor;
  std::shared_ptr<waiter> mine;
  {
    const std::lock_guard lock{mutex_};
    if (std::exchange(is_under_way_, true)) {
      std::erase_if(waiting_, [](const auto& each) { return each.expired(); });
      if (waiting_.size() >= most_waiting_) co_return is_recent() ? last_ : nullptr;
      mine = std::make_shared<waiter>(here);
      waiting_.push_back(mine);
    }
  }
  if (!mine) co_return co_await do_it(std::move(work));
  co_return co_await wait(std::move(mine));
}

awaitable<shared_work::text_ptr> shared_work::do_it(std::function<awaitable<std::string>()> work) {
  // Also when it throws, or its coroutine is destroyed.
  struct ending {
    shared_work& of;
    text_ptr result;
    ~ending() { of.end(result); }
  } last{*this, {}};
  auto text = co_await work();
  last.result = std::make_shared<const std::string>(std::move(text));
  co_return last.result;
}

awaitable<shared_work::text_ptr> shared_work::wait(std::shared_ptr<waiter> mine) {
  mine->timer.expires_after(patience_);
  co_await mine->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return mine->result;
}

bool shared_work::is_recent() const {
  return steady_clock::now() - last_at_ <= patience_;
}

void shared_work::end(const text_ptr& result) {
  const std::lock_guard lock{mutex_};
  is_under_way_ = false;
  if (result) {
    last_ = result;
    last_at_ = steady_clock::now();
  }
  for (const auto& each : std::exchange(waiting_, {}))
    if (const auto one = each.lock())
      // Where its coroutine runs, which is asleep by then.
      asio::post(one->timer.get_executor(), [each, result] {
        const auto still = each.lock();
        if (!still) return;
        still->result = result;
        still->timer.cancel();
      });
}

}  // namespace rentwave::http
