// What is fixed when a journal is made: partitions, currency, the node's name, the secret of the
// tokens. A setting that was not given follows the journal; one that differs is refused.
#pragma once

#include <boost/system/result.hpp>

#include <string>

#include "actors/domain/time.hpp"
#include "config/settings.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

struct journal_facts {
  int partitions = 0;
  std::string currency;
  std::string node_name;
  std::string token_secret;
};

/// Makes them in a new journal. The error is a sentence for the operator.
boost::system::result<journal_facts, std::string> read_facts(journal& where,
                                                             const config::settings& settings);

/// No journal is started whose domain time is beyond this: calendars and row numbers end about a
/// century later.
inline constexpr instant latest_start{std::chrono::seconds{32'503'680'000}};  // 3000-01-01

/// The error: why domain time cannot go on in this journal.
boost::system::result<void, std::string> check_domain_time(journal& where, instant real_now);

}  // namespace rentwave
