// From Asio's coroutines to actors and back: a table of waits, and an actor without a mailbox that
// takes the responses. Each wait ends once: by its answer, by its time-out (0: none) or by `stop`.
// One a server; used from all of its io threads and from CAF's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <caf/actor.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/fwd.hpp>
#include <caf/message.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "actors/domain/outcome.hpp"
#include "actors/runtime/protocol.hpp"

namespace rentwave::http {

/// Why a wait ended without an answer.
enum class wait_errc {
  timed_out,
  stopped,      ///< we are shutting down
  too_many,     ///< as many waits as there may be
  unavailable,  ///< as runtime_errc; also when the receiver is gone
  overloaded,
  crashed,
  not_yet,
  wrong_kind,
  unexpected,  ///< a response that we do not understand: a bug
};
struct wait_failure {
  wait_errc code{};
  std::string detail;  ///< for the log
};
/// A wait without an actor's answer was ended by `finish`.
struct finished {
  bool well = true;
};
/// The last four: how a partition is, where an entity is, what an operator's order came to, and
/// what a partition had not watched before.
using wait_result = std::variant<wait_failure, outcome, view_ptr, finished, report_ptr, place_ptr,
                                 std::string, watch_ptr>;

class wait_table;
class news_ear;

class bridge {
 public:
  /// At most `limit` waits at once.
  bridge(caf::actor_system& system, std::size_t limit);
  /// Stops. The executors of all waits have to be there still.
  ~bridge();
  bridge(const bridge&) = delete;
  bridge& operator=(const bridge&) = delete;

  /// Sends a CAF request; the result arrives on the awaiting coroutine's executor.
  boost::asio::awaitable<wait_result> ask(caf::actor to, caf::message what,
                                          std::chrono::milliseconds timeout);

  /// The same question to all of them at once; the results are in their order, and all there when
  /// the time is up. To be awaited on a strand.
  boost::asio::awaitable<std::vector<wait_result>> ask_all(std::vector<caf::actor> to,
                                                           caf::message what,
                                                           std::chrono::milliseconds timeout);

  /// Ends its wait when it is called or destroyed; from any thread. Copies share the one wait.
  class ticket {
   public:
    void finish(bool well) const;
    /// It ended already: nobody waits any more.
    bool is_over() const;

   private:
    friend class bridge;
    struct held;
    explicit ticket(std::shared_ptr<held> wait) : wait_(std::move(wait)) {}
    std::shared_ptr<held> wait_;
  };
  /// Calls `start` and waits until all copies of the ticket are gone, or one has finished.
  boost::asio::awaitable<wait_result> wait(std::function<void(ticket)> start,
                                           std::chrono::milliseconds timeout);

  /// Whom the news go to that partitions send to whoever asks by `ask`; empty: nobody. Called in
  /// the partition's thread, and by none any more when this has returned.
  void hear(std::function<void(const news&)> listener);

  /// Ends all waits, and each later one at once. From any thread.
  void stop();
  std::size_t waiting() const;

 private:
  boost::asio::awaitable<wait_result> suspend(std::function<void(std::uint64_t)> start,
                                              std::chrono::milliseconds timeout);

  std::shared_ptr<wait_table> waits_;
  std::shared_ptr<news_ear> ear_;
  caf::strong_actor_ptr receiver_;
};

}  // namespace rentwave::http
