// Requests for tests, and what was complained of.
#pragma once

#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <utility>

#include "http/exchange.hpp"
#include "http/fields.hpp"

namespace rentwave::http {

inline request with_body(std::string body) {
  request asked;
  asked.method = verb::post;
  asked.body = std::move(body);
  return asked;
}

/// "field: code" of every error.
using complaints = std::set<std::string>;

inline complaints complaints_of(const problem& what) {
  complaints all;
  for (const auto& each : what.errors) all.insert(each.field + ": " + each.code);
  return all;
}
inline complaints complaints_of(const std::optional<problem>& what) {
  return what ? complaints_of(*what) : complaints{};
}

/// A body that has to be an object.
inline field_reader reader_of(const std::string& body) {
  auto read = field_reader::over(with_body(body));
  return read ? *read : throw std::runtime_error("no object: " + body);
}

}  // namespace rentwave::http
