#include "application/reindex_command.hpp"

#include <ostream>

#include "persistence/journal_url.hpp"
#include "persistence/reindex.hpp"

namespace rentwave {
namespace {

constexpr std::int64_t step_percent = 10;

journal_result<reindexed> run(const std::string& url, std::ostream& news) {
  const auto store = open_journal(url);
  if (!store) return store.error();
  const auto connection = (*store)->connect();
  if (!connection) return connection.error();
  news << "making the read models of " << url_without_password(url) << " anew" << std::endl;
  std::int64_t told = 0;
  return reindex(**connection, [&](std::int64_t sequence, std::int64_t latest) {
    const auto percent = latest > 0 ? sequence * 100 / latest : 100;
    if (percent < told + step_percent) return;
    told = percent - percent % step_percent;
    news << told << " % of the events" << std::endl;
  });
}

}  // namespace

int reindex_journal(const config::invocation& asked, std::ostream& news, std::ostream& complaints) {
  const auto done = run(asked.settings.journal.url, news);
  if (!done) {
    complaints << "rentwave: " << done.error().detail << "; nothing was changed\n";
    return 1;
  }
  for (const auto& [listing, first, second] : done->overlaps)
    complaints << "rentwave: of listing " << to_string(listing) << " the bookings of rentals "
               << to_string(first) << " and " << to_string(second) << " overlap\n";
  news << "done: " << done->events << " events, " << done->overlaps.size()
       << " overlapping bookings" << std::endl;
  return done->overlaps.empty() ? 0 : 1;
}

}  // namespace rentwave
