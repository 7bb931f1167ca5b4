#include "application/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "http/request_log.hpp"

namespace rentwave {
namespace {

std::string_view text_of(const spdlog::details::log_msg& entry) {
  return {entry.payload.data(), entry.payload.size()};
}

void append(spdlog::memory_buf_t& to, std::string_view text) {
  to.append(text.data(), text.data() + text.size());
}

/// The message as a JSON string; what is no UTF-8 becomes U+FFFD.
class json_text final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& entry, const std::tm&,
              spdlog::memory_buf_t& to) override {
    using json = nlohmann::json;
    append(to, json(text_of(entry)).dump(-1, ' ', false, json::error_handler_t::replace));
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<json_text>();
  }
};

/// The message with control characters as \n and \x1b, so that none of them ends the line or speaks
/// to a terminal.
class plain_text final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& entry, const std::tm&,
              spdlog::memory_buf_t& to) override {
    constexpr const char* digits = "0123456789abcdef";
    const auto text = text_of(entry);
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      // U+0080..U+009F are control characters too: C2 80 to C2 9F.
      const bool second = i > 0 && text[i - 1] == '\xC2' && byte >= 0x80 && byte <= 0x9F;
      if (byte == '\n') {
        append(to, "\\n");
      } else if (byte < 0x20 || byte == 0x7F || second) {
        const char escape[] = {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
        append(to, {escape, sizeof escape});
      } else {
        to.push_back(text[i]);
      }
    }
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<plain_text>();
  }
};

}  // namespace

std::unique_ptr<spdlog::formatter> log_formatter(config::log_format format) {
  auto made = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  if (format == config::log_format::json)
    made->add_flag<json_text>('*').set_pattern(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})");
  else
    made->add_flag<plain_text>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %*");
  return made;
}

std::unique_ptr<spdlog::formatter> request_formatter(config::log_format format) {
  const auto* pattern = format == config::log_format::json
                            ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","request":%v})"
                            : "%Y-%m-%dT%H:%M:%S.%eZ %l request %v";
  return std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc);
}

void set_up_log(const config::log_settings& settings) {
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "rentwave", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  spdlog::drop(http::request_logger);
  const auto requests = std::make_shared<spdlog::logger>(
      http::request_logger, std::make_shared<spdlog::sinks::stderr_sink_mt>());
  // The enumerators are in the order of spdlog's: trace, debug, info, warn, error; then off.
  const auto level = static_cast<int>(settings.level);
  spdlog::set_level(settings.level == config::log_level::off
                        ? spdlog::level::off
                        : static_cast<spdlog::level::level_enum>(level));
  spdlog::set_formatter(log_formatter(settings.format));
  requests->set_level(spdlog::get_level());
  requests->set_formatter(request_formatter(settings.format));
  spdlog::register_logger(requests);
}

}  // namespace rentwave
