// What every refusal of a request promises, whatever was sent.
#pragma once

#include <nlohmann/json.hpp>

#include "http/problems.hpp"
#include "tests/fuzz/fuzzing.hpp"

namespace rentwave::fuzz {

/// `sent` is what was refused: an answer repeats at most that, escaped.
inline void check_complaint(const http::problem& why, std::string_view sent) {
  demand(why.status >= 400 && why.status < 600, "a refusal has a status of its own");
  demand(!why.code.empty() && !why.title.empty() && !why.detail.empty(), "a refusal says why");
  if (why.code == "invalid") demand(!why.errors.empty(), "invalid names its fields");
  for (const auto& each : why.errors)
    demand(!each.code.empty() && !each.detail.empty(), "a wrong field has a code and a sentence");
  const auto made = http::to_response(why, {});
  demand(nlohmann::json::accept(made.body), "a refusal is JSON");
  constexpr std::size_t of_ours = 16'384, longest_escape = 6;
  demand(made.body.size() <= of_ours + 3 * longest_escape * sent.size(), "a refusal is short");
}

}  // namespace rentwave::fuzz
