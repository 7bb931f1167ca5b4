// A JSON object straight to text, for answers that are frequent or large.
#pragma once

#include <string>
#include <string_view>

#include "persistence/json_writer.hpp"

namespace rentwave::http {

/// Adds one object to a text; it is open until `end`. Names need no escaping.
class object_text {
 public:
  explicit object_text(std::string& out) : out_(out), members_(out) { out_ += '{'; }
  void end() { out_ += '}'; }

  template <class T>
  void add(std::string_view name, const T& value) {
    members_.next(name);
    append_json(out_, value);
  }
  void add(std::string_view name, std::string_view text) {
    members_.next(name);
    append_json_string(out_, text);
  }
  void add(std::string_view name, const char* text) { add(name, std::string_view{text}); }
  /// `json` is a JSON value already.
  void add_json(std::string_view name, std::string_view json) {
    members_.next(name);
    out_ += json;
  }
  void add_null(std::string_view name) { add_json(name, "null"); }
  /// `fill` adds the members of an object within.
  template <class Fill>
  void add_object(std::string_view name, Fill&& fill) {
    members_.next(name);
    append(out_, fill);
  }
  template <class Fill>
  static void append(std::string& out, Fill&& fill) {
    object_text made{out};
    fill(made);
    made.end();
  }

 private:
  std::string& out_;
  json_form::separator members_;
};

}  // namespace rentwave::http
