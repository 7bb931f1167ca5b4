#include "application/cluster_part.hpp"

#include <spdlog/spdlog.h>

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <unistd.h>
#include <csignal>
#include <optional>

#include "cluster/caf_link.hpp"
#include "cluster/dial.hpp"
#include "cluster/member.hpp"
#include "cluster/node_tls.hpp"
#include "cluster/peers.hpp"
#include "cluster/process.hpp"
#include "config/parse.hpp"
#include "persistence/event_words.hpp"

namespace rentwave {
namespace {

/// A partition may finish what is under way for so long, then it is cut off.
constexpr std::chrono::seconds hand_over_time{10};
/// At a stop: until the others have the partitions, and then until this node has left. What is left
/// undone by then they do by themselves, once the lease is over.
constexpr std::chrono::seconds drain_patience{15};
constexpr std::chrono::seconds leave_patience{12};

using tls_result = boost::system::result<std::shared_ptr<const node_tls>, std::string>;

/// Null when nothing asks for it, which only loopback allows.
tls_result tls_of(const config::cluster_settings& settings) {
  const auto& [certificate, key, ca] = std::tie(settings.certificate, settings.key, settings.ca);
  if (certificate.empty() && key.empty() && ca.empty()) {
    if (is_loopback(settings.address)) return std::shared_ptr<const node_tls>{};
    return "--cluster.address=" + settings.address +
           " is no loopback address: it needs --cluster.certificate, --cluster.key and "
           "--cluster.ca";
  }
  if (certificate.empty() || key.empty() || ca.empty())
    return std::string{"--cluster.certificate, --cluster.key and --cluster.ca go together"};
  return node_tls::load({certificate, key, ca});
}

steward_options steward_options_of(const config::settings& settings, const journal_facts& facts) {
  steward_options made;
  made.name = facts.node_name;
  made.profile.roles = {settings.node.serves_clients, settings.node.has_partitions};
  made.profile.version = config::version();
  made.profile.event_types = our_event_words();
  made.profile.process = this_process();
  made.partitions = static_cast<std::size_t>(facts.partitions);
  made.terms = terms_of(facts.lease);
  made.hand_over_time = hand_over_time;
  made.leave_time = leave_patience - std::chrono::seconds{2};
  return made;
}

bool is_any_address(const std::string& address) {
  return address == "0.0.0.0" || address == "::";
}

std::optional<std::string> name_of(const std::optional<node_id>& node) {
  return node ? std::optional{node->name} : std::nullopt;
}

http::node_standing standing_of(judgement how) {
  switch (how) {
    case judgement::renewing:
      return http::node_standing::alive;
    case judgement::ended:
      return http::node_standing::ended;
    case judgement::unjudged:
      break;
  }
  return http::node_standing::unsure;
}

http::cluster_state state_of(const member& here) {
  const auto seen = here.view();
  http::cluster_state shown;
  shown.may_answer = here.may_answer();
  shown.unreachable = seen.unreachable.size();
  for (const auto& [row, how, is_here, owned, coming] : seen.nodes) {
    const auto& profile = row.profile;
    shown.nodes.push_back({row.id.name, row.id.incarnation, profile.address, profile.version,
                           profile.roles.gateway, profile.roles.partitions, row.draining, is_here,
                           row.joined_at, owned, coming, standing_of(how)});
  }
  for (std::size_t i = 0; i < seen.table.places.size(); ++i) {
    const auto& place = seen.table.places[i];
    shown.places.push_back({name_of(place.owner), name_of(place.next),
                            seen.held.contains(static_cast<partition_id>(i))});
  }
  return shown;
}

std::optional<std::vector<http::planned_move>> plan_of(const member& here, std::string_view node) {
  const auto moves = here.plan_drain(node);
  if (!moves) return std::nullopt;
  std::vector<http::planned_move> shown;
  for (const auto& [partition, from, to] : *moves)
    shown.push_back({partition, name_of(from), name_of(to)});
  return shown;
}

}  // namespace

struct cluster_part::parts {
  config::cluster_settings settings;
  std::string journal_url;
  std::string name;
  std::shared_ptr<const node_tls> tls;
  std::string address{};
  std::unique_ptr<caf_links> links{};
  std::unique_ptr<peers> others{};
  std::unique_ptr<member> self{};
};

cluster_part::cluster_part() : parts_(std::make_unique<parts>()) {}

cluster_part::~cluster_part() {
  end();
}

cluster_part::result cluster_part::prepare(const config::settings& settings,
                                           const journal_facts& facts,
                                           caf::actor_system_config& system) {
  if (!facts.is_shared) {
    if (settings.node.serves_clients && settings.node.has_partitions)
      return std::unique_ptr<cluster_part>{};
    return std::string{"--node.roles is for nodes that share a journal in PostgreSQL"};
  }
  auto tls = tls_of(settings.cluster);
  if (!tls) return tls.error();
  if (is_any_address(settings.cluster.address) && settings.cluster.advertise.empty())
    return "--cluster.address=" + settings.cluster.address +
           " is none by which others reach this node: it needs --cluster.advertise";
  caf_links::prepare(system);
  std::unique_ptr<cluster_part> made{new cluster_part};
  auto& p = *made->parts_;
  p.settings = settings.cluster;
  p.journal_url = settings.journal.url;
  p.name = facts.node_name;
  p.tls = *std::move(tls);
  p.self = std::make_unique<member>(steward_options_of(settings, facts));
  return made;
}

void cluster_part::take_part(node_options& options) const {
  auto* self = parts_->self.get();
  options.opens_all = false;
  options.may_answer = [self] { return self->may_answer(); };
  options.held_back = [self] { return self->held_back(); };
  options.door_moved = [self](partition_id which, door_state to) { self->door_moved(which, to); };
}

boost::system::result<void, std::string> cluster_part::start(caf::actor_system& system,
                                                             const node& here) {
  auto& p = *parts_;
  caf_link_options listening;
  listening.address = p.settings.address;
  listening.port = p.settings.port;
  listening.tls = p.tls;
  auto opened = caf_links::open(system, std::move(listening));
  if (!opened) return opened.error();
  p.links = *std::move(opened);
  p.others = std::make_unique<peers>(system, here.routes(), *p.links,
                                     [self = p.self.get()] { self->look_again(); },
                                     here.shared_clock());
  const auto& host = p.settings.advertise.empty() ? p.settings.address : p.settings.advertise;
  p.address = to_string(node_address{host, p.links->port()});

  member_ports ports;
  ports.connect = [url = p.journal_url] { return open_membership(url); };
  ports.order = [routes = here.routes()](partition_id which, place_order order) {
    caf::anon_send(routes->partitions[static_cast<std::size_t>(which)], std::move(order));
  };
  ports.link_to = [&p](const node_id& self, const std::vector<node_row>& others) {
    p.others->know(self, others);
  };
  ports.peer_of = [&p](const node_id& who) { return p.others->find(who); };
  // As if an operator had asked for it: main waits for nothing else.
  ports.replaced = [] { ::kill(::getpid(), SIGTERM); };
  p.self->start(std::move(ports), p.address);
  return {};
}

bool cluster_part::is_ready() const {
  return parts_->self->is_ready();
}

bool cluster_part::will_not_join() const {
  return parts_->self->will_not_join();
}

std::string cluster_part::address() const {
  return parts_->address;
}

http::cluster_office cluster_part::office() const {
  auto* self = parts_->self.get();
  http::cluster_office office;
  office.state = [self] { return state_of(*self); };
  office.plan_drain = [self](std::string_view node) { return plan_of(*self, node); };
  office.set_draining = [self](std::string node, bool draining, auto done) {
    self->set_draining(std::move(node), draining, std::move(done));
  };
  return office;
}

void cluster_part::begin_drain() {
  parts_->self->drain();
}

void cluster_part::hand_over() const {
  parts_->self->drain();
  if (!parts_->self->wait_until_drained(drain_patience))
    spdlog::warn("cluster: not all partitions could be handed over in time");
}

void cluster_part::leave() {
  if (parts_->address.empty()) return;  // it has not begun to take part
  parts_->self->leave();
  if (!parts_->self->wait_until_left(leave_patience))
    spdlog::warn("cluster: this node ends without having left; others take what it had");
}

void cluster_part::end() {
  auto& p = *parts_;
  p.self->end();
  p.others.reset();
  p.links.reset();
}

}  // namespace rentwave
