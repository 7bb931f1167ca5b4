#include "tests/http/market/scene.hpp"

#include <algorithm>

#include "http/ascii.hpp"
#include "http/router.hpp"
#include "http/routes.hpp"
#include "tests/http/exchange_log.hpp"
#include "tests/persistence/temporary_journal.hpp"

namespace rentwave::http {
namespace {

/// One thread answers what another one's handler asks in its midst.
server_options two_threads() {
  server_options options;
  options.threads = 2;
  return options;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (ascii::is_letter(c) || ascii::is_digit(c) || c == '-' || c == '.') {
      out += c;
    } else {
      constexpr std::string_view digits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', digits[byte / 16], digits[byte % 16]});
    }
  }
  return out;
}

std::string target_of(const route& row, const question& what) {
  std::string target{row.pattern};
  for (const auto& each : what.parameters) {
    const auto at = target.find('{');
    target.replace(at, target.find('}') + 1 - at, escaped(each));
  }
  for (const auto& [name, value] : what.query)
    target +=
        (&name == &what.query.front().first ? '?' : '&') + escaped(name) + '=' + escaped(value);
  return target;
}

}  // namespace

market_scene::market_scene() : site_{two_threads(), market, gate_, all_routes()} {
  log_journal(testing_journal::wanted_kind());
  EXPECT_TRUE(site_.start());
}

reply_to_test market_scene::call(handler of, const question& what) {
  const auto row = std::ranges::find(all_routes(), of, &route::handle);
  auto headers = what.headers;
  if (what.who)
    headers.emplace_back("Authorization", "Bearer " + market.make_token({*what.who, {}, {}}).text);
  std::string body;
  if (!what.body.is_null()) {
    headers.emplace_back("Content-Type", "application/json");
    body = what.body.dump();
  }

  std::optional<client> by;
  if (idle_.empty()) {
    by.emplace(site_.port());
  } else {
    by.emplace(std::move(idle_.back()));
    idle_.pop_back();
  }
  auto got = by->send(to_string(row->method), target_of(*row, what), headers, body);
  idle_.push_back(*std::move(by));

  reply_to_test reply{got.status, {}, std::move(got.headers)};
  if (!got.body.empty()) reply.body = nlohmann::json::parse(got.body);
  return reply;
}

}  // namespace rentwave::http
