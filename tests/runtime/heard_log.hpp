// What is logged, for as long as it lives, line by line; a test can wait for a line.
#pragma once

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace rentwave::testing {

class heard_log {
 public:
  heard_log() : before_{spdlog::default_logger()} {
    auto mine = std::make_shared<spdlog::logger>("test", sink_);
    mine->set_level(spdlog::level::debug);
    spdlog::set_default_logger(mine);
  }
  ~heard_log() { spdlog::set_default_logger(before_); }
  heard_log(const heard_log&) = delete;
  heard_log& operator=(const heard_log&) = delete;

  /// Whether so many lines with this in them come before the test has waited too long.
  bool has(const std::string& part, int times = 1) { return sink_->wait_for(part, times); }
  /// At this level or a graver one.
  int count(const std::string& part, spdlog::level::level_enum level = spdlog::level::trace) const {
    return sink_->count(part, level);
  }
  std::string text() const { return sink_->text(); }

 private:
  struct line {
    spdlog::level::level_enum level;
    std::string text;
  };
  class sink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
   public:
    bool wait_for(const std::string& part, int times) {
      std::unique_lock lock{lines_mutex_};
      return more_.wait_for(lock, std::chrono::seconds{30},
                            [&] { return count_in(part, spdlog::level::trace) >= times; });
    }
    int count(const std::string& part, spdlog::level::level_enum level) {
      const std::lock_guard lock{lines_mutex_};
      return count_in(part, level);
    }
    std::string text() {
      const std::lock_guard lock{lines_mutex_};
      std::string all;
      for (const auto& each : lines_) all += each.text + '\n';
      return all;
    }

   private:
    int count_in(const std::string& part, spdlog::level::level_enum level) const {
      return static_cast<int>(std::ranges::count_if(lines_, [&](const auto& line) {
        return line.level >= level && line.text.find(part) != std::string::npos;
      }));
    }
    void sink_it_(const spdlog::details::log_msg& message) override {
      const std::lock_guard lock{lines_mutex_};
      lines_.push_back({message.level, {message.payload.data(), message.payload.size()}});
      more_.notify_all();
    }
    void flush_() override {}

    std::mutex lines_mutex_;
    std::condition_variable more_;
    std::vector<line> lines_;
  };

  std::shared_ptr<sink> sink_ = std::make_shared<sink>();
  std::shared_ptr<spdlog::logger> before_;
};

}  // namespace rentwave::testing
