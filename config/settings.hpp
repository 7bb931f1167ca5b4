// What an operator can set, as plain values. Made once by config::parse, handed down by main in
// pieces; nothing changes it afterwards. The defaults stand in one place, the table in options.cpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rentwave::config {

struct http_settings {
  std::string address;          ///< an IPv4 or IPv6 address, checked
  std::uint16_t port{};         ///< 0: any free one
  std::string origin;           ///< `http(s)://host[:port]`, or empty: as `own_origin` has it
  unsigned threads{};           ///< 0: one a core
  std::string tls_certificate;  ///< PEM files; https when both are given
  std::string tls_key;
  std::vector<std::string> cors_origins;     ///< as `origin`, checked
  std::vector<std::string> trusted_proxies;  ///< addresses and networks, checked
  std::chrono::milliseconds drain_time{};    ///< from "not ready" to the end of accepting
};

struct journal_settings {
  std::string url;                          ///< `sqlite:<path>` or `postgresql://…`, checked
  std::optional<std::uint32_t> partitions;  ///< nothing: as the journal has
};
inline constexpr std::uint32_t partitions_of_new_journals = 64;

struct clock_settings {
  double rate{};  ///< seconds of domain time in a second of real time
};

struct node_settings {
  std::string name;  ///< empty: one is made
  bool serves_clients{};
  bool has_partitions{};
  std::optional<std::chrono::milliseconds> lease;  ///< nothing: the journal's
};
inline constexpr std::chrono::seconds lease_of_new_journals{5};

/// Where the other nodes of the same journal reach this one.
struct cluster_settings {
  std::string address;      ///< an IPv4 or IPv6 address, checked
  std::uint16_t port{};     ///< 0: any free one
  std::string advertise;    ///< a host; empty: `address`
  std::string certificate;  ///< PEM files; TLS with all three
  std::string key;
  std::string ca;
};

struct auth_settings {
  std::chrono::milliseconds token_lifetime{};
};

struct admin_settings {
  std::vector<std::string> users;  ///< accounts with the role, as they are spelt
  std::string setup_token_file;    ///< written at the first start that needs it, mode 0600
};

struct money_settings {
  std::optional<std::string>
      currency;  ///< three capital letters (ISO 4217); nothing: the journal's
};
inline constexpr const char* currency_of_new_journals = "EUR";

/// What keeps one client, or all of them, from taking everything. 0 switches a limit off, unless it
/// says otherwise.
struct limit_settings {
  std::size_t connections{};
  std::size_t requests_in_flight{};
  std::size_t header_bytes{};
  std::size_t body_bytes{};
  std::size_t photo_bytes{};
  std::size_t body_bytes_at_once{};
  std::chrono::milliseconds header_timeout{};
  std::chrono::milliseconds body_timeout{};
  std::chrono::milliseconds write_timeout{};
  std::chrono::milliseconds idle_timeout{};
  std::chrono::milliseconds request_timeout{};

  std::size_t sockets{};
  std::size_t sockets_per_account{};
  std::size_t watches_per_socket{};
  std::size_t socket_message_bytes{};
  std::size_t socket_queue_bytes{};

  bool enabled{};                   ///< false: none of those by address or account, which follow
  unsigned requests_per_address{};  ///< a second
  unsigned requests_per_account{};  ///< a second
  unsigned photos_per_account{};    ///< a minute
  unsigned failed_logins{};         ///< a minute
  unsigned registrations_per_address{};  ///< a minute
  std::size_t connections_per_address{};
  std::size_t body_bytes_per_address{};
  std::size_t passwords_per_address{};  ///< hashed or waiting for it

  unsigned password_hashes_at_once{};  ///< at least 1
  std::size_t password_queue{};        ///< logins that wait for a hash
};

struct webhook_settings {
  bool allow_http{};               ///< else receivers are reached by https alone
  bool allow_private_addresses{};  ///< else only those of the public Internet
};

enum class log_level : std::uint8_t { trace, debug, info, warn, error, off };
enum class log_format : std::uint8_t { text, json };

struct log_settings {
  log_level level{};
  log_format format{};
};

struct settings {
  http_settings http;
  journal_settings journal;
  clock_settings clock;
  node_settings node;
  cluster_settings cluster;
  auth_settings auth;
  admin_settings admin;
  money_settings money;
  limit_settings limits;
  webhook_settings webhooks;
  log_settings log;
  bool demo{};  ///< fill an empty journal with samples
};

}  // namespace rentwave::config
