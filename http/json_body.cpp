#include "http/json_body.hpp"

#include <vector>

namespace rentwave::http {
namespace {

using nlohmann::json;

/// Builds the tree, and stops at the first thing that it does not like.
class tree_builder : public nlohmann::json_sax<json> {
 public:
  tree_builder(int max_depth, int max_values) : max_depth_(max_depth), values_left_(max_values) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return stop("Binary values are no JSON."); }

  bool start_object(std::size_t) override { return open(json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (open_.back()->contains(name)) return stop("The member '" + name + "' is given twice.");
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& why) override {
    constexpr int number_overflow = 406;
    if (why.id == number_overflow) return stop("A number is too large.");
    return stop("The body is no JSON: see near byte " + std::to_string(position) + ".");
  }

  json take() { return std::move(root_); }
  const std::string& why() const { return why_; }

 private:
  bool stop(std::string why) {
    why_ = std::move(why);
    return false;
  }
  json* place(json value) {
    if (open_.empty()) return &(root_ = std::move(value));
    auto& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    return &(parent[key_] = std::move(value));
  }
  bool add(json value) {
    if (--values_left_ < 0) return stop("The body has too many values.");
    place(std::move(value));
    return true;
  }
  bool open(json container) {
    if (static_cast<int>(open_.size()) >= max_depth_) return stop("The body is nested too deep.");
    if (--values_left_ < 0) return stop("The body has too many values.");
    // The parents of what is open do not grow until it is closed, so the pointers stay.
    open_.push_back(place(std::move(container)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  const int max_depth_;
  int values_left_;
  json root_;
  std::vector<json*> open_;
  std::string key_;
  std::string why_;
};

}  // namespace

boost::system::result<nlohmann::json, malformed_json> parse_json(std::string_view text,
                                                                 int max_depth, int max_values) {
  tree_builder tree{max_depth, max_values};
  if (!json::sax_parse(text, &tree)) return malformed_json{tree.why()};
  return {boost::system::in_place_value, tree.take()};
}

}  // namespace rentwave::http
