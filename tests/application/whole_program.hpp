// The whole program in this process, over a journal in memory.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <variant>
#include <vector>

#include "application/application.hpp"
#include "config/parse.hpp"

namespace rentwave {

inline config::settings some_settings(const std::vector<const char*>& more = {}) {
  std::vector<const char*> arguments{"rentwave", "--http.port=0", "--journal.partitions=4"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const char* environment[] = {nullptr};
  const auto parsed =
      config::parse(static_cast<int>(arguments.size()), arguments.data(), environment);
  auto settings = std::get<config::invocation>(parsed).settings;
  settings.journal.url = "memory:";
  return settings;
}

inline std::unique_ptr<application> start(const config::settings& settings = some_settings()) {
  auto started = application::start(settings);
  EXPECT_TRUE(started) << started.error();
  EXPECT_TRUE((*started)->wait_until_ready(std::chrono::minutes{1}));
  return std::move(*started);
}

}  // namespace rentwave
