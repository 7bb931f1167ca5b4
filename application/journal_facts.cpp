#include "application/journal_facts.hpp"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "http/tokens.hpp"
#include "persistence/journal_url.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds default_lease{config::lease_of_new_journals};

std::string random_name() {
  return "node-" + std::to_string(randombytes_uniform(900'000) + 100'000);
}

/// Of this installation of the system; empty where there is none.
std::string machine_id() {
  constexpr std::size_t enough = 8;
  std::ifstream file{"/etc/machine-id"};
  std::string id;
  std::getline(file, id);
  return id.substr(0, enough);
}

/// Without what a node's name may not have.
std::string host_name() {
  std::array<char, 65> text{};
  if (::gethostname(text.data(), text.size() - 1) != 0) return {};
  std::string name{text.data()};
  std::erase_if(name, [](unsigned char c) {
    const bool is_plain =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return !is_plain && c != '.' && c != '-' && c != '_';
  });
  return name.substr(0, 48);
}

std::string unreadable(const journal_error& why) {
  return "the journal cannot be read: " + why.detail;
}

}  // namespace

boost::system::result<journal_facts, std::string> read_facts(journal& where,
                                                             const config::settings& settings) {
  const auto& wanted_partitions = settings.journal.partitions;
  const auto& wanted_currency = settings.money.currency;
  const auto partitions = where.pin(
      "partitions", std::to_string(wanted_partitions.value_or(config::partitions_of_new_journals)));
  const auto currency =
      where.pin("currency", wanted_currency.value_or(config::currency_of_new_journals));
  const bool is_shared = is_postgres_url(settings.journal.url);
  const auto& given = settings.node.name;
  const auto name = is_shared ? journal_result<std::string>{name_by_machine(settings.http.port)}
                              : where.pin("node-name", given.empty() ? random_name() : given);
  const auto& wanted_lease = settings.node.lease;
  const auto lease = where.pin(
      "lease_ms", std::to_string(milliseconds{wanted_lease.value_or(default_lease)}.count()));
  const auto secret = http::load_token_secret(where);
  for (const auto* one : {&partitions, &currency, &name, &lease, &secret})
    if (!*one) return unreadable(one->error());
  if (wanted_partitions && *partitions != std::to_string(*wanted_partitions))
    return "--journal.partitions is fixed when a journal is made; this one has " + *partitions;
  if (wanted_currency && *currency != *wanted_currency)
    return "--money.currency is fixed when a journal is made; this one is in " + *currency;
  const milliseconds kept_lease{std::stoll(*lease)};
  if (wanted_lease && *wanted_lease != kept_lease)
    return "--node.lease is fixed when a journal is made; this one has " + *lease + "ms";
  return journal_facts{std::stoi(*partitions),
                       *currency,
                       given.empty() ? *name : given,
                       *secret,
                       is_shared,
                       kept_lease};
}

std::string name_by_machine(std::uint16_t port) {
  auto name = host_name();
  if (name.empty() || name == "localhost") name = "node-" + machine_id();
  return name + '-' +
         (port != 0 ? std::to_string(port)
                    : std::to_string(randombytes_uniform(900'000) + 100'000));
}

boost::system::result<void, std::string> check_domain_time(journal& where, instant real_now) {
  const auto anchor = where.anchor();
  if (!anchor) return unreadable(anchor.error());
  const auto event = where.latest_event_time();
  if (!event) return unreadable(event.error());
  // As numbers with a point: the time since the anchor times its rate may be beyond any instant.
  const auto micros = [](auto when) { return static_cast<double>(when.count()); };
  double now = micros(real_now.time_since_epoch());
  if (*anchor) {
    const auto& [real, domain, rate] = **anchor;
    now = micros(domain.time_since_epoch()) + micros(std::max(real_now - real, duration{})) * rate;
  }
  if (*event) now = std::max(now, micros((*event)->time_since_epoch()));
  if (now <= micros(latest_start.time_since_epoch())) return {};
  return "domain time has run to the end of its range in this journal, which is not started "
         "after " +
         format_instant(latest_start) + ": begin a new one";
}

}  // namespace rentwave
