// rentwave-simulate: one history by a seed, from the command line.
#include <spdlog/spdlog.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string_view>

#include "tests/simulation/simulation.hpp"

namespace {

constexpr const char* usage =
    "usage: rentwave-simulate [--seed N] [--seeds N] [--days D] [--users U] [--nodes N]\n"
    "                         [--verbose]\n"
    "\n"
    "Runs a marketplace by a seed, with faults and crashes, and checks the invariants of the "
    "design.\n"
    "The same seed prints the same; the exit status is 1 when an invariant does not hold.\n"
    "\n"
    "  --seed N    the first seed, 1\n"
    "  --seeds N   so many seeds, one after the other, 1\n"
    "  --days D    domain time until the faults stop, 30\n"
    "  --users U   people, 12\n"
    "  --nodes N   over one journal, 1\n"
    "  --verbose   every event and the program's log on standard error\n";

template <class Number>
bool read(const char* text, Number& into) {
  const auto* end = text + std::strlen(text);
  const auto [stop, why] = std::from_chars(text, end, into);
  return why == std::errc{} && stop == end && into > 0;
}

int refuse(std::string_view what) {
  std::fprintf(stderr, "rentwave-simulate: %.*s\n%s", static_cast<int>(what.size()), what.data(),
               usage);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  rentwave::simulation::plan wanted;
  std::uint64_t seeds = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--help") return std::fputs(usage, stdout) < 0;
    if (option == "--verbose") {
      wanted.verbose = true;
      continue;
    }
    if (i + 1 == argc) return refuse(option);
    const char* value = argv[++i];
    const bool known = (option == "--seed" && read(value, wanted.seed)) ||
                       (option == "--seeds" && read(value, seeds)) ||
                       (option == "--days" && read(value, wanted.days)) ||
                       (option == "--users" && read(value, wanted.users)) ||
                       (option == "--nodes" && read(value, wanted.nodes));
    if (!known) return refuse(option);
  }
  // CAF prints what an actor throws, which here happens all the time.
  std::cout.rdbuf(nullptr);
  if (!wanted.verbose) spdlog::set_level(spdlog::level::off);
  for (const auto last = wanted.seed + seeds - 1; wanted.seed <= last; ++wanted.seed) {
    // Before it is run: who dies has said of what.
    std::printf("seed %llu\n", static_cast<unsigned long long>(wanted.seed));
    std::fflush(stdout);
    const auto result = rentwave::simulation::simulate(wanted);
    std::printf("%s", result.text().c_str());
    std::fflush(stdout);
    if (result.violation) return 1;
  }
  return 0;
}
