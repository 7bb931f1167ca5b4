// The set-up token: where others than this machine's users reach us, whoever knows it may register
// the names of administrators (design.md section 13). It lives in the journal, and in a file that
// only this user can read.
#pragma once

#include <boost/system/result.hpp>

#include <string>

#include "config/settings.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

/// Made by the first call; empty when none is needed: for this machine's users alone (reach.hpp),
/// and without administrators. The error is a sentence for the operator.
boost::system::result<std::string, std::string> setup_token(journal& where,
                                                            const config::settings& settings);

}  // namespace rentwave
