// How many files and connections the system lets this process have open. Asked once, at start.
#pragma once

#include <cstdint>

namespace rentwave {

/// Raises the limit as far as an ordinary process may (the soft limit to the hard one, POSIX
/// setrlimit) and says how far that was.
std::uint64_t raise_open_file_limit();

/// Whether so many connections fit beside what else is open: journal, log, threads' own.
bool fits_open_files(std::uint64_t connections, std::uint64_t limit);

}  // namespace rentwave
