#include "application/open_files.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace rentwave {
namespace {

TEST(OpenFiles, are_raised_as_far_as_one_may) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{64, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_open_file_limit(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST(OpenFiles, are_for_more_than_connections) {
  EXPECT_TRUE(fits_open_files(10'000, 10'200));
  EXPECT_FALSE(fits_open_files(10'000, 10'199));
  EXPECT_FALSE(fits_open_files(0, 64));
}

}  // namespace
}  // namespace rentwave
