// Thousands of followers as the journal would have them after each of them has followed topics: the
// events of followers, audiences and topics, in large transactions. No server runs meanwhile.
#pragma once

#include <string>
#include <vector>

#include "actors/domain/ids.hpp"

namespace rentwave::testing {

/// The same in every run.
account_id nth_follower(int i);

/// Followers 0 to `count` - 1 follow the first topic, every third of them the others as well.
/// Throws when the journal does not take it.
void fill_followers(const std::string& journal_url, int count,
                    const std::vector<std::string>& topics);

}  // namespace rentwave::testing
