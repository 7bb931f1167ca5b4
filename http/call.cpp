#include "http/call.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "http/operations.hpp"
#include "http/problems.hpp"

namespace rentwave::http {
namespace {

response broken(const request& asked, const char* why) {
  spdlog::error("{} {} failed, trace {}: {}", to_string(asked.method), asked.target,
                to_string(asked.trace), why);
  return to_response(internal_error(), asked);
}

response without_route(const call_state& one) {
  if (one.is_about_server || (!one.where.allow.empty() && one.asked.method == verb::options)) {
    response made;
    made.status = 204;
    made.headers.emplace_back("Allow", one.is_about_server
                                           ? "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
                                           : one.where.allow);
    one.shared->other_pages.allow(one.asked, one.where.allow, made);
    return made;
  }
  if (one.where.allow.empty())
    return to_response(not_found("There is nothing under this path."), one.asked);
  auto made = to_response(make_problem(405, "method_not_allowed", "Method not allowed",
                                       "This path allows " + one.where.allow + "."),
                          one.asked);
  made.headers.emplace_back("Allow", one.where.allow);
  return made;
}

bool only_reads(const call_state& one) {
  return one.asked.method == verb::get || one.asked.method == verb::head;
}

bool is_personal(const call_state& one) {
  const auto who = one.where.found->who.who;
  return who == access::session || who == access::admin;
}

/// Answers that are about a person, or that change something, are nobody else's.
void forbid_storing(const call_state& one, response& made) {
  const auto is_control = [](const auto& field) { return field.first == "Cache-Control"; };
  if (std::ranges::any_of(made.headers, is_control)) return;
  if (is_personal(one) || !only_reads(one)) made.headers.emplace_back("Cache-Control", "no-store");
}

/// A program may do what its token is good for, and nothing that is for people alone.
std::optional<problem> not_granted(const call_state& one, const identity& who) {
  const auto needed = one.where.found->who.program;
  if (!who.program) return std::nullopt;
  if (needed && std::ranges::find(*who.program, *needed) != who.program->end()) return std::nullopt;
  return insufficient_scope(needed);
}

std::optional<problem> not_permitted(const call_state& one, const identity& who) {
  if (auto why = not_granted(one, who)) return why;
  if (one.where.found->who.who != access::admin) return std::nullopt;
  const auto* operators = one.shared->api.operators();
  if (operators && operators->is_admin(who)) return std::nullopt;
  return make_problem(403, "not_admin", "Not an administrator", "This is for administrators only.");
}

/// Why the handler is not called.
std::optional<problem> turned_down(const call_state& one,
                                   const answer<std::optional<identity>>& who) {
  const bool is_open = !is_personal(one);
  if (who) {
    if (is_open) return std::nullopt;
    if (*who) return not_permitted(one, **who);
    return unauthenticated("This needs a session: log in first.");
  }
  // Who may be anyone is served as nobody when we cannot tell who it is.
  const auto status = who.error().status;
  if (is_open && (status == 401 || status == 503)) return std::nullopt;
  return who.error();
}

std::optional<problem> account_asks_too_often(const call_state& one) {
  if (!one.asked.who) return std::nullopt;
  const auto account = to_string(one.asked.who->account);
  const auto take = [&](token_buckets& of, const char* why) -> std::optional<problem> {
    const auto wait = of.take(account, token_buckets::clock::now());
    if (!wait) return std::nullopt;
    return rate_limited(why, *wait);
  };
  auto& shared = *one.shared;
  if (auto why = take(shared.by_account, "Too many requests come from this account.")) return why;
  if (one.where.found->takes != body_form::photo) return std::nullopt;
  return take(shared.photos_by_account, "Too many photos come from this account.");
}

boost::asio::awaitable<response> respond_on_route(std::shared_ptr<call_state> one) {
  auto& shared = *one->shared;
  // What anyone may read is the same for all; what changes something has to come from our pages.
  if (!is_personal(*one) && only_reads(*one))
    co_return co_await one->where.found->handle(shared.api, one->asked);
  const auto who = co_await shared.gate.identify(one->asked);
  if (const auto why = turned_down(*one, who)) co_return to_response(*why, one->asked);
  if (who) one->asked.who = *who;
  if (const auto why = account_asks_too_often(*one)) co_return to_response(*why, one->asked);
  co_return co_await one->where.found->handle(shared.api, one->asked);
}

}  // namespace

boost::asio::awaitable<std::optional<problem>> turned_down_unread(std::shared_ptr<call_state> one) {
  const auto who = co_await one->shared->gate.identify(one->asked);
  co_return turned_down(*one, who);
}

boost::asio::awaitable<response> respond(std::shared_ptr<call_state> one) {
  if (!one->where.found) co_return without_route(*one);
  response made;
  try {
    made = co_await respond_on_route(one);
  } catch (const std::exception& failure) {
    made = broken(one->asked, failure.what());
  } catch (...) {
    made = broken(one->asked, "an unknown exception");
  }
  forbid_storing(*one, made);
  one->shared->other_pages.keep_cookie(one->asked, made);
  co_return made;
}

}  // namespace rentwave::http
