#include "application/application.hpp"

#include <sodium.h>
#include <spdlog/spdlog.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iterator>
#include <span>
#include <thread>

#include "actors/runtime/domain_clock.hpp"
#include "actors/runtime/node.hpp"
#include "application/clock_rate.hpp"
#include "application/cluster_part.hpp"
#include "application/demo/demo.hpp"
#include "application/demo/fill.hpp"
#include "application/demo/people.hpp"
#include "application/journal_facts.hpp"
#include "application/open_files.hpp"
#include "application/reach.hpp"
#include "application/setup_token.hpp"
#include "config/parse.hpp"
#include "http/actor_backend.hpp"
#include "http/identify.hpp"
#include "http/routes.hpp"
#include "http/server.hpp"
#include "http/tls_context.hpp"
#include "http/webhooks/web_courier.hpp"
#include "persistence/journal_url.hpp"
#include "persistence/measured.hpp"
#include "persistence/sealing.hpp"

namespace rentwave {
namespace {

http::server_options server_options_of(const config::settings& settings) {
  http::server_options options;
  options.address = settings.http.address;
  options.port = settings.http.port;
  options.threads = settings.http.threads;
  const auto& limits = settings.limits;
  options.limits = {.connections = limits.connections,
                    .requests_in_flight = limits.requests_in_flight,
                    .header_bytes = limits.header_bytes,
                    .body_bytes = limits.body_bytes,
                    .photo_bytes = limits.photo_bytes,
                    .body_bytes_at_once = limits.body_bytes_at_once,
                    .header_timeout = limits.header_timeout,
                    .body_timeout = limits.body_timeout,
                    .write_timeout = limits.write_timeout,
                    .idle_timeout = limits.idle_timeout,
                    .request_timeout = limits.request_timeout,
                    .sockets = limits.sockets,
                    .sockets_per_account = limits.sockets_per_account,
                    .watches_per_socket = limits.watches_per_socket,
                    .socket_message_bytes = limits.socket_message_bytes,
                    .socket_queue_bytes = limits.socket_queue_bytes};
  options.trusted_proxies = settings.http.trusted_proxies;
  options.cors_origins = settings.http.cors_origins;
  if (!limits.enabled) return options;
  options.limits.requests_per_address_s = limits.requests_per_address;
  options.limits.requests_per_account_s = limits.requests_per_account;
  options.limits.photos_per_account_min = limits.photos_per_account;
  options.limits.connections_per_address = limits.connections_per_address;
  options.limits.body_bytes_per_address = limits.body_bytes_per_address;
  return options;
}

http::auth_options auth_options_of(const config::settings& settings) {
  http::auth_options options;
  options.token_lifetime = settings.auth.token_lifetime;
  options.request_timeout = settings.limits.request_timeout;
  options.password_threads = settings.limits.password_hashes_at_once;
  options.password_queue = settings.limits.password_queue;
  if (!settings.limits.enabled) return options;
  options.passwords_of_client = settings.limits.passwords_per_address;
  options.failed_logins_minute = settings.limits.failed_logins;
  options.registrations_minute = settings.limits.registrations_per_address;
  return options;
}

/// Null when nothing asks for https.
boost::system::result<std::shared_ptr<http::tls_context>, std::string> tls_of(
    const config::http_settings& settings) {
  const auto& certificate = settings.tls_certificate;
  const auto& key = settings.tls_key;
  if (certificate.empty() && key.empty()) return std::shared_ptr<http::tls_context>{};
  if (certificate.empty()) return std::string{"--http.tls-key needs --http.tls-certificate"};
  if (key.empty()) return std::string{"--http.tls-certificate needs --http.tls-key"};
  return http::tls_context::load(certificate, key);
}

/// Connections that the system does not allow would wait unaccepted, instead of being told.
void make_room_for(std::size_t connections) {
  const auto limit = raise_open_file_limit();
  if (connections == 0 || fits_open_files(connections, limit)) return;
  spdlog::warn("--limits.connections is {}, but the system lets us open only {} files (ulimit -n).",
               connections, limit);
}

node_options node_options_of(const config::settings& settings, const journal_facts& facts) {
  node_options options;
  // One life of one process: who takes back what an unknown outcome cost it must not take it from
  // a later life under the same name.
  options.name = facts.node_name + '/' + std::to_string(randombytes_random());
  options.partitions = facts.partitions;
  options.clock_rate = settings.clock.rate;
  options.subscriptions = all_subscriptions(facts.currency);
  return options;
}

http::receiver_rules receiver_rules_of(const config::webhook_settings& settings) {
  return {.plain_http = settings.allow_http, .private_addresses = settings.allow_private_addresses};
}

/// Where a journal has one node, that alone sets the rate.
boost::system::result<void, std::string> check_rate(journal& where,
                                                    const config::settings& settings,
                                                    const journal_facts& facts) {
  if (!facts.is_shared) return {};
  starting_node self;
  self.name = facts.node_name;
  self.rate = settings.clock.rate;
  self.lease = facts.lease;
  self.connect = [url = settings.journal.url] { return open_membership(url); };
  self.wait = [](std::chrono::milliseconds pause) { std::this_thread::sleep_for(pause); };
  return check_clock_rate(where, self);
}

/// What `/` says of the demo's accounts.
void introduce_samples(http::backend::facts& about) {
  for (const auto& each : demo::people())
    about.samples.push_back({std::string{each.username}, std::string{each.about}});
  about.sample_password = demo::password;
}

std::optional<http::cluster_office> office_of(const cluster_part* cluster) {
  return cluster ? std::optional{cluster->office()} : std::nullopt;
}

/// Who serves no clients still says how it is.
std::span<const http::route> routes_of(const config::node_settings& node) {
  static const auto probes = [] {
    std::vector<http::route> found;
    std::ranges::copy_if(http::all_routes(), std::back_inserter(found),
                         [](const auto& one) { return one.who.who == http::access::probe; });
    return found;
  }();
  return node.serves_clients ? http::all_routes() : std::span<const http::route>{probes};
}

/// CAF's threads look for work every 50 µs for the 5 ms after they had some, and are four at least.
/// Ours are as many as the cores, and sleep at once until they are woken (docs/decisions/0042).
void set_scheduler(caf::actor_system_config& config) {
  config.set("scheduler.max-threads",
             std::max<std::size_t>(2, std::thread::hardware_concurrency()));
  config.set("work-stealing.moderate-poll-attempts", std::size_t{0});
}

constexpr auto ready_interval = std::chrono::milliseconds{2};

}  // namespace

struct application::parts {
  config::settings settings;
  journal_facts facts;
  demo::part sample;
  std::atomic<bool> draining = false;
  std::atomic<bool> filling = false;
  bool by_https = false;
  std::unique_ptr<journal_store> store;
  caf::actor_system_config actor_config;
  std::unique_ptr<cluster_part> cluster;  ///< null: the journal has this node alone
  std::unique_ptr<caf::actor_system> system;
  std::shared_ptr<http::web_courier> courier;
  std::unique_ptr<node> running;
  std::unique_ptr<http::actor_backend> api;
  std::unique_ptr<http::token_authenticator> gate;
  std::unique_ptr<http::server> server;
  std::jthread filler;

  bool serves() const { return cluster ? cluster->is_ready() : running->is_ready(); }
  bool is_ready() const { return !draining && !filling && serves(); }
  void fill();
};

/// As soon as there is something to fill.
void application::parts::fill() {
  filling = true;
  filler = std::jthread{[this](const std::stop_token& stop) {
    while (!serves() && !stop.stop_requested()) std::this_thread::sleep_for(ready_interval);
    if (!stop.stop_requested()) demo::fill(*api);
    filling = false;
  }};
}

application::application() : parts_{std::make_unique<parts>()} {}

boost::system::result<std::unique_ptr<application>, std::string> application::start(
    const config::settings& settings, const wrapper& wrap) {
  if (sodium_init() < 0) return std::string{"the system has no source of randomness"};
  std::unique_ptr<application> made{new application};
  auto& p = *made->parts_;
  p.settings = settings;
  make_room_for(settings.limits.connections);
  auto tls = tls_of(settings.http);
  if (!tls) return tls.error();
  p.by_https = *tls != nullptr;

  auto opened = open_journal(settings.journal.url);
  if (!opened) return "the journal cannot be opened: " + opened.error().detail;
  p.store = seal_personal_fields(std::move(*opened));
  if (wrap) p.store = wrap(std::move(p.store));
  auto counted = std::make_shared<journal_figures>();
  p.store = measure(std::move(p.store), counted);
  auto connection = p.store->connect();
  if (!connection) return "the journal cannot be opened: " + connection.error().detail;
  auto facts = read_facts(**connection, settings);
  if (!facts) return facts.error();
  p.facts = std::move(*facts);
  auto token = setup_token(**connection, settings);
  if (!token) return token.error();
  const auto sample = demo::part_in(**connection, settings);
  if (!sample) return sample.error();
  p.sample = *sample;
  if (const auto goes_on = check_domain_time(**connection, system_time()); !goes_on)
    return goes_on.error();
  if (const auto fits = check_rate(**connection, settings, p.facts); !fits) return fits.error();

  set_scheduler(p.actor_config);
  auto cluster = cluster_part::prepare(settings, p.facts, p.actor_config);
  if (!cluster) return cluster.error();
  p.cluster = *std::move(cluster);
  p.system = std::make_unique<caf::actor_system>(p.actor_config);
  auto options = node_options_of(settings, p.facts);
  const auto owner = options.name;
  const auto receivers = receiver_rules_of(settings.webhooks);
  http::courier_options by_web{receivers, "RentWave/" + std::string{config::version()}};
  p.courier = std::make_shared<http::web_courier>(std::move(by_web));
  options.webhooks = p.courier;
  if (p.cluster) p.cluster->take_part(options);
  auto running = node::start(*p.system, *p.store, std::move(options));
  if (!running) return "the journal cannot be used: " + running.error().detail;
  p.running = std::move(*running);

  const auto* here = p.running.get();
  const auto is_ready = [&p] { return p.is_ready(); };
  http::backend::facts about{std::string{config::version()},
                             settings.limits.header_bytes,
                             settings.limits.body_bytes,
                             settings.http.origin.starts_with("https:"),
                             p.facts.node_name,
                             p.store->promise(),
                             here->clock().real_now()};
  about.webhooks = receivers;
  about.photo_bytes = settings.limits.photo_bytes;
  if (p.sample.is_there) introduce_samples(about);
  p.api = std::make_unique<http::actor_backend>(
      http::backend_parts{*p.system, here->routes(), [here] { return here->reader(); },
                          here->clock(), is_ready, p.facts.currency, p.facts.token_secret, true,
                          std::move(about), settings.admin.users, *std::move(token),
                          std::move(counted), here->figures(), owner,
                          [here] { return here->keeper(); }, office_of(p.cluster.get()),
                          [here] { return here->fetcher(); }},
      auth_options_of(settings));
  p.gate = std::make_unique<http::token_authenticator>(
      *p.api, http::own_origin{settings.http.origin, serves_this_machine_only(settings.http)},
      http::cors{settings.http.cors_origins});
  p.server = std::make_unique<http::server>(server_options_of(settings), *p.api, *p.gate,
                                            routes_of(settings.node));
  p.server->use(*std::move(tls));
  if (const auto listening = p.server->start(); !listening)
    return "cannot listen on " + settings.http.address + ":" + std::to_string(settings.http.port) +
           ": " + listening.error().message();
  // After that: whose port is taken must not take the name of who has it, too.
  if (p.cluster)
    if (const auto started = p.cluster->start(*p.system, *here); !started) return started.error();
  if (p.sample.is_wanted) p.fill();
  return made;
}

application::~application() {
  stop(std::chrono::milliseconds{0});
}

std::uint16_t application::port() const {
  return parts_->server->port();
}

bool application::wait_until_ready(std::chrono::milliseconds patience) const {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!parts_->serves() || parts_->filling) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(ready_interval);
  }
  return true;
}

std::string application::banner() const {
  const auto& s = parts_->settings;
  const bool ipv6 = s.http.address.find(':') != std::string::npos;
  return "rentwave " + std::string{config::version()} + " at " +
         (parts_->by_https ? "https://" : "http://") +
         (ipv6 ? '[' + s.http.address + ']' : s.http.address) + ':' + std::to_string(port()) +
         ", journal " + url_without_password(s.journal.url) + " (" + parts_->store->promise() +
         "), " + std::to_string(parts_->facts.partitions) + " partitions, node " +
         parts_->facts.node_name +
         (parts_->cluster ? " at " + parts_->cluster->address() + " for others" : "") +
         ", payments: sandbox";
}

std::string application::sample_accounts() const {
  return parts_->sample.is_there ? demo::introduction() : std::string{};
}

void application::begin_drain() {
  parts_->draining = true;
  if (parts_->cluster) parts_->cluster->begin_drain();
}

bool application::will_not_join() const {
  return parts_->cluster && parts_->cluster->will_not_join();
}

void application::renew_tls() {
  auto& p = *parts_;
  auto tls = tls_of(p.settings.http);
  if (!tls) return spdlog::error("certificate and key stay as they were: {}", tls.error());
  p.server->use(*std::move(tls));
  spdlog::info("certificate and key were read again; new connections use them");
}

void application::stop(std::chrono::milliseconds grace) {
  auto& p = *parts_;
  if (p.cluster) p.cluster->hand_over();
  if (p.server) p.server->stop(grace);
  p.filler.request_stop();
  if (p.api) p.api->stop();
  if (p.filler.joinable()) p.filler.join();
  if (p.cluster) {
    p.cluster->leave();
    p.cluster->end();
  }
  if (p.running) p.running->stop();
  if (p.courier) p.courier->stop();
  // Coroutines that were cut refer to the backend and end with the server's io_context.
  p.server.reset();
  p.gate.reset();
  p.api.reset();
  p.running.reset();
  p.system.reset();
  p.cluster.reset();
  p.store.reset();
}

}  // namespace rentwave
