#include "http/request_log.hpp"

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "http/router.hpp"

namespace rentwave::http {
namespace {

constexpr std::chrono::seconds slow{1};

using nlohmann::ordered_json;

spdlog::level::level_enum level_of(const request& asked, const response& made,
                                   std::optional<std::chrono::steady_clock::duration> took) {
  // 503 is how an overload ends, and there may be very many of them; 501 and 505 are of who asks
  // for what we never said that we have.
  const bool is_ours =
      made.status >= 500 && made.status != 501 && made.status != 503 && made.status != 505;
  if (is_ours || took > slow) return spdlog::level::warn;
  const bool reads = asked.method == verb::get || asked.method == verb::head;
  return reads ? spdlog::level::debug : spdlog::level::info;
}

std::int64_t microseconds_of(std::chrono::steady_clock::duration took) {
  return std::chrono::duration_cast<std::chrono::microseconds>(took).count();
}

}  // namespace

void log_request(const request& asked, const route* found, const response& made,
                 std::optional<std::chrono::steady_clock::duration> took) {
  const auto level = level_of(asked, made, took);
  if (!spdlog::should_log(level)) return;  // before the look-up, which takes a lock of everybody's
  const auto named = spdlog::get(request_logger);
  auto& to = named ? *named : *spdlog::default_logger_raw();
  const bool was_read = !asked.target.empty();
  const ordered_json line{
      {"method", was_read ? ordered_json(to_string(asked.method)) : ordered_json(nullptr)},
      {"route", found ? found->pattern : "none"},
      {"status", made.status},
      {"took_us", took ? ordered_json(microseconds_of(*took)) : ordered_json(nullptr)},
      {"bytes", made.body.size()},
      {"account", asked.who ? ordered_json(to_string(asked.who->account)) : ordered_json(nullptr)},
      {"trace_id", to_string(asked.trace)}};
  to.log(level, "{}", line.dump());
}

}  // namespace rentwave::http
