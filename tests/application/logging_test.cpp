#include "application/logging.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace rentwave {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

std::string logged(config::log_format format, const std::string& text) {
  std::ostringstream out;
  spdlog::logger log("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
  log.set_formatter(log_formatter(format));
  log.warn("{}", text);
  return out.str();
}

TEST(Logging, as_json_is_an_object_a_line_whatever_is_said) {
  for (const std::string& text :
       {std::string("plain"), std::string("a \"quoted\" \\ word"), std::string("two\nlines\r\n"),
        std::string("\x1b[31m\t\0\x7f", 8), std::string("\xC3\xA9 \xE2\x82\xAC")}) {
    const auto line = logged(config::log_format::json, text);
    EXPECT_EQ(std::ranges::count(line, '\n'), 1) << line;
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(entry.is_object()) << line;
    EXPECT_EQ(entry.at("message"), text);
    EXPECT_EQ(entry.at("level"), "warning");
    EXPECT_THAT(entry.at("time").get<std::string>(), EndsWith("Z"));
  }
  const auto broken = nlohmann::json::parse(logged(config::log_format::json, "a\xFFz"));
  EXPECT_EQ(broken.at("message"), "a\xEF\xBF\xBDz");
}

TEST(Logging, of_a_request_has_its_object_within_the_line) {
  const auto line_of = [](config::log_format format) {
    std::ostringstream out;
    spdlog::logger log("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
    log.set_formatter(request_formatter(format));
    log.info("{}", R"({"status":200,"trace_id":"0af7"})");
    return out.str();
  };
  const auto entry = nlohmann::json::parse(line_of(config::log_format::json));
  EXPECT_EQ(entry.at("level"), "info");
  EXPECT_EQ(entry.at("request").at("trace_id"), "0af7");
  EXPECT_THAT(line_of(config::log_format::text),
              EndsWith("Z info request {\"status\":200,\"trace_id\":\"0af7\"}\n"));
}

TEST(Logging, as_text_keeps_an_entry_on_its_line) {
  EXPECT_THAT(logged(config::log_format::text, "one \"two\" \\ \xC3\xA9"),
              EndsWith("Z warning one \"two\" \\ \xC3\xA9\n"));
  EXPECT_THAT(logged(config::log_format::text, "a\nb\r\t\x1b[0m\x7f\xC2\x9Bz"),
              HasSubstr(R"(a\nb\x0d\x09\x1b[0m\x7f)"));
  EXPECT_THAT(logged(config::log_format::text, "\xC2\x9Bz"), EndsWith("\\x9bz\n"));
}

}  // namespace
}  // namespace rentwave
