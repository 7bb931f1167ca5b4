#include "http/trace_context.hpp"

#include <algorithm>
#include <cstdint>
#include <random>

namespace rentwave::http {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

/// 00-<32 digits>-<16 digits>-<2 digits>
constexpr std::size_t field_size = 55;

bool is_hex(std::string_view text) {
  return text.find_first_not_of(digits) == text.npos;
}
bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == text.npos;
}

/// Trace ids have to differ, not to be secret.
std::uint64_t random_number() {
  thread_local std::mt19937_64 source{[] {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
  }()};
  return source();
}

void append_hex(std::string& to, std::uint8_t byte) {
  to.push_back(digits[byte >> 4]);
  to.push_back(digits[byte & 15]);
}

}  // namespace

std::optional<trace_id> parse_traceparent(std::string_view field) {
  if (field.size() < field_size) return std::nullopt;
  const auto version = field.substr(0, 2), trace = field.substr(3, 32),
             parent = field.substr(36, 16);
  if (!is_hex(version) || version == "ff" || !is_hex(trace) || is_zero(trace) || !is_hex(parent) ||
      is_zero(parent) || !is_hex(field.substr(53, 2)))
    return std::nullopt;
  if (field[2] != '-' || field[35] != '-' || field[52] != '-') return std::nullopt;
  // A later version may go on after another dash; ours may not.
  const auto rest = field.substr(field_size);
  if (!rest.empty() && (version == "00" || rest.front() != '-')) return std::nullopt;

  trace_id id;
  for (std::size_t i = 0; i < 16; ++i)
    id.value.data[i] =
        static_cast<std::uint8_t>(digits.find(trace[2 * i]) << 4 | digits.find(trace[2 * i + 1]));
  return id;
}

std::optional<trace_id> parse_trace(std::string_view text) {
  std::string uuid{text};
  if (text.size() == 32)
    for (const std::size_t at : {8U, 13U, 18U, 23U}) uuid.insert(at, 1, '-');
  return parse_id<trace_id>(uuid);
}

std::string format_traceparent(const trace_id& trace) {
  std::string text = "00-";
  text.reserve(field_size);
  for (const auto byte : trace.value.data) append_hex(text, byte);
  text.push_back('-');
  const auto parent = random_number() | 1;  // never zero
  for (int shift = 56; shift >= 0; shift -= 8)
    append_hex(text, static_cast<std::uint8_t>(parent >> shift));
  return text + "-01";
}

trace_id new_trace_id() {
  trace_id id;
  const std::uint64_t halves[2] = {random_number(), random_number() | 1};
  for (std::size_t i = 0; i < 16; ++i)
    id.value.data[i] = static_cast<std::uint8_t>(halves[i / 8] >> (8 * (i % 8)));
  return id;
}

}  // namespace rentwave::http
