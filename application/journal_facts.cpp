#include "application/journal_facts.hpp"

#include <sodium.h>

#include <algorithm>

#include "http/tokens.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave {
namespace {

std::string random_name() {
  return "node-" + std::to_string(randombytes_uniform(900'000) + 100'000);
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
  const auto name =
      where.pin("node-name", settings.node.name.empty() ? random_name() : settings.node.name);
  const auto secret = http::load_token_secret(where);
  for (const auto* one : {&partitions, &currency, &name, &secret})
    if (!*one) return unreadable(one->error());
  if (wanted_partitions && *partitions != std::to_string(*wanted_partitions))
    return "--journal.partitions is fixed when a journal is made; this one has " + *partitions;
  if (wanted_currency && *currency != *wanted_currency)
    return "--money.currency is fixed when a journal is made; this one is in " + *currency;
  return journal_facts{std::stoi(*partitions), *currency,
                       settings.node.name.empty() ? *name : settings.node.name, *secret};
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
