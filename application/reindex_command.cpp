#include "application/reindex_command.hpp"

#include <ostream>

#include "persistence/journal_url.hpp"
#include "persistence/reindex.hpp"

namespace rentwave {
namespace {

constexpr std::int64_t step_percent = 10;

int complain_of(const journal_error& why, std::ostream& complaints) {
  complaints << "rentwave: " << why.detail
             << (why.code == journal_errc::unknown_outcome
                     ? "; it may be done or not: run it again\n"
                     : "; nothing was changed\n");
  return 1;
}

}  // namespace

int reindex_journal(const config::invocation& asked, std::ostream& news, std::ostream& complaints) {
  const auto& url = asked.settings.journal.url;
  const auto store = open_journal(url);
  if (!store) return complain_of(store.error(), complaints);
  const auto connection = (*store)->connect();
  if (!connection) return complain_of(connection.error(), complaints);
  news << "making the read models of " << url_without_password(url) << " anew" << std::endl;
  return reindex_journal(**connection, news, complaints);
}

int reindex_journal(journal& of, std::ostream& news, std::ostream& complaints) {
  std::int64_t told = 0;
  const auto done = reindex(of, [&](std::int64_t sequence, std::int64_t latest) {
    const auto percent = latest > 0 ? sequence * 100 / latest : 100;
    if (percent < told + step_percent) return;
    told = percent - percent % step_percent;
    news << told << " % of the events" << std::endl;
  });
  if (!done) return complain_of(done.error(), complaints);
  if (!done->overlaps) {
    complaints << "rentwave: " << done->overlaps.error().detail
               << "; the read models were made anew of " << done->events
               << " events, but not looked through for bookings that overlap\n";
    return 1;
  }
  for (const auto& [listing, first, second] : *done->overlaps)
    complaints << "rentwave: of listing " << to_string(listing) << " the bookings of rentals "
               << to_string(first) << " and " << to_string(second) << " overlap\n";
  news << "done: " << done->events << " events, " << done->overlaps->size()
       << " overlapping bookings" << std::endl;
  return done->overlaps->empty() ? 0 : 1;
}

}  // namespace rentwave
