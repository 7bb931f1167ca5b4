// What an operator writes: a journal's URL in the first line, then lines that are read as values,
// as the command line, as the environment and as a file.
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "config/parse.hpp"
#include "config/values.hpp"
#include "http/proxies.hpp"
#include "persistence/journal_url.hpp"
#include "persistence/postgres/address.hpp"
#include "tests/fuzz/fuzzing.hpp"

namespace rentwave::fuzz {
namespace {

void check_url(std::string_view url) {
  const auto shown = url_without_password(url);
  demand(url_without_password(shown) == shown, "a URL without password stays so");
  const auto password = password_of(shown);
  demand(password.empty() || password == "***", "a URL without password has none");
  if (!is_postgres_url(url)) return;
  const auto whole = postgres::complete_url(url, postgres::access::read_write);
  demand(whole.starts_with(url), "a URL keeps what was given");
  demand(postgres::complete_url(whole, postgres::access::read_write) == whole,
         "a whole URL stays so");
}

void check_values(std::string_view text) {
  using config::names, config::networks, config::real, config::size;
  if (std::chrono::milliseconds time{}, again{}; !config::duration(text, time)) {
    demand(!config::duration(std::to_string(time.count()) + "ms", again) && again == time,
           "a duration comes back");
  }
  if (std::size_t bytes{}, again{}; !size(text, bytes)) {
    demand(!size(std::to_string(bytes), again) && again == bytes, "a size comes back");
  }
  if (double number{}; !real(text, number, 1e-3, 1e5))
    demand(number >= 1e-3 && number <= 1e5, "a number is in its range");
  std::vector<std::string> all;
  if (!names(text, all)) {
    for (auto copy = all; const auto& each : copy)
      demand(!names(each, all) && all == std::vector{each}, "a name comes back");
  }
  if (networks(text, all)) return;
  for (const auto& each : all)
    demand(http::proxies{{each}}.trust(each.substr(0, each.find('/'))),
           "a network that is accepted is trusted");
}

void check_outcome(const config::outcome& made) {
  if (const auto* wrong = std::get_if<config::complaint>(&made))
    demand(!wrong->text.empty(), "a refusal says why");
  if (const auto* told = std::get_if<config::information>(&made))
    demand(!told->text.empty(), "who asks for help gets it");
  if (const auto* all = std::get_if<config::invocation>(&made)) {
    std::string url;
    demand(!config::journal_url(all->settings.journal.url, url), "settings were checked");
  }
}

/// A file with this text, which only this process sees.
std::string file_of(std::string_view text) {
  static const int file = ::memfd_create("options", 0);
  demand(file >= 0 && ::ftruncate(file, 0) == 0, "there is a file");
  demand(::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
         "the file is written");
  return "/proc/self/fd/" + std::to_string(file);
}

/// Any other file is none of ours to read.
bool names_a_file(std::string_view line) {
  return line.find("config-file") != line.npos || line.find("CONFIG_FILE") != line.npos;
}

void check_sources(std::string_view text) {
  const auto option = "--config-file=" + file_of(text);
  const char* const with_file[] = {"rentwave", option.c_str()};
  const char* const nothing[] = {nullptr};
  check_outcome(config::parse(2, with_file, nothing));

  std::vector<std::string> lines;
  for (auto rest = text; !rest.empty();)
    if (const auto line = take_line(rest); !names_a_file(line)) lines.emplace_back(line);
  std::vector<const char*> given{"rentwave"};
  for (const auto& line : lines) given.push_back(line.c_str());
  const auto count = static_cast<int>(given.size());
  given.push_back(nullptr);
  check_outcome(config::parse(count, given.data(), nothing));
  check_outcome(config::parse(1, given.data(), given.data() + 1));
}

}  // namespace

void examine(std::string_view input) {
  check_url(take_line(input));
  for (auto rest = input; !rest.empty();) check_values(take_line(rest));
  check_sources(input);
}

}  // namespace rentwave::fuzz
