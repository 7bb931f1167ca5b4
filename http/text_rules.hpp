// Whether a text from outside is one that we keep: encoding, control characters, length. Pure.
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <utility>

#include "http/fields.hpp"

namespace rentwave::http {

/// What is wrong with a value: code and sentence of a field_error. No aggregate, because a text
/// must not pass for one.
struct complaint {
  complaint() = default;
  complaint(std::string code, std::string detail)
      : code(std::move(code)), detail(std::move(detail)) {}
  std::string code;
  std::string detail;
};
template <class T>
using checked = boost::system::result<T, complaint>;

/// The text as it is kept. Codes: encoding, control_character, too_short, too_long.
checked<std::string> apply_text_rules(std::string_view text, const text_rules& rules);

}  // namespace rentwave::http
