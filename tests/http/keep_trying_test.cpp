#include "http/keep_trying.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <stdexcept>

namespace rentwave::http {
namespace {

namespace asio = boost::asio;

/// Throws in several ways, comes to nothing once, and then does well.
asio::awaitable<bool> attempt(int& count) {
  switch (++count) {
    case 1:
      throw std::runtime_error("no memory, for example");
    case 2:
      throw 2;
    case 3:
      co_return false;
    default:
      co_return true;
  }
}

TEST(KeepTrying, goes_on_whatever_an_attempt_throws) {
  asio::io_context context;
  int count = 0;
  bool ended_well = false;
  asio::co_spawn(context,
                 keep_trying(
                     "A test", [&count] { return attempt(count); }, std::chrono::milliseconds{0},
                     [&count] { return count == 5; }),
                 [&ended_well](std::exception_ptr failure) { ended_well = !failure; });
  context.run();
  EXPECT_EQ(count, 5);
  EXPECT_TRUE(ended_well);
}

}  // namespace
}  // namespace rentwave::http
