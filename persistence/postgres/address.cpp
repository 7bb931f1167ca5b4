#include "persistence/postgres/address.hpp"

#include <algorithm>

namespace rentwave::postgres {
namespace {

struct option {
  std::string_view name;
  std::string_view value;
};

// A server whose machine is silent is noticed after some 2.5 s, also when it has taken the question
// and its answer is lost; a connection that is not accepted after 2 s a host. Together that is less
// than a lease: who asks meanwhile is told in time that the service is away. A server that is only
// slow is not meant, as its machine answers probes for it.
constexpr option defaults[] = {{"client_encoding", "UTF8"},  {"connect_timeout", "2"},
                               {"keepalives", "1"},          {"keepalives_idle", "2"},
                               {"keepalives_interval", "1"}, {"keepalives_count", "3"},
                               {"tcp_user_timeout", "2500"}};

bool has(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    if (query.substr(0, end).starts_with(name) && query.substr(name.size()).starts_with('='))
      return true;
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return false;
}

}  // namespace

std::string complete_url(std::string_view url, access how) {
  const auto mark = url.find('?');
  const auto given = mark == std::string_view::npos ? std::string_view{} : url.substr(mark + 1);
  std::string whole{url};
  if (mark == std::string_view::npos) whole += '?';
  bool is_first = given.empty();
  const auto add = [&](const option& one) {
    if (has(given, one.name)) return;
    if (!is_first && !whole.ends_with('&')) whole += '&';
    is_first = false;
    whole += one.name;
    whole += '=';
    whole += one.value;
  };
  for (const auto& one : defaults) add(one);
  // Of several hosts the one that takes writes, wherever a fail-over has moved it. Reading, too,
  // needs the primary: only there the order of events is settled (scan).
  add({"target_session_attrs", how == access::read_write ? "read-write" : "primary"});
  return whole;
}

}  // namespace rentwave::postgres
