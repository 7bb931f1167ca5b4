#include "config/options.hpp"

#include <chrono>
#include <cstdint>

namespace rentwave::config {

namespace {

using namespace std::chrono_literals;
using std::string_view;

constexpr option settings_table[] = {
    {"demo", "BOOL", "false", "fills an empty journal with sample accounts, adverts and rentals",
     [](invocation& to, string_view text) {
       return one_of<bool>(text, to.settings.demo, {{"true", true}, {"false", false}});
     },
     "true"},

    {"http.address", "IP", "127.0.0.1", "address to listen on",
     [](invocation& to, string_view text) { return address(text, to.settings.http.address); }},
    {"http.port", "PORT", "8080", "port to listen on; 0: any free one, which is printed",
     [](invocation& to, string_view text) { return integer(text, to.settings.http.port); }},
    {"http.origin", "URL", "", "public origin of the pages; empty: what a request's Host says",
     [](invocation& to, string_view text) { return origin(text, to.settings.http.origin); }},
    {"http.cors-origins", "URL,…", "",
     "other sites whose pages may use the API from browsers, by token and not by cookie",
     [](invocation& to, string_view text) { return origins(text, to.settings.http.cors_origins); }},
    {"http.tls-certificate", "PATH", "",
     "PEM; https when this and the key are given. SIGHUP reads both again",
     [](invocation& to, string_view text) { return path(text, to.settings.http.tls_certificate); }},
    {"http.tls-key", "PATH", "", "PEM, without a pass phrase",
     [](invocation& to, string_view text) { return path(text, to.settings.http.tls_key); }},
    {"http.trusted-proxies", "NET,…", "", "whose X-Forwarded-For and -Proto are believed",
     [](invocation& to, string_view text) {
       return networks(text, to.settings.http.trusted_proxies);
     }},
    {"http.threads", "N", "0", "threads that serve connections; 0: one a core",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.http.threads, 0u, 256u);
     }},
    {"http.drain-time", "DURATION", "0s", "at a stop, how long /readyz says no before it begins",
     [](invocation& to, string_view text) { return duration(text, to.settings.http.drain_time); }},

    {"journal.url",
     "URL",
     "sqlite:data/rentwave.db",
     "where everything is kept",
     [](invocation& to, string_view text) { return journal_url(text, to.settings.journal.url); },
     {},
     true},
    {"journal.partitions", "N", "",
     "fixed when the journal is made; empty: 64 for a new one, else what it has",
     [](invocation& to, string_view text) {
       return optional(text, to.settings.journal.partitions, [](string_view given, auto& value) {
         return integer(given, value, std::uint32_t{1}, std::uint32_t{1024});
       });
     }},

    {"clock.rate", "FACTOR", "1", "how fast domain time runs; other than 1 only to try things out",
     [](invocation& to, string_view text) {
       return real(text, to.settings.clock.rate, 1e-3, 1e5);
     }},

    {"node.name", "NAME", "",
     "this node's name, in a cluster nobody else's; empty: made of the machine's and the port",
     [](invocation& to, string_view text) { return node_name(text, to.settings.node.name); }},
    {"node.roles", "ROLE,…", "gateway,partitions",
     "what it does in a cluster: serve clients, have partitions",
     [](invocation& to, string_view text) {
       auto& node = to.settings.node;
       return roles(text, node.serves_clients, node.has_partitions);
     }},
    {"node.lease", "DURATION", "",
     "after which others take the partitions of a silent node; fixed when the journal is made; "
     "empty: 5s for a new one, else what it has",
     [](invocation& to, string_view text) {
       return optional(text, to.settings.node.lease, [](string_view given, auto& value) {
         return duration(given, value, 500ms, 60s);
       });
     }},

    {"cluster.address", "IP", "127.0.0.1",
     "where nodes reach each other; any but loopback needs certificate, key and ca",
     [](invocation& to, string_view text) { return address(text, to.settings.cluster.address); }},
    {"cluster.port", "PORT", "0", "port for that; 0: any free one",
     [](invocation& to, string_view text) { return integer(text, to.settings.cluster.port); }},
    {"cluster.advertise", "HOST", "",
     "by which the others reach it, when they cannot by cluster.address",
     [](invocation& to, string_view text) { return host(text, to.settings.cluster.advertise); }},
    {"cluster.certificate", "PATH", "",
     "PEM; with key and ca, nodes prove to each other who they are",
     [](invocation& to, string_view text) { return path(text, to.settings.cluster.certificate); }},
    {"cluster.key", "PATH", "", "PEM, without a pass phrase",
     [](invocation& to, string_view text) { return path(text, to.settings.cluster.key); }},
    {"cluster.ca", "PATH", "", "PEM; of an authority for this cluster's nodes alone",
     [](invocation& to, string_view text) { return path(text, to.settings.cluster.ca); }},

    {"auth.token-lifetime", "DURATION", "30d", "how long a login lasts",
     [](invocation& to, string_view text) {
       return duration(text, to.settings.auth.token_lifetime, 1s);
     }},

    {"admin.users", "NAME,…", "", "accounts that may use /api/admin",
     [](invocation& to, string_view text) { return names(text, to.settings.admin.users); }},
    {"admin.setup-token-file", "PATH", "data/setup-token",
     "off loopback or behind a proxy, registering such a name needs what is in here; made at the "
     "first such start",
     [](invocation& to, string_view text) {
       return some_text(text, to.settings.admin.setup_token_file);
     }},

    {"money.currency", "CODE", "",
     "fixed when the journal is made; empty: EUR for a new one, else what it has",
     [](invocation& to, string_view text) {
       return optional(text, to.settings.money.currency, currency);
     }},

    {"limits.connections", "N", "10000", "open connections; more get 503, by https are closed",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.limits.connections);
     }},
    {"limits.requests-in-flight", "N", "1000", "requests read, not answered; more get 503",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.limits.requests_in_flight);
     }},
    {"limits.header-bytes", "SIZE", "16KiB", "a request's header; longer is answered 431; 0: 1MiB",
     [](invocation& to, string_view text) { return size(text, to.settings.limits.header_bytes); }},
    {"limits.body-bytes", "SIZE", "1MiB", "a request's body; longer is answered 413",
     [](invocation& to, string_view text) { return size(text, to.settings.limits.body_bytes); }},
    {"limits.photo-bytes", "SIZE", "5MiB", "a photo's body; longer is answered 413",
     [](invocation& to, string_view text) { return size(text, to.settings.limits.photo_bytes); }},
    {"limits.body-bytes-at-once", "SIZE", "256MiB",
     "all bodies and long answers together; more are answered 503",
     [](invocation& to, string_view text) {
       return size(text, to.settings.limits.body_bytes_at_once);
     }},
    {"limits.header-timeout", "DURATION", "10s", "for the whole header to arrive",
     [](invocation& to, string_view text) {
       return duration(text, to.settings.limits.header_timeout);
     }},
    {"limits.body-timeout", "DURATION", "30s", "for the whole body to arrive",
     [](invocation& to, string_view text) {
       return duration(text, to.settings.limits.body_timeout);
     }},
    {"limits.write-timeout", "DURATION", "30s", "for the client to take an answer",
     [](invocation& to, string_view text) {
       return duration(text, to.settings.limits.write_timeout);
     }},
    {"limits.idle-timeout", "DURATION", "1m", "between two requests of a connection",
     [](invocation& to, string_view text) {
       return duration(text, to.settings.limits.idle_timeout);
     }},
    {"limits.request-timeout", "DURATION", "10s", "for us to answer; later is a 503",
     [](invocation& to, string_view text) {
       return duration(text, to.settings.limits.request_timeout);
     }},
    {"limits.sockets", "N", "8000", "open WebSockets, of the connections; more get 503",
     [](invocation& to, string_view text) { return integer(text, to.settings.limits.sockets); }},
    {"limits.sockets-per-account", "N", "20", "of them one person's; more get 429",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.limits.sockets_per_account);
     }},
    {"limits.watches-per-socket", "N", "100", "topics that one of them watches",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.limits.watches_per_socket);
     }},
    {"limits.socket-message-bytes", "SIZE", "4KiB",
     "a client's message; longer closes it with 1009",
     [](invocation& to, string_view text) {
       return size(text, to.settings.limits.socket_message_bytes);
     }},
    {"limits.socket-queue-bytes", "SIZE", "256KiB", "what a client has not read; more: 1013",
     [](invocation& to, string_view text) {
       return size(text, to.settings.limits.socket_queue_bytes);
     }},
    {"limits.enabled", "BOOL", "true",
     "false: none of those by address or account that follow, for benchmarks",
     [](invocation& to, string_view text) {
       return one_of<bool>(text, to.settings.limits.enabled, {{"true", true}, {"false", false}});
     }},
    {"limits.requests-per-address", "N", "200", "a second, five times that at once; more get 429",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.limits.requests_per_address);
     }},
    {"limits.requests-per-account", "N", "50", "a second, five times that at once; more get 429",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.limits.requests_per_account);
     }},
    {"limits.photos-per-account", "N", "60", "uploads a minute; more get 429",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.limits.photos_per_account);
     }},
    {"limits.failed-logins", "N", "10", "a minute, of one name from one address; more get 429",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.limits.failed_logins);
     }},
    {"limits.registrations-per-address", "N", "30", "a minute; more get 429",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.limits.registrations_per_address);
     }},
    {"limits.connections-per-address", "N", "1000",
     "open ones of one address, but for trusted proxies; more get 503, by https are closed",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.limits.connections_per_address);
     }},
    {"limits.body-bytes-per-address", "SIZE", "32MiB",
     "of limits.body-bytes-at-once, for one address; more are answered 503",
     [](invocation& to, string_view text) {
       return size(text, to.settings.limits.body_bytes_per_address);
     }},
    {"limits.password-hashes-at-once", "N", "2", "threads that hash passwords, at least 1",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.limits.password_hashes_at_once, 1u, 256u);
     }},
    {"limits.password-queue", "N", "64", "logins that wait for them; more are answered 503",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.limits.password_queue);
     }},
    {"limits.passwords-per-address", "N", "16",
     "hashed or waiting for one address; more are answered 503",
     [](invocation& to, string_view text) {
       return integer(text, to.settings.limits.passwords_per_address);
     }},

    {"webhooks.allow-http", "BOOL", "false",
     "also http:// receivers: notices travel in the clear, and the receiver may be anybody",
     [](invocation& to, string_view text) {
       return one_of<bool>(text, to.settings.webhooks.allow_http,
                           {{"true", true}, {"false", false}});
     }},
    {"webhooks.allow-private-addresses", "BOOL", "false",
     "also receivers in the network that this node is in: whoever has an account reaches it",
     [](invocation& to, string_view text) {
       return one_of<bool>(text, to.settings.webhooks.allow_private_addresses,
                           {{"true", true}, {"false", false}});
     }},

    {"log.level", "LEVEL", "info", "trace, debug, info, warn, error or off",
     [](invocation& to, string_view text) {
       return one_of<log_level>(text, to.settings.log.level,
                                {{"trace", log_level::trace},
                                 {"debug", log_level::debug},
                                 {"info", log_level::info},
                                 {"warn", log_level::warn},
                                 {"error", log_level::error},
                                 {"off", log_level::off}});
     }},
    {"log.format", "FORMAT", "text", "text or json",
     [](invocation& to, string_view text) {
       return one_of<log_format>(text, to.settings.log.format,
                                 {{"text", log_format::text}, {"json", log_format::json}});
     }},
};

constexpr option events_table[] = {
    {"follow", "", "", "go on with what happens next",
     [](invocation& to, string_view) {
       to.events.follow = true;
       return problem{};
     }},
    {"entity", "KIND/ID", "", "only this entity's events",
     [](invocation& to, string_view text) { return entity(text, to.events.entity); }},
    {"type", "TYPE", "", "only events of this type, such as rent.late",
     [](invocation& to, string_view text) { return some_text(text, to.events.type); }},
    {"trace", "ID", "", "only what the request with this trace id caused",
     [](invocation& to, string_view text) { return some_text(text, to.events.trace); }},
    {"from", "TIME", "", "only from this time on, such as 2026-03-01T08:00:00Z",
     [](invocation& to, string_view text) { return some_text(text, to.events.from); }},
    {"to", "TIME", "", "only before this time",
     [](invocation& to, string_view text) { return some_text(text, to.events.to); }},
    {"after", "CURSOR", "", "only what comes after this event",
     [](invocation& to, string_view text) { return some_text(text, to.events.after); }},
};

void add_line(std::string& out, const option& option) {
  constexpr std::size_t help_column = 42;
  std::string line = "  --" + std::string(option.name);
  if (!option.value.empty() && option.bare.empty()) line += " " + std::string(option.value);
  line.append(line.size() < help_column ? help_column - line.size() : 1, ' ');
  line += option.help;
  if (!option.standard.empty()) line += " [" + std::string(option.standard) + "]";
  out += line + "\n";
}

}  // namespace

std::span<const option> setting_options() {
  return settings_table;
}

std::span<const option> events_options() {
  return events_table;
}

std::string environment_name(string_view option_name) {
  std::string name = "RENTWAVE_";
  for (char c : option_name) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : '_';
  return name;
}

std::string help_text() {
  std::string out =
      "usage: rentwave [serve] [options]     runs the marketplace\n"
      "       rentwave events [options]      prints the journal's events as JSON lines\n"
      "       rentwave reindex [options]     makes the read models anew from the events\n"
      "\n"
      "An option may also stand in the environment (RENTWAVE_HTTP_PORT=80) or in a file (port = "
      "80\n"
      "under [http]); the command line wins, then the environment, then the file.\n"
      "\n"
      "  --config-file PATH                      a file with options\n"
      "  --help                                  this text\n"
      "  --version                               the version\n"
      "\n"
      "Of --limits, 0 switches one off, unless it says otherwise.\n"
      "\n";
  for (const auto& option : setting_options()) add_line(out, option);
  out += "\nof `rentwave events`:\n";
  for (const auto& option : events_options()) add_line(out, option);
  return out;
}

}  // namespace rentwave::config
