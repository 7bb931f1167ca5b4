// Fills a journal with the demo, or goes on with that.
#pragma once

#include "http/backend.hpp"

namespace rentwave::demo {

/// Returns when everything is there, which takes a second or two; sooner, with a line in the log,
/// when the backend says no, for example because it stops: then the next call goes on. Blocks; on a
/// thread of its own.
void fill(http::backend& api);

}  // namespace rentwave::demo
