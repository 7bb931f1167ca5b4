// What is fixed when a journal is made: partitions, currency, the secret of the tokens; the name of
// its node, or the lease of its nodes where it may have several. A setting that was not given
// follows the journal; one that differs is refused.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
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
  bool is_shared = false;             ///< any number of nodes may run on it
  std::chrono::milliseconds lease{};  ///< of each of them, if it is
};

/// Makes them in a new journal. The error is a sentence for the operator.
boost::system::result<journal_facts, std::string> read_facts(journal& where,
                                                             const config::settings& settings);

/// What a node is called in a cluster when nobody says: by the machine and the port of its HTTP
/// server, which nobody else has; a random word where the port is not given.
std::string name_by_machine(std::uint16_t port);

/// No journal is started whose domain time is beyond this: calendars and row numbers end about a
/// century later.
inline constexpr instant latest_start{std::chrono::seconds{32'503'680'000}};  // 3000-01-01

/// The error: why domain time cannot go on in this journal.
boost::system::result<void, std::string> check_domain_time(journal& where, instant real_now);

}  // namespace rentwave
