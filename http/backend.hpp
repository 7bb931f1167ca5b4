// What handlers may ask of the rest of RentWave: commands to entities, their states, questions to
// the read models. Answers are values or a `problem` ready to be sent; every wait has a time-out.
// One a server; used from all of its io threads.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/domain/commands.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/runtime/domain_clock.hpp"
#include "actors/runtime/protocol.hpp"
#include "actors/runtime/routing.hpp"
#include "http/exchange.hpp"
#include "http/problems.hpp"
#include "http/shared_work.hpp"
#include "http/traffic.hpp"
#include "http/webhooks/receiver_url.hpp"
#include "persistence/journal.hpp"

namespace rentwave::http {

template <class T>
using answer = boost::system::result<T, problem>;

class news_source;
class operations;
class login_throttle;

class backend {
 public:
  virtual ~backend() = default;

  /// Sends a command on behalf of the request's caller; the outcome is never a refusal (that is a
  /// problem). Times out with 503 `timed_out`: the command may have had its effect, and the same id
  /// finds that out.
  virtual boost::asio::awaitable<answer<outcome>> send(const request& asked, entity_ref to,
                                                       any_command body,
                                                       std::optional<command_id> id = {}) = 0;

  /// The entity's state; with `settled` only once its sagas are done, or after `patience` as it is
  /// then.
  virtual boost::asio::awaitable<answer<view_ptr>> view(entity_ref of) = 0;
  virtual boost::asio::awaitable<answer<view_ptr>> settled_view(
      entity_ref of, std::chrono::milliseconds patience = std::chrono::seconds{5}) = 0;

  /// Runs a question on one of the journal's readers. `Question` is `journal_result<T>(journal&)`.
  template <class Question>
  auto read(Question question) {
    return run_question(std::move(question), &backend::run);
  }
  /// The same on the thread by which photos are looked through and stored: that takes a while.
  template <class Question>
  auto keep(Question question) {
    return run_question(std::move(question), &backend::run_apart);
  }
  /// The same on the thread by which photos' bytes are read: nobody else waits behind megabytes.
  template <class Question>
  auto fetch(Question question) {
    return run_question(std::move(question), &backend::run_fetch);
  }

  /// Argon2id on the bounded pool, never on an io thread. 503 `overloaded` when the queue is full,
  /// or the address that asks has its part of it. An empty hash (of an unknown user) costs the same
  /// work as a real one, and never fits.
  virtual boost::asio::awaitable<answer<std::string>> hash_password(const request& asked,
                                                                    std::string secret) = 0;
  virtual boost::asio::awaitable<answer<bool>> check_password(const request& asked,
                                                              std::string secret,
                                                              std::string hash) = 0;

  /// A token for the session, and when it expires (real time): a program's with `until`, a
  /// person's after the lifetime that is configured.
  struct token {
    std::string text;
    instant expires_at;
  };
  virtual token make_token(const identity& who) = 0;
  /// Whose token it is. 401 `unauthenticated` unless we made it, it has not expired and its session
  /// is open; 503 when the session cannot be asked.
  virtual boost::asio::awaitable<answer<identity>> identify(std::string token) = 0;
  /// Makes this node forget that it verified the session: the next request asks the session entity.
  virtual void forget_session(session_id session) = 0;

  /// Somebody whose password everybody may know.
  struct sample_account {
    std::string username;
    std::string about;  ///< a few words
  };
  /// What the service says about itself.
  struct facts {
    std::string version;
    std::size_t header_bytes = 0;
    std::size_t body_bytes = 0;
    bool secure_cookies = false;               ///< browsers reach us by https
    std::string node = {};                     ///< its name
    std::string promise = {};                  ///< the journal's: it goes on from "what is in it"
    instant since = {};                        ///< real time
    std::vector<sample_account> samples = {};  ///< of the demo, if it is in the journal
    std::string sample_password = {};          ///< of them all
    receiver_rules webhooks = {};              ///< which URLs are taken
    std::size_t photo_bytes = 0;
  };
  virtual const facts& about() const = 0;
  virtual const domain_clock& clock() const = 0;
  virtual const std::string& currency() const = 0;
  virtual bool payments_are_sandbox() const = 0;
  /// A UUID version 7 in domain time with bytes of the system's generator.
  virtual boost::uuids::uuid new_uuid() = 0;
  virtual bool is_ready() const = 0;
  /// What the server counts.
  traffic& counted() { return counted_; }
  /// One answer of /metrics at a time, for all who ask.
  shared_work& scrapes() { return scrapes_; }

  /// Null where nobody operates.
  virtual operations* operators() { return nullptr; }
  /// Null where nobody tells.
  virtual news_source* news() { return nullptr; }
  /// Null where everybody may try as often as they like.
  virtual login_throttle* throttle() { return nullptr; }

 protected:
  using job = std::function<void(journal&)>;
  /// Runs the job on a reader; false when it was dropped or took too long.
  virtual boost::asio::awaitable<bool> run(job what) = 0;
  /// The same for `keep`; false also when too much waits there.
  virtual boost::asio::awaitable<bool> run_apart(job what) { return run(std::move(what)); }
  /// The same for `fetch`.
  virtual boost::asio::awaitable<bool> run_fetch(job what) { return run(std::move(what)); }

 private:
  template <class Question>
  auto run_question(Question question, boost::asio::awaitable<bool> (backend::*runner)(job))
      -> boost::asio::awaitable<
          answer<typename std::invoke_result_t<Question, journal&>::value_type>>;

  traffic counted_;
  shared_work scrapes_{16, std::chrono::seconds{5}};
};

template <class Question>
auto backend::run_question(Question question, boost::asio::awaitable<bool> (backend::*runner)(job))
    -> boost::asio::awaitable<
        answer<typename std::invoke_result_t<Question, journal&>::value_type>> {
  using found = std::invoke_result_t<Question, journal&>;
  auto result = std::make_shared<std::optional<found>>();
  // Named, not a temporary: GCC 12 destroys a closure twice that is made within a co_await
  // expression.
  job work = [result, question = std::move(question)](journal& where) {
    result->emplace(question(where));
  };
  const bool ran = co_await (this->*runner)(std::move(work));
  if (!ran || !*result) co_return try_later("unavailable", "The journal did not answer in time.");
  if (!**result) co_return to_problem((*result)->error());
  co_return *std::move(**result);
}

}  // namespace rentwave::http
