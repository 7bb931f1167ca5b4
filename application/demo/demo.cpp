#include "application/demo/demo.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string_view>

#include "application/demo/people.hpp"
#include "application/demo/rentals.hpp"
#include "application/reach.hpp"

namespace rentwave::demo {
namespace {

using boost::system::in_place_error;
using found = boost::system::result<part, std::string>;

std::string unreadable(const journal_error& why) {
  return "the journal cannot be read: " + why.detail;
}

std::string why_not_reachable(bool is_made) {
  const std::string_view who = is_made ? "this journal has " : "--demo makes ";
  const std::string_view otherwise =
      is_made ? "begin a new journal without --demo" : "leave --demo out";
  return std::string{who}
      .append("the demo's accounts, whose password everybody knows, so --http.address has to be a ")
      .append("loopback address, --http.origin one or empty, and --http.trusted-proxies empty; or ")
      .append(otherwise);
}

const person* sample_among(const std::vector<std::string>& names) {
  const auto is_sample = [&names](const person& one) {
    return std::ranges::find(names, one.username) != names.end();
  };
  const auto all = people();
  const auto one = std::ranges::find_if(all, is_sample);
  return one == all.end() ? nullptr : &*one;
}

}  // namespace

found part_in(journal& where, const config::settings& settings) {
  const auto& first = people().front();
  const auto begun =
      where.find_command(login_ref(std::string{first.username}), registration_of(first));
  if (!begun) return found{in_place_error, unreadable(begun.error())};
  const bool is_made = !begun->empty();
  if (!is_made && !settings.demo) return part{};
  if (!is_made) {
    const auto anything = where.scan(0, {}, 1);
    if (!anything) return found{in_place_error, unreadable(anything.error())};
    if (!anything->events.empty()) {
      spdlog::warn("--demo: this journal has other contents, and is left as it is");
      return part{};
    }
  }
  if (!serves_this_machine_only(settings.http))
    return found{in_place_error, why_not_reachable(is_made)};
  if (const auto* one = sample_among(settings.admin.users))
    return found{in_place_error, "--admin.users: " + std::string{one->username} +
                                     " is an account of the demo, whose password everybody knows"};
  const auto last = rental_of(rentals().back(), 0);
  const auto ended = where.find_command(rental_ref(last), request_of(last));
  if (!ended) return found{in_place_error, unreadable(ended.error())};
  return part{true, settings.demo && ended->empty()};
}

std::string introduction() {
  std::string names;
  for (const auto& each : people()) names.append(names.empty() ? "" : ", ").append(each.username);
  return "demo: log in as " + names + "; the password of each is '" + std::string{password} + "'";
}

}  // namespace rentwave::demo
