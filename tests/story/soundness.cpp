#include "tests/story/soundness.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

#include "persistence/journal.hpp"
#include "tests/simulation/model.hpp"

namespace rentwave::testing {
namespace {

constexpr int page = 10'000;
constexpr auto settling_patience = std::chrono::seconds{30};
constexpr auto settling_pause = std::chrono::milliseconds{20};

template <class T>
T must(journal_result<T> result) {
  if (!result) throw std::runtime_error{"the journal cannot be read: " + result.error().detail};
  return *std::move(result);
}

simulation::model read_model(journal& from) {
  simulation::model seen;
  std::int64_t after = 0;
  for (;;) {
    const auto events = must(from.scan(after, {}, page)).events;
    for (const auto& event : events) simulation::see(seen, event);
    if (std::ssize(events) < page) return seen;
    after = events.back().sequence;
  }
}

simulation::model read_sound(const std::string& journal_url) {
  const auto store = must(open_journal_read_only(journal_url));
  const auto connection = must(store->connect());
  auto seen = read_model(*connection);
  simulation::check_money(seen);
  if (!must(connection->overlapping_reservations()).empty())
    throw std::runtime_error{"two bookings of a listing overlap"};
  return seen;
}

}  // namespace

simulation::model check_sound(const std::string& journal_url) {
  try {
    return read_sound(journal_url);
  } catch (const simulation::violation& found) {
    throw std::runtime_error{to_string(found.where) + ": " + found.what()};
  }
}

void check_settled(const std::string& journal_url, const std::function<void()>& alive) {
  const auto until = std::chrono::steady_clock::now() + settling_patience;
  for (;;) {
    alive();
    const auto seen = check_sound(journal_url);
    try {
      return simulation::check_settled(seen);
    } catch (const simulation::violation& found) {
      if (std::chrono::steady_clock::now() >= until)
        throw std::runtime_error{to_string(found.where) + ": " + found.what()};
    }
    std::this_thread::sleep_for(settling_pause);
  }
}

}  // namespace rentwave::testing
