#include "application/open_files.hpp"

#include <sys/resource.h>

namespace rentwave {
namespace {

constexpr std::uint64_t for_others = 200;

}  // namespace

std::uint64_t raise_open_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit wanted{limit.rlim_max, limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &wanted) == 0) return wanted.rlim_cur;
  return limit.rlim_cur;
}

bool fits_open_files(std::uint64_t connections, std::uint64_t limit) {
  return limit >= for_others && connections <= limit - for_others;
}

}  // namespace rentwave
