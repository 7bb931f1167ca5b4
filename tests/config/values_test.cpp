#include "config/values.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace rentwave::config {
namespace {

using namespace std::chrono_literals;

TEST(Values, integers_are_whole_and_in_range) {
  std::uint16_t port = 1;
  EXPECT_FALSE(integer("65535", port));
  EXPECT_EQ(port, 65535);
  for (auto* text : {"", "65536", "70000", "-1", "+1", " 1", "1 ", "0x10", "1.5", "many"})
    EXPECT_EQ(integer(text, port), "a number from 0 to 65535") << text;
  EXPECT_EQ(port, 65535) << "a refused value must leave the old one alone";
}

TEST(Values, real_numbers_are_in_range) {
  double rate = 0;
  for (auto* text : {"1", "0.5", "1e5", "1e-3"}) EXPECT_FALSE(real(text, rate, 1e-3, 1e5)) << text;
  EXPECT_EQ(rate, 1e-3);
  for (auto* text : {"", "0", "0.0009", "-1", "nan", "inf", "100001", "1e999", "1e-999", "1x"})
    EXPECT_EQ(real(text, rate, 1e-3, 1e5), "a number from 0.001 to 100000") << text;
}

TEST(Values, durations_have_a_unit) {
  std::chrono::milliseconds value{};
  const std::pair<const char*, std::chrono::milliseconds> good[] = {
      {"0", 0ms}, {"250ms", 250ms}, {"10s", 10s}, {"15m", 15min}, {"12h", 12h}, {"30d", 720h},
  };
  for (const auto& [text, expected] : good) {
    EXPECT_FALSE(duration(text, value)) << text;
    EXPECT_EQ(value, expected) << text;
  }
  for (auto* text : {"", "10", "s", "-1s", "1.5h", "1 s", "1w", "3651d", "99999999999999999999s"})
    EXPECT_TRUE(duration(text, value)) << text;
}

TEST(Values, durations_may_have_a_least_value) {
  std::chrono::milliseconds value{};
  EXPECT_FALSE(duration("1s", value, 1s));
  EXPECT_TRUE(duration("999ms", value, 1s));
  EXPECT_TRUE(duration("0", value, 1s));
}

TEST(Values, durations_may_have_a_greatest_value) {
  std::chrono::milliseconds value;
  EXPECT_FALSE(duration("60s", value, 1s, 60s));
  EXPECT_EQ(duration("61s", value, 1s, 60s),
            "a duration such as 250ms, 10s, 15m, 12h or 30d, from 1000ms to 60000ms");
  EXPECT_FALSE(duration("3650d", value));
  EXPECT_EQ(duration("3651d", value),
            "a duration such as 250ms, 10s, 15m, 12h or 30d, from 0ms to 3650d");
}

TEST(Values, roles_are_one_of_two_or_both) {
  bool gateway = false;
  bool partitions = false;
  EXPECT_FALSE(roles("gateway", gateway, partitions));
  EXPECT_TRUE(gateway && !partitions);
  EXPECT_FALSE(roles("partitions", gateway, partitions));
  EXPECT_TRUE(!gateway && partitions);
  EXPECT_FALSE(roles("partitions,gateway", gateway, partitions));
  EXPECT_TRUE(gateway && partitions);
  for (const auto* text : {"", ",", "gateways", "gateway,gateway", "gateway partitions"})
    EXPECT_TRUE(roles(text, gateway, partitions)) << text;
}

TEST(Values, hosts_are_names_or_addresses_without_a_port) {
  std::string value;
  for (const auto* text : {"", "n1", "n1.example", "10.0.0.1", "::1", "fd00::17"}) {
    EXPECT_FALSE(host(text, value)) << text;
    EXPECT_EQ(value, text);
  }
  for (const auto* text : {"n1:4711", "[::1]", "a_b", "a b", "http://n1", "fd00::17:g"})
    EXPECT_TRUE(host(text, value)) << text;
  EXPECT_TRUE(host(std::string(254, 'a'), value));
}

TEST(Values, sizes_are_bytes_or_binary_multiples) {
  std::size_t value{};
  const std::pair<const char*, std::size_t> good[] = {
      {"0", 0}, {"4096", 4096}, {"64KiB", 65536}, {"1MiB", 1048576}, {"1GiB", 1073741824},
  };
  for (const auto& [text, expected] : good) {
    EXPECT_FALSE(size(text, value)) << text;
    EXPECT_EQ(value, expected) << text;
  }
  for (auto* text : {"", "KiB", "1kB", "1KB", "-1", "1.5MiB", "2GiB", "18446744073709551615KiB"})
    EXPECT_TRUE(size(text, value)) << text;
}

TEST(Values, addresses_are_numeric) {
  std::string value;
  for (auto* text : {"127.0.0.1", "0.0.0.0", "::1", "fe80::1"})
    EXPECT_FALSE(address(text, value)) << text;
  for (auto* text : {"", "localhost", "127.0.0", "127.0.0.256", "[::1]", "127.0.0.1:80"})
    EXPECT_TRUE(address(text, value)) << text;
  EXPECT_TRUE(address(std::string_view("127.0.0.1\0x", 11), value))
      << "a NUL must not hide the rest";
}

TEST(Values, origins_have_a_scheme_and_no_path) {
  std::string value;
  for (auto* text : {"", "https://rent.example", "http://127.0.0.1:8080", "http://[::1]:80"})
    EXPECT_FALSE(origin(text, value)) << text;
  for (auto* text : {"rent.example", "http://", "ftp://a", "http://a/", "http://a b", "http://u@a"})
    EXPECT_TRUE(origin(text, value)) << text;
}

TEST(Values, journals_are_sqlite_files_or_postgresql_databases) {
  std::string value;
  EXPECT_FALSE(journal_url("sqlite:data/rentwave.db", value));
  EXPECT_FALSE(journal_url("postgresql://localhost/rentwave", value));
  EXPECT_FALSE(journal_url("postgres://ann:secret@a,b/rentwave?connect_timeout=3", value));
  for (auto* text : {"", "sqlite:", "data/rentwave.db", "postgresql://", "mysql://localhost/x"})
    EXPECT_TRUE(journal_url(text, value)) << text;
}

TEST(Values, names_are_usernames_with_commas_between_them) {
  std::vector<std::string> value;
  EXPECT_FALSE(names("Root,ops.2", value));
  EXPECT_EQ(value, (std::vector<std::string>{"root", "ops.2"}));
  EXPECT_FALSE(names("", value));
  EXPECT_TRUE(value.empty());
  for (auto* text : {"ab", "a b c", "root,,ops", "r\xC3\xB6ot"})
    EXPECT_TRUE(names(text, value)) << text;
}

TEST(Values, currencies_are_three_capital_letters) {
  std::string value;
  EXPECT_FALSE(currency("EUR", value));
  for (auto* text : {"", "eur", "EU", "EURO", "E1R"}) EXPECT_TRUE(currency(text, value)) << text;
}

TEST(Values, entities_are_a_kind_and_an_id) {
  std::string value;
  EXPECT_FALSE(entity("rental/1", value));
  for (auto* text : {"", "rental", "rental/", "/1"}) EXPECT_TRUE(entity(text, value)) << text;
}

TEST(Values, node_names_are_plain) {
  std::string value;
  EXPECT_FALSE(node_name("", value));
  EXPECT_FALSE(node_name("node-1.example_a", value));
  EXPECT_TRUE(node_name("a b", value));
  EXPECT_TRUE(node_name(std::string(65, 'a'), value));
}

}  // namespace
}  // namespace rentwave::config
