// The program `rentwave`: reads the settings and does what was asked for.
#include <unistd.h>

#include <iostream>

#include "application/events_command.hpp"
#include "application/reindex_command.hpp"
#include "application/serve.hpp"
#include "config/parse.hpp"

int main(int argc, char** argv) {
  using namespace rentwave;
  const auto parsed = config::parse(argc, argv, environ);
  if (const auto* told = std::get_if<config::information>(&parsed)) {
    std::cout << told->text;
    return 0;
  }
  if (const auto* wrong = std::get_if<config::complaint>(&parsed)) {
    std::cerr << "rentwave: " << wrong->text << '\n';
    return 2;
  }
  const auto& asked = std::get<config::invocation>(parsed);
  switch (asked.command) {
    case config::subcommand::events:
      return print_events(asked);
    case config::subcommand::reindex:
      return reindex_journal(asked, std::cout, std::cerr);
    case config::subcommand::serve:
      break;
  }
  return serve(asked.settings);
}
