#include "config/parse.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "config/options.hpp"

namespace rentwave::config {

namespace {

using std::string_view;

constexpr string_view file_option = "config-file";

// `./test --soak` sets it for the tests, and a program that a test starts inherits it.
constexpr string_view not_an_option = "RENTWAVE_SOAK";

const option* find(std::span<const option> table, string_view name) {
  auto found = std::ranges::find(table, name, &option::name);
  return found == table.end() ? nullptr : &*found;
}

/// `where` names the option as the user wrote it, with its source.
std::optional<complaint> set(invocation& to, const option& option, string_view text,
                             const std::string& where) {
  const auto expected = option.set(to, text);
  if (!expected) return {};
  const auto got = option.may_hold_secret ? "" : ", got '" + std::string(text) + "'";
  return complaint{where + ": expected " + *expected + got};
}

string_view trimmed(string_view text) {
  constexpr string_view blank = " \t\r";
  auto first = text.find_first_not_of(blank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

struct assignment {
  const option* target;
  string_view text;
};

/// The command line, understood but not yet checked value by value.
struct command_line {
  subcommand command = subcommand::serve;
  std::optional<std::string> file;
  std::vector<assignment> settings;
  std::optional<outcome> end;  ///< set when there is nothing more to do
};

command_line read(std::span<const char* const> arguments) {
  command_line line;
  auto refuse = [&line](string_view what, string_view why) {
    line.end = complaint{std::string(what) + ": " + std::string(why)};
    return line;
  };
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    string_view word = arguments[i];
    if (i == 0 && word == "serve") continue;
    if (i == 0 && (word == "events" || word == "reindex")) {
      line.command = word == "events" ? subcommand::events : subcommand::reindex;
      continue;
    }
    if (word == "--help" || word == "-h") {
      line.end = information{help_text()};
      return line;
    }
    if (word == "--version") {
      line.end = information{"rentwave " + std::string(version()) + "\n"};
      return line;
    }
    if (!word.starts_with("--")) return refuse(word, "unknown command or argument; see --help");

    auto equals = word.find('=');
    auto name = word.substr(2, equals == word.npos ? equals : equals - 2);
    auto written = word.substr(0, equals);
    auto* target = find(setting_options(), name);
    auto* of_events = find(events_options(), name);
    if (!target && !of_events && name != file_option)
      return refuse(written, "unknown option; see --help");
    if (of_events && line.command != subcommand::events)
      return refuse(written, "belongs to 'rentwave events'");
    if (of_events) target = of_events;

    string_view text;
    bool takes_value = !target || !target->value.empty();
    if (equals != word.npos) {
      if (!takes_value) return refuse(written, "takes no value");
      text = word.substr(equals + 1);
    } else if (target && !target->bare.empty()) {
      text = target->bare;
    } else if (takes_value) {
      if (++i == arguments.size()) return refuse(written, "its value is missing");
      text = arguments[i];
    }
    if (target)
      line.settings.push_back({target, text});
    else
      line.file = text;
  }
  return line;
}

/// What Kubernetes tells each container about a Service whose name begins with `rentwave`; it says
/// so by its form, for no option has such a value.
bool is_of_kubernetes(string_view name, string_view value) {
  const auto is_number = [](string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  };
  if (name.ends_with("_SERVICE_HOST")) return true;
  if (name.ends_with("_SERVICE_PORT") || name.find("_SERVICE_PORT_") != name.npos)
    return is_number(value);
  constexpr string_view protocols[] = {"TCP", "UDP", "SCTP"};
  constexpr string_view schemes[] = {"tcp://", "udp://", "sctp://"};
  const bool is_url = std::ranges::any_of(
      schemes, [value](string_view scheme) { return value.starts_with(scheme); });
  if (name.ends_with("_PORT") && is_url) return true;
  // <SERVICE>_PORT_<number>_<protocol>, and that with _PROTO, _PORT or _ADDR.
  for (auto end : {"_PROTO", "_PORT", "_ADDR"})
    if (name.ends_with(end)) {
      name.remove_suffix(string_view{end}.size());
      break;
    }
  const auto protocol = std::ranges::find_if(
      protocols, [name](string_view one) { return name.ends_with("_" + std::string(one)); });
  if (protocol == std::end(protocols)) return false;
  name.remove_suffix(protocol->size() + 1);
  const auto port = name.rfind('_');
  return port != name.npos && is_number(name.substr(port + 1)) &&
         name.substr(0, port).ends_with("_PORT");
}

/// `environment` maps names to values; only ours (RENTWAVE_...) are in it.
std::map<string_view, string_view> environment_of(const char* const* env) {
  std::map<string_view, string_view> environment;
  for (; env && *env; ++env) {
    string_view entry = *env;
    auto equals = entry.find('=');
    if (!entry.starts_with("RENTWAVE_") || equals == entry.npos) continue;
    const auto name = entry.substr(0, equals), value = entry.substr(equals + 1);
    if (!is_of_kubernetes(name, value)) environment.emplace(name, value);
  }
  environment.erase(not_an_option);
  return environment;
}

std::optional<complaint> apply_file(invocation& to, const std::string& path) {
  std::ifstream in(path);
  std::map<std::string, std::size_t> seen;  // name, line
  std::string section;
  std::size_t number = 0;
  for (std::string raw; std::getline(in, raw);) {
    auto line = trimmed(raw);
    auto where = path + ":" + std::to_string(++number) + ": ";
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[' && line.back() == ']') {
      section = trimmed(line.substr(1, line.size() - 2));
      continue;
    }
    auto equals = line.find('=');
    if (equals == line.npos)
      return complaint{where + "expected 'name = value', '[section]' or a comment"};
    auto name = std::string(trimmed(line.substr(0, equals)));
    if (!section.empty()) name.insert(0, section + ".");
    auto* target = find(setting_options(), name);
    if (!target) return complaint{where + name + ": unknown option"};
    if (auto [first, inserted] = seen.emplace(name, number); !inserted)
      return complaint{where + name + ": already set in line " + std::to_string(first->second)};
    if (auto wrong = set(to, *target, trimmed(line.substr(equals + 1)), where + name)) return wrong;
  }
  if (!in.eof()) return complaint{"--config-file: cannot read '" + path + "'"};
  return {};
}

std::optional<complaint> apply_environment(invocation& to,
                                           std::map<string_view, string_view> environment) {
  for (const auto& option : setting_options()) {
    auto entry = environment.extract(environment_name(option.name));
    if (entry.empty()) continue;
    if (auto wrong = set(to, option, entry.mapped(), std::string(entry.key()))) return wrong;
  }
  if (!environment.empty())
    return complaint{std::string(environment.begin()->first) + ": unknown option; see --help"};
  return {};
}

}  // namespace

outcome parse(int argc, const char* const* argv, const char* const* env) {
  auto count = argc > 1 ? static_cast<std::size_t>(argc - 1) : 0;
  auto line = count ? read({argv + 1, count}) : command_line{};
  if (line.end) return *std::move(line.end);

  auto environment = environment_of(env);
  auto file_entry = environment.extract(environment_name(file_option));
  if (!line.file && !file_entry.empty()) line.file = file_entry.mapped();

  invocation result;
  result.command = line.command;
  for (const auto& option : setting_options())
    if (auto wrong = set(result, option, option.standard, "default of " + std::string(option.name)))
      return *wrong;
  if (line.file)
    if (auto wrong = apply_file(result, *line.file)) return *wrong;
  if (auto wrong = apply_environment(result, std::move(environment))) return *wrong;
  for (const auto& [target, text] : line.settings)
    if (auto wrong = set(result, *target, text, "--" + std::string(target->name))) return *wrong;
  return result;
}

}  // namespace rentwave::config
