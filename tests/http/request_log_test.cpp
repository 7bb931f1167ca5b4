// Each request has its line in the log and is counted, also one that could not be read.
#include <gmock/gmock.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <mutex>

#include "http/request_log.hpp"
#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

class lines_sink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  std::vector<json> lines() {
    const std::lock_guard held(mutex_);
    return lines_;
  }

 private:
  void sink_it_(const spdlog::details::log_msg& entry) override {
    lines_.push_back(json::parse(entry.payload.begin(), entry.payload.end()));
    lines_.back()["level"] = static_cast<int>(entry.level);
  }
  void flush_() override {}

  std::vector<json> lines_;
};

class RequestLog : public server_scene {
 protected:
  RequestLog() {
    before_ = spdlog::get_level();
    spdlog::set_level(spdlog::level::debug);
    auto log = std::make_shared<spdlog::logger>(request_logger, sink_);
    log->set_level(spdlog::level::debug);
    spdlog::register_logger(log);
    options.limits.body_bytes = 1'000;
    serve();
  }
  ~RequestLog() override {
    running.reset();
    spdlog::drop(request_logger);
    spdlog::set_level(before_);
  }

  /// Noted before it is answered.
  json last() {
    const auto lines = sink_->lines();
    return lines.empty() ? json{} : lines.back();
  }
  /// Answers of no route, as /metrics counts them.
  std::uint64_t counted(std::size_t status_class) {
    return api.counted().cells().back()->by_class[status_class];
  }

 private:
  std::shared_ptr<lines_sink> sink_ = std::make_shared<lines_sink>();
  spdlog::level::level_enum before_{};
};

TEST_F(RequestLog, has_the_trace_id_that_the_client_gave) {
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  connect().get("/things/7?q=private", {{"traceparent", "00-" + trace + "-b7ad6b7169203331-01"},
                                        {"authorization", "Bearer good"}});
  const auto line = last();
  EXPECT_EQ(line.at("method"), "GET");
  EXPECT_EQ(line.at("route"), "/things/{id}");
  EXPECT_EQ(line.at("status"), 200);
  std::string found = line.at("trace_id");
  std::erase(found, '-');
  EXPECT_EQ(found, trace);
  EXPECT_EQ(line.dump().find("private"), std::string::npos) << "no query";
}

TEST_F(RequestLog, has_what_was_refused_unread_too) {
  const std::string rest = " HTTP/1.1\r\nHost: a\r\n";
  struct row {
    std::string bytes;
    unsigned status;
    std::string route;
    spdlog::level::level_enum level;
  };
  const row rows[] = {
      {"nonsense\r\n\r\n", 400, "none", spdlog::level::debug},
      {"GET / HTTP/2.0\r\n\r\n", 505, "none", spdlog::level::debug},
      {"BREW /" + rest + "\r\n", 501, "none", spdlog::level::debug},
      {"POST /nowhere" + rest + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", 404, "none",
       spdlog::level::info},
      {"POST /things" + rest + "Content-Length: 1001\r\n\r\n", 413, "/things", spdlog::level::info},
  };
  std::uint64_t by_class[6] = {};
  for (const auto& [bytes, status, route, level] : rows) {
    EXPECT_EQ(say(bytes).status, status) << bytes;
    const auto line = last();
    EXPECT_EQ(line.at("status"), status) << bytes;
    EXPECT_EQ(line.at("route"), route) << bytes;
    EXPECT_EQ(line.at("level"), level) << bytes;
    EXPECT_TRUE(line.at("took_us").is_null()) << bytes;
    EXPECT_EQ(line.at("trace_id").get<std::string>().size(), 36U);
    by_class[status / 100] += route == "none" ? 1 : 0;
    EXPECT_EQ(counted(status / 100), by_class[status / 100]) << bytes;
  }
}

}  // namespace
}  // namespace rentwave::http
