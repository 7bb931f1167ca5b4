// What a start has to do with the demo: whether this journal is the demo's, and whether it is to be
// filled.
#pragma once

#include <boost/system/result.hpp>

#include <string>

#include "config/settings.hpp"
#include "persistence/journal.hpp"

namespace rentwave::demo {

struct part {
  bool is_there = false;   ///< the sample accounts are in the journal, or will be
  bool is_wanted = false;  ///< by --demo, and something is missing
};

/// Looks at a journal before anything runs on it. One that has other contents is left alone, with a
/// line in the log. The error is a sentence for the operator: accounts whose password everybody
/// knows are neither reachable from other machines, be it by a proxy, nor administrators.
boost::system::result<part, std::string> part_in(journal& where, const config::settings& settings);

/// For whoever starts it: names and password.
std::string introduction();

}  // namespace rentwave::demo
