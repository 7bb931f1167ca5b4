#include "tests/cluster/processes/customers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace rentwave::testing_cluster {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t most_told = 5;
constexpr milliseconds pause_after_failure{5};

/// A connection to each node; a new one when it broke.
thread_local std::map<http::server_address, http::client> connections;

http::client& connection(const http::server_address& to) {
  auto& one = connections.try_emplace(to, to).first->second;
  one.sends_cookies = false;
  return one;
}

}  // namespace

customers::customers(addresses nodes, int count) : nodes_(std::move(nodes)) {
  for (int i = 0; i < count; ++i) {
    auto& one = *all_.emplace_back(std::make_unique<customer>());
    one.name = "customer" + std::to_string(i);
    const json who{{"username", one.name}, {"password", "correct horse battery"}};
    http::client to{node(static_cast<std::size_t>(i))};
    const auto made = to.post("/api/users", who);
    if (made.status != 201) throw std::runtime_error("registering: " + made.body);
    one.account = made.json().at("id");
    one.token = to.post("/api/sessions", who).json().at("access_token");
  }
}

customers::~customers() {
  end();
}

void customers::use(addresses nodes) {
  const std::lock_guard held(mutex_);
  nodes_ = std::move(nodes);
}

http::server_address customers::node(std::size_t turn) const {
  const std::lock_guard held(mutex_);
  return nodes_[turn % nodes_.size()];
}

void customers::begin() {
  for (std::size_t i = 0; i < all_.size(); ++i)
    threads_.emplace_back([this, i](const std::stop_token& stop) { live(*all_[i], stop, i); });
}

void customers::end() {
  for (auto& one : threads_) one.request_stop();
  threads_.clear();
}

/// Now here, now there: what one node has acknowledged, every other has to know.
void customers::live(customer& who, const std::stop_token& stop, std::size_t turn) {
  while (!stop.stop_requested()) {
    const auto began = steady_clock::now();
    bool had_trouble = false;
    while (!ask(who, node(++turn), true) && !stop.stop_requested()) {
      had_trouble = true;
      std::this_thread::sleep_for(pause_after_failure);  // as a client that means well
    }
    if (had_trouble) {
      const auto lasted = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
      auto longest = longest_trouble_.load();
      while (longest < lasted && !longest_trouble_.compare_exchange_weak(longest, lasted)) {
      }
    }
    ask(who, node(++turn), false);
  }
  connections.clear();
}

bool customers::pay(std::size_t which, const http::server_address& at) {
  return ask(*all_[which], at, true);
}

bool customers::ask(customer& who, const http::server_address& at, bool pays) {
  const auto began = steady_clock::now();
  const auto counted = [&](unsigned status) {
    count(at, status, std::chrono::duration_cast<milliseconds>(steady_clock::now() - began));
  };
  http::client::fields fields{{"Authorization", "Bearer " + who.token},
                              {"Content-Type", "application/json"}};
  ++requests_;
  try {
    auto& to = connection(at);
    if (pays) {
      fields.push_back({"Idempotency-Key", "payment-" + std::to_string(who.paid)});
      const auto answer = to.post("/api/me/wallet/top-ups", {{"amount", 1}}, fields);
      counted(answer.status);
      if (answer.status == 201) {
        // "Pending" is no promise of when.
        if (answer.json().at("status") == "pending") who.is_pending = true;
        return ++who.paid > 0;
      }
      fail(std::to_string(answer.status) + ' ' + answer.body);
      return false;
    }
    const auto answer = to.get("/api/me/wallet", fields);
    counted(answer.status);
    if (answer.status != 200) {
      fail(std::to_string(answer.status) + ' ' + answer.body);
      return false;
    }
    const std::int64_t seen = answer.json().at("balance").at("amount");
    if (seen >= who.paid) who.is_pending = false;
    if (seen < who.paid && !who.is_pending)
      fail("STALE: " + who.name + " has paid " + std::to_string(who.paid) + ", and is shown " +
           std::to_string(seen));
    return true;
  } catch (const std::exception& broken) {
    connections.erase(at);
    counted(0);
    fail(broken.what());
    return false;
  }
}

void customers::count(const http::server_address& at, unsigned status, milliseconds took) {
  const std::lock_guard held(mutex_);
  auto& to = tallies_[at];
  to.longest = std::max(to.longest, took);
  if (status == 200 || status == 201)
    ++to.successes;
  else
    ++(status == 503 ? to.unavailable : to.others);
}

tally customers::tally_of(const http::server_address& node) const {
  const std::lock_guard held(mutex_);
  const auto found = tallies_.find(node);
  return found == tallies_.end() ? tally{} : found->second;
}

void customers::tally_anew() {
  const std::lock_guard held(mutex_);
  tallies_.clear();
}

void customers::fail(std::string what) {
  ++failures_;
  const std::lock_guard held(mutex_);
  // A stale answer is never an excuse: it is told whatever was before.
  if (told_.size() < most_told || what.starts_with("STALE")) told_.push_back(std::move(what));
}

std::string customers::first_failures() const {
  const std::lock_guard held(mutex_);
  std::string all;
  for (const auto& one : told_) all += one + '\n';
  return all;
}

bool customers::all_pay(std::int64_t more, std::chrono::seconds patience) const {
  std::vector<std::int64_t> goals;
  for (const auto& one : all_) goals.push_back(one->paid + more);
  const auto until = steady_clock::now() + patience;
  for (std::size_t i = 0; i < all_.size(); ++i)
    while (all_[i]->paid < goals[i]) {
      if (steady_clock::now() > until) return false;
      std::this_thread::sleep_for(pause_after_failure);
    }
  return true;
}

std::string customers::miscount(const http::server_address& at) const {
  std::string wrong;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    const auto has = balance(i, at);
    // The last one may have come to pass without an answer.
    const auto paid = all_[i]->paid.load();
    if (has != paid && has != paid + 1)
      wrong += all_[i]->name + " has paid " + std::to_string(paid) + " and has " +
               std::to_string(has) + '\n';
  }
  return wrong;
}

http::client::fields customers::fields_of(std::size_t which) const {
  return {{"Authorization", "Bearer " + all_[which]->token}, {"Content-Type", "application/json"}};
}

std::int64_t customers::balance(std::size_t which, const http::server_address& at) const {
  const auto answer = http::client{at}.get("/api/me/wallet", fields_of(which));
  if (answer.status != 200) return -1;
  return answer.json().at("balance").at("amount");
}

std::string customers::account_of(std::size_t which) const {
  return all_[which]->account;
}

}  // namespace rentwave::testing_cluster
