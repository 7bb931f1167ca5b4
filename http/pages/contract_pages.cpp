#include "http/pages/contract_pages.hpp"

#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "http/openapi.hpp"

namespace rentwave::http {
namespace {

using tree = nlohmann::ordered_json;

constexpr std::string_view operation_form =
    R"(<details id="{{id}}">
<summary><span class="method">{{method}}</span> <code>{{path}}</code></summary>
<p>{{summary}}.</p>
{{description}}{{parameters}}{{body}}{{answers}}</details>
)";

constexpr std::string_view parameters_form = R"(<div class="wide" tabindex="0">
<table>
<thead><tr><th scope="col">Parameter</th><th scope="col">In</th><th scope="col">Value</th>
<th scope="col">What</th></tr></thead>
<tbody>
{{rows}}</tbody>
</table>
</div>
)";
constexpr std::string_view parameter_form =
    "<tr><th scope=\"row\"><code>{{name}}</code></th><td>{{place}}</td><td>{{values}}</td>"
    "<td>{{what}}</td></tr>\n";

constexpr std::string_view answers_form = R"(<div class="wide" tabindex="0">
<table>
<thead><tr><th scope="col">Answer</th><th scope="col">Codes</th>
<th scope="col">When</th></tr></thead>
<tbody>
{{rows}}</tbody>
</table>
</div>
{{examples}})";
constexpr std::string_view answer_form =
    "<tr><th scope=\"row\">{{status}}</th><td>{{codes}}</td><td>{{when}}</td></tr>\n";

constexpr std::string_view example_form =
    "<p>{{what}}</p>\n<pre tabindex=\"0\"><code>{{text}}</code></pre>\n";

constexpr const char* json_type = "application/json";
constexpr const char* problem_type = "application/problem+json";

// --- the document ---

/// What stands in quotes is a text, whatever it looks like.
tree json_of(const YAML::Node& node) {
  if (node.IsMap()) {
    auto object = tree::object();
    for (const auto& each : node) object[each.first.Scalar()] = json_of(each.second);
    return object;
  }
  if (node.IsSequence()) {
    auto array = tree::array();
    for (const auto& each : node) array.push_back(json_of(each));
    return array;
  }
  if (node.IsNull()) return nullptr;
  const auto value = tree::parse(node.Scalar(), nullptr, false);
  const bool is_plain = node.Tag() != "!" && (value.is_number() || value.is_boolean());
  return is_plain ? value : tree(node.Scalar());
}

/// The member, or nothing.
const tree& in(const tree& object, const char* name) {
  static const tree nothing;
  return object.is_object() && object.contains(name) ? object.at(name) : nothing;
}

std::string text_in(const tree& object, const char* name) {
  const auto& value = in(object, name);
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// --- texts ---

/// Escaped, with what is between backticks as code.
markup prose(std::string_view text) {
  markup made;
  for (bool is_code = false;; is_code = !is_code) {
    const auto tick = text.find('`');
    made.text += escaped(text.substr(0, tick));
    if (tick == text.npos) return made;
    made.text += is_code ? "</code>" : "<code>";
    text.remove_prefix(tick + 1);
  }
}

markup codes_in(const tree& schema) {
  const auto& code = in(in(schema, "properties"), "code");
  std::vector<std::string> codes;
  if (const auto one = text_in(code, "const"); !one.empty()) codes.push_back(one);
  for (const auto& each : in(code, "enum")) codes.push_back(each.get<std::string>());
  markup made;
  for (const auto& each : codes)
    made.text += (made.text.empty() ? "<code>" : "<br><code>") + escaped(each) + "</code>";
  return made;
}

/// Each example in `content`, under what it is.
markup examples_in(const tree& content, std::string_view what) {
  const auto& media = in(content, json_type);
  markup made;
  const auto show = [&](const tree& each) {
    made.text += filled(example_form, {{"what", what}, {"text", each.dump(2)}}).text;
  };
  if (media.is_object() && media.contains("example")) show(media.at("example"));
  for (const auto& each : in(media, "examples")) show(in(each, "value"));
  return made;
}

// --- operations ---

class contract_reader {
 public:
  contract_reader() : root_(json_of(YAML::Load(std::string{openapi_text()}))) {}

  contract_pages all() const {
    contract_pages made;
    for (const auto& [path, item] : root_.at("paths").items())
      for (const auto& [method, name] : methods) {
        const auto& one = in(item, method);
        if (one.is_object())
          made.operations[one.at("tags").at(0).get<std::string>()].text +=
              operation(path, item, one, name).text;
      }
    const auto& general = root_.at("components").at("responses").at("General");
    for (const auto& each : in(in(in(in(general, "content"), problem_type), "schema"), "anyOf"))
      made.general_errors.text +=
          answer(text_in(in(in(each, "properties"), "status"), "const"), each, each).text;
    return made;
  }

 private:
  static constexpr std::pair<const char*, const char*> methods[] = {
      {"get", "GET"}, {"post", "POST"}, {"put", "PUT"}, {"patch", "PATCH"}, {"delete", "DELETE"}};

  /// What it refers to; else itself.
  const tree& resolved(const tree& node) const {
    const auto reference = text_in(node, "$ref");
    return reference.empty() ? node : root_.at(tree::json_pointer{reference.substr(1)});
  }

  markup operation(const std::string& path, const tree& item, const tree& one,
                   const char* method) const {
    markup description;
    if (const auto text = text_in(one, "description"); !text.empty())
      description.text = "<p>" + prose(text).text + "</p>\n";
    return filled(
        operation_form,
        {{"id", text_in(one, "operationId")},
         {"method", method},
         {"path", path},
         {"summary", text_in(one, "summary")},
         {"description", description},
         {"parameters", parameters_of(item, one)},
         {"body", examples_in(in(resolved(in(one, "requestBody")), "content"), "A body:")},
         {"answers", answers_of(one)}});
  }

  markup parameters_of(const tree& item, const tree& one) const {
    markup rows;
    for (const auto* of : {&item, &one})
      for (const auto& each : in(*of, "parameters")) {
        const auto& known = resolved(each);
        rows.text += filled(parameter_form, {{"name", text_in(known, "name")},
                                             {"place", text_in(known, "in")},
                                             {"values", values_of(in(known, "schema"))},
                                             {"what", prose(text_in(known, "description"))}})
                         .text;
      }
    return rows.text.empty() ? markup{} : filled(parameters_form, {{"rows", rows}});
  }

  /// "book, vehicle, room"; "integer, 1 to 100"; "string"
  std::string values_of(const tree& given) const {
    const auto& schema = resolved(given);
    std::string names;
    for (const auto& each : in(schema, "enum"))
      names.append(names.empty() ? "" : ", ").append(each.get<std::string>());
    if (!names.empty()) return names;
    const auto format = text_in(schema, "format");
    const auto type = format.empty() ? text_in(schema, "type") : format;
    const auto least = text_in(schema, "minimum"), most = text_in(schema, "maximum");
    if (most.empty()) return least.empty() ? type : type + ", " + least + " or more";
    return type + ", " + least + " to " + most;
  }

  markup answers_of(const tree& one) const {
    markup rows, examples;
    for (const auto& [status, each] : in(one, "responses").items()) {
      if (status == "default") continue;  // which is told once, for all of them
      const auto& known = resolved(each);
      const auto& content = in(known, "content");
      rows.text += answer(status, in(in(content, problem_type), "schema"), known).text;
      examples.text += examples_in(content, "An answer, " + status + ':').text;
    }
    return filled(answers_form, {{"rows", rows}, {"examples", examples}});
  }

  static markup answer(const std::string& status, const tree& schema, const tree& described) {
    return filled(answer_form, {{"status", status},
                                {"codes", codes_in(schema)},
                                {"when", prose(text_in(described, "description"))}});
  }

  tree root_;
};

}  // namespace

contract_pages read_contract() {
  return contract_reader{}.all();
}

}  // namespace rentwave::http
