#include "http/actor_backend.hpp"

#include <sodium.h>
#include <spdlog/spdlog.h>
#include <caf/make_message.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <array>

#include "http/problems.hpp"

namespace rentwave::http {
namespace asio = boost::asio;
namespace {

problem problem_of(const wait_failure& why) {
  switch (why.code) {
    case wait_errc::timed_out:
      return try_later("timed_out",
                       "There was no answer in time; it may come to pass nevertheless.");
    case wait_errc::too_many:
    case wait_errc::overloaded:
      return try_later("overloaded", "There is more to do than we can take on.");
    case wait_errc::stopped:
    case wait_errc::unavailable:
    case wait_errc::crashed:
      return try_later("unavailable", "This part of the service is not there at the moment.");
    case wait_errc::not_yet:
      return try_later("unavailable",
                       "Not all of the service is upgraded to where it can do this.");
    case wait_errc::wrong_kind:
    case wait_errc::unexpected:
      break;
  }
  spdlog::error("an entity's answer makes no sense: {}", why.detail);
  return internal_error();
}

problem problem_of(hashing_errc why) {
  if (why == hashing_errc::stopped) return problem_of(wait_failure{wait_errc::stopped, {}});
  return try_later("overloaded", "Too many log in at this moment.");
}

problem failure_of(const wait_result& result) {
  const auto* why = std::get_if<wait_failure>(&result);
  return why ? problem_of(*why) : internal_error();
}

answer<view_ptr> view_of(const wait_result& result) {
  if (const auto* found = std::get_if<view_ptr>(&result)) return *found;
  return failure_of(result);
}

}  // namespace

actor_backend::actor_backend(backend_parts parts, const auth_options& options)
    : parts_(std::move(parts)),
      options_(options),
      life_{parts_.owner, parts_.clock.real_now()},
      bridge_(parts_.system, options.waits),
      passwords_(options.password_threads, options.password_queue, options.passwords_of_client),
      tokens_(parts_.token_secret),
      sessions_(options.session_memory, options.sessions_remembered),
      throttle_(options.failed_logins_minute, options.registrations_minute) {}

actor_backend::~actor_backend() = default;

void actor_backend::stop() {
  bridge_.stop();
  passwords_.stop();
}

// --- entities ---

asio::awaitable<answer<outcome>> actor_backend::send(const request& asked, entity_ref to,
                                                     any_command body,
                                                     std::optional<command_id> id) {
  command_envelope letter;
  letter.to = std::move(to);
  // A given id may have been used long ago: the entity has to look further back than it remembers.
  letter.id = id ? *id : command_id{new_uuid()};
  letter.cause = id ? instant::min() : parts_.clock.now();
  letter.body = std::move(body);
  if (asked.who) letter.caller = asked.who->account;
  letter.trace = asked.trace;
  if (options_.request_timeout.count() > 0)
    letter.deadline = parts_.clock.real_now() + options_.request_timeout;
  const auto receiver = parts_.routes->find(letter.to);
  command_ptr command = std::make_shared<const command_envelope>(std::move(letter));
  const auto result = co_await bridge_.ask(receiver, caf::make_message(std::move(command)),
                                           options_.request_timeout);
  const auto* done = std::get_if<outcome>(&result);
  if (!done) co_return failure_of(result);
  if (const auto* why = std::get_if<refusal>(done)) co_return to_problem(*why);
  co_return *done;
}

asio::awaitable<wait_result> actor_backend::query(entity_ref of, bool settled,
                                                  std::chrono::milliseconds timeout) {
  const auto receiver = parts_.routes->find(of);
  query_ptr question =
      std::make_shared<const query_envelope>(query_envelope{std::move(of), settled});
  return bridge_.ask(receiver, caf::make_message(std::move(question)), timeout);
}

asio::awaitable<answer<view_ptr>> actor_backend::view(entity_ref of) {
  const auto result = co_await query(std::move(of), false, options_.request_timeout);
  co_return view_of(result);
}

asio::awaitable<answer<view_ptr>> actor_backend::settled_view(entity_ref of,
                                                              std::chrono::milliseconds patience) {
  if (patience.count() == 0) co_return co_await view(std::move(of));
  const auto most = options_.request_timeout;  // 0 is none, not the least
  const auto result =
      co_await query(of, true, most.count() == 0 ? patience : std::min(patience, most));
  const auto* why = std::get_if<wait_failure>(&result);
  if (why && why->code == wait_errc::timed_out) co_return co_await view(std::move(of));
  co_return view_of(result);
}

// --- operations ---

bool actor_backend::is_admin(const identity& who) const {
  return !who.program && std::ranges::find(parts_.admins, who.username) != parts_.admins.end();
}

bool actor_backend::may_register(std::string_view username, std::string_view setup_token) const {
  if (std::ranges::find(parts_.admins, username) == parts_.admins.end()) return true;
  const auto& wanted = parts_.setup_token;
  if (wanted.empty()) return true;
  return setup_token.size() == wanted.size() &&
         sodium_memcmp(setup_token.data(), wanted.data(), wanted.size()) == 0;
}

asio::awaitable<std::vector<report_ptr>> actor_backend::reports() {
  return reports_of(parts_.routes->partitions);
}

asio::awaitable<std::vector<report_ptr>> actor_backend::reports_here() {
  if (!parts_.cluster) return reports();
  const auto places = parts_.cluster->state().places;
  std::vector<caf::actor> ours;
  for (std::size_t i = 0; i < places.size(); ++i)
    if (places[i].here) ours.push_back(parts_.routes->partitions.at(i));
  return reports_of(std::move(ours));
}

asio::awaitable<std::vector<report_ptr>> actor_backend::reports_of(
    std::vector<caf::actor> partitions) {
  auto question = caf::make_message(report_request{});
  const auto results = co_await bridge_.ask_all(std::move(partitions), std::move(question),
                                                options_.report_patience);
  std::vector<report_ptr> reports;
  for (const auto& result : results) {
    const auto* report = std::get_if<report_ptr>(&result);
    reports.push_back(report ? *report : nullptr);
  }
  co_return reports;
}

partition_id actor_backend::partition_of(const entity_ref& entity) const {
  return rentwave::partition_of(entity, parts_.routes->partitions.size());
}

asio::awaitable<answer<place_ptr>> actor_backend::look(entity_ref entity) {
  const auto to = parts_.routes->find(entity);
  auto question = caf::make_message(look_request{std::move(entity)});
  const auto result = co_await bridge_.ask(to, std::move(question), options_.report_patience);
  const auto* place = std::get_if<place_ptr>(&result);
  if (!place) co_return failure_of(result);
  co_return *place;
}

asio::awaitable<answer<std::string>> actor_backend::order(caf::actor to, caf::message what) {
  const auto result =
      co_await bridge_.ask(std::move(to), std::move(what), options_.request_timeout);
  const auto* said = std::get_if<std::string>(&result);
  if (!said) co_return failure_of(result);
  co_return *said;
}

asio::awaitable<answer<std::string>> actor_backend::release(entity_ref entity) {
  const auto to = parts_.routes->find(entity);
  return order(to, caf::make_message(release_order{std::move(entity)}));
}

asio::awaitable<answer<std::string>> actor_backend::replay(std::string subscription,
                                                           entity_ref entity) {
  const auto to = parts_.routes->find(entity);
  return order(to, caf::make_message(replay_order{std::move(subscription), std::move(entity)}));
}

asio::awaitable<answer<bool>> actor_backend::set_draining(std::string node, bool draining) {
  const auto* office = cluster();
  if (!office) co_return not_found("There is no such node.");
  auto result = std::make_shared<std::optional<journal_result<void>>>();
  auto start = [office, node = std::move(node), draining, result](bridge::ticket wait) {
    office->set_draining(node, draining, [result, wait](const journal_result<void>& done) {
      *result = done;
      wait.finish(true);
    });
  };
  const auto end = co_await bridge_.wait(std::move(start), options_.request_timeout);
  const auto* how = std::get_if<finished>(&end);
  if (!how) co_return failure_of(end);
  if (!how->well || !*result) co_return try_later("unavailable", "The cluster did not answer.");
  if (**result) co_return answer<bool>{boost::system::in_place_value, draining};
  if ((**result).error().code == journal_errc::not_found)
    co_return not_found("There is no such node.");
  co_return http::to_problem((**result).error());
}

// --- news ---

asio::awaitable<answer<watch_ptr>> actor_backend::watch(partition_id where, watch_request what) {
  auto to = parts_.routes->partitions.at(static_cast<std::size_t>(where));
  auto question = caf::make_message(std::move(what));
  const auto result =
      co_await bridge_.ask(std::move(to), std::move(question), options_.report_patience);
  const auto* begun = std::get_if<watch_ptr>(&result);
  if (!begun) co_return failure_of(result);
  co_return *begun;
}

void actor_backend::hear(std::function<void(const rentwave::news&)> listener) {
  bridge_.hear(std::move(listener));
}

// --- the journal ---

asio::awaitable<bool> actor_backend::run(job what) {
  return run_on(parts_.reader, std::move(what));
}

asio::awaitable<bool> actor_backend::run_apart(job what) {
  return run_on(parts_.keeper ? parts_.keeper : parts_.reader, std::move(what));
}

asio::awaitable<bool> actor_backend::run_fetch(job what) {
  return run_on(parts_.fetcher ? parts_.fetcher : parts_.reader, std::move(what));
}

asio::awaitable<bool> actor_backend::run_on(std::function<caf::actor()> reader, job what) {
  auto start = [reader = std::move(reader), what = std::move(what)](bridge::ticket wait) {
    // The read_job alone holds the ticket: dropped unrun, it ends the wait.
    auto work = [what, wait = std::move(wait)](journal& where) {
      if (wait.is_over()) return;  // nobody wants to know any more
      what(where);
      wait.finish(true);
    };
    const auto to = reader();
    if (!to) return;
    job_ptr letter = std::make_shared<const read_job>(read_job{std::move(work)});
    caf::anon_send(to, std::move(letter));
  };
  const auto result = co_await bridge_.wait(std::move(start), options_.request_timeout);
  const auto* end = std::get_if<finished>(&result);
  co_return end && end->well;
}

// --- passwords and tokens ---

asio::awaitable<answer<std::string>> actor_backend::hash_password(const request& asked,
                                                                  std::string secret) {
  auto client = rate_key(asked.remote_address);
  auto done = co_await passwords_.hash(std::move(client), std::move(secret));
  if (!done) co_return problem_of(done.error());
  co_return *std::move(done);
}

asio::awaitable<answer<bool>> actor_backend::check_password(const request& asked,
                                                            std::string secret, std::string hash) {
  auto client = rate_key(asked.remote_address);
  const auto done =
      co_await passwords_.check(std::move(client), std::move(secret), std::move(hash));
  if (!done) co_return problem_of(done.error());
  // In place: a flag alone would pass for the problem of that status.
  co_return answer<bool>{boost::system::in_place_value, *done};
}

backend::token actor_backend::make_token(const identity& who) {
  const auto now = parts_.clock.real_now();
  const auto end = who.program ? who.until : now + options_.token_lifetime;
  // As the token says it, in whole seconds.
  const auto until = std::chrono::floor<std::chrono::seconds>(end);
  return {tokens_.sign(who, now, until), until};
}

asio::awaitable<answer<identity>> actor_backend::identify(std::string token) {
  const auto who = tokens_.verify(token, parts_.clock.real_now());
  if (!who) {
    const bool expired = who.error() == token_errc::expired;
    co_return unauthenticated(expired ? "The token has expired." : "The token is not one of ours.");
  }
  const auto now = std::chrono::steady_clock::now();
  if (sessions_.knows(who->session, who->account, now)) co_return *who;
  const auto ticket = sessions_.ticket();
  const auto found = co_await view(session_ref(who->session));
  if (!found) co_return found.error();
  const auto& state = (*found)->as<session::state>();
  if (state.now != session::status::open || state.account != who->account)
    co_return unauthenticated("The session has ended.");
  // Counted from before the question: what it says may be that old.
  sessions_.remember(who->session, who->account, ticket, now);
  co_return *who;
}

void actor_backend::forget_session(session_id session) {
  sessions_.forget(session);
}

boost::uuids::uuid actor_backend::new_uuid() {
  std::array<std::uint8_t, 10> random;
  randombytes_buf(random.data(), random.size());
  return uuid_v7(parts_.clock.now(), random);
}

}  // namespace rentwave::http
