#include "config/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "config/options.hpp"

namespace rentwave::config {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using words = std::vector<const char*>;

outcome parsed(words arguments, words environment = {}) {
  arguments.insert(arguments.begin(), "rentwave");
  environment.push_back(nullptr);
  return parse(static_cast<int>(arguments.size()), arguments.data(), environment.data());
}

/// The settings, or a failure of the test.
invocation accepted(words arguments, words environment = {}) {
  auto result = parsed(std::move(arguments), std::move(environment));
  if (auto* refused = std::get_if<complaint>(&result)) ADD_FAILURE() << refused->text;
  auto* valid = std::get_if<invocation>(&result);
  return valid ? *valid : invocation{};
}

/// Why it was refused; empty if it was not.
std::string refusal(words arguments, words environment = {}) {
  auto result = parsed(std::move(arguments), std::move(environment));
  auto* refused = std::get_if<complaint>(&result);
  return refused ? refused->text : "";
}

std::string text_of(const char* path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A file that lives as long as the test.
class ConfigFile : public testing::Test {
 protected:
  void SetUp() override {
    auto pattern = (std::filesystem::temp_directory_path() / "rentwave-config-XXXXXX").string();
    int descriptor = mkstemp(pattern.data());
    ASSERT_NE(descriptor, -1);
    close(descriptor);
    path_ = pattern;
    option_ = "--config-file=" + path_;
  }
  void TearDown() override { std::filesystem::remove(path_); }

  void write(std::string_view text) { std::ofstream(path_) << text; }
  const char* option() const { return option_.c_str(); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::string option_;
};

TEST(Config, nothing_said_means_the_defaults) {
  auto result = accepted({});
  EXPECT_EQ(result.command, subcommand::serve);
  EXPECT_EQ(result.settings.http.address, "127.0.0.1");
  EXPECT_EQ(result.settings.http.port, 8080);
  EXPECT_EQ(result.settings.journal.url, "sqlite:data/rentwave.db");
  EXPECT_EQ(result.settings.journal.partitions, std::nullopt) << "whatever the journal has";
  EXPECT_EQ(result.settings.clock.rate, 1.0);
  EXPECT_EQ(result.settings.auth.token_lifetime, 720h);
  EXPECT_EQ(result.settings.money.currency, std::nullopt);
  EXPECT_EQ(result.settings.http.drain_time, 0ms);
  EXPECT_TRUE(result.settings.node.serves_clients);
  EXPECT_TRUE(result.settings.node.has_partitions);
  EXPECT_EQ(result.settings.node.lease, std::nullopt) << "whatever the journal has";
  EXPECT_EQ(result.settings.cluster.address, "127.0.0.1");
  EXPECT_EQ(result.settings.cluster.port, 0);
  EXPECT_EQ(result.settings.limits.header_bytes, 16384u);
  EXPECT_EQ(result.settings.limits.body_bytes_at_once, 256u << 20);
  EXPECT_EQ(result.settings.limits.photo_bytes, 5u << 20);
  EXPECT_TRUE(result.settings.admin.users.empty());
  EXPECT_EQ(result.settings.log.level, log_level::info);
}

TEST(Config, a_value_follows_after_an_equals_sign_or_as_the_next_word) {
  auto result = accepted({"--http.port=0", "--clock.rate", "3600", "--log.format", "json"});
  EXPECT_EQ(result.settings.http.port, 0);
  EXPECT_EQ(result.settings.clock.rate, 3600);
  EXPECT_EQ(result.settings.log.format, log_format::json);
}

TEST(Config, the_environment_sets_every_option) {
  auto result = accepted({}, {"PATH=/bin", "RENTWAVE_HTTP_PORT=81",
                              "RENTWAVE_AUTH_TOKEN_LIFETIME=15m", "RENTWAVE_SOAK=1"});
  EXPECT_EQ(result.settings.http.port, 81);
  EXPECT_EQ(result.settings.auth.token_lifetime, 15min);
}

TEST(Config, what_a_journal_has_can_be_said_or_left_to_it) {
  const auto given = accepted({"--journal.partitions=8", "--money.currency=USD"}).settings;
  EXPECT_EQ(given.journal.partitions, 8u);
  EXPECT_EQ(given.money.currency, "USD");
  const auto left = accepted({"--journal.partitions=", "--money.currency="},
                             {"RENTWAVE_JOURNAL_PARTITIONS=8", "RENTWAVE_MONEY_CURRENCY=USD"})
                        .settings;
  EXPECT_EQ(left.journal.partitions, std::nullopt);
  EXPECT_EQ(left.money.currency, std::nullopt);
  EXPECT_THAT(refusal({"--money.currency=usd"}), HasSubstr("three capital letters"));
}

TEST(Config, says_what_a_node_is_to_the_others) {
  const auto given =
      accepted({"--node.roles=gateway", "--node.lease=1s", "--cluster.address=10.0.0.7",
                "--cluster.port=4711", "--cluster.advertise=n7.example", "--cluster.certificate=c",
                "--cluster.key=k", "--cluster.ca=a"})
          .settings;
  EXPECT_FALSE(given.node.has_partitions);
  EXPECT_EQ(given.node.lease, 1000ms);
  EXPECT_EQ(given.cluster.address, "10.0.0.7");
  EXPECT_EQ(given.cluster.port, 4711);
  EXPECT_EQ(given.cluster.advertise, "n7.example");
  EXPECT_EQ(given.cluster.certificate, "c");
  EXPECT_EQ(given.cluster.key, "k");
  EXPECT_EQ(given.cluster.ca, "a");
  EXPECT_THAT(refusal({"--node.lease=100ms"}), HasSubstr("from 500ms to 60000ms"));
  EXPECT_THAT(refusal({"--node.roles=none"}), HasSubstr("gateway,partitions"));
}

TEST(Config, takes_a_list_of_origins) {
  const auto given =
      accepted({"--http.cors-origins=https://a.example,http://localhost:3000,https://b:443"});
  EXPECT_EQ(given.settings.http.cors_origins,
            (std::vector<std::string>{"https://a.example", "http://localhost:3000", "https://b"}));
  EXPECT_TRUE(accepted({"--http.cors-origins="}).settings.http.cors_origins.empty());
  for (const char* wrong : {"--http.cors-origins=*", "--http.cors-origins=https://a.example/",
                            "--http.cors-origins=a.example", "--http.cors-origins=https://a,,b"})
    EXPECT_THAT(refusal({wrong}), HasSubstr("--http.cors-origins: expected origins")) << wrong;
}

TEST(Config, writes_an_origin_as_browsers_do) {
  const auto origin = [](const std::string& given) {
    return accepted({("--http.origin=" + given).c_str()}).settings.http.origin;
  };
  EXPECT_EQ(origin("https://rent.example:443"), "https://rent.example");
  EXPECT_EQ(origin("http://[::1]:80"), "http://[::1]");
  EXPECT_EQ(origin("https://rent.example:80"), "https://rent.example:80");
  EXPECT_EQ(origin("http://rent.example:8080"), "http://rent.example:8080");
}

TEST(Config, tells_nobody_a_password) {
  for (const auto& said : {refusal({"--journal.url=postgress://rentwave:tell-nobody@db/x"}),
                           refusal({}, {"RENTWAVE_JOURNAL_URL=pg://rentwave:tell-nobody@db/x"})}) {
    EXPECT_THAT(said, HasSubstr("expected a journal such as"));
    EXPECT_THAT(said, Not(HasSubstr("tell-nobody")));
  }
}

TEST(Config, lets_the_variables_of_kubernetes_pass) {
  const auto result = accepted(
      {}, {"RENTWAVE_SERVICE_HOST=10.96.0.7", "RENTWAVE_SERVICE_PORT=80",
           "RENTWAVE_SERVICE_PORT_HTTP=80", "RENTWAVE_PORT=tcp://10.96.0.7:80",
           "RENTWAVE_PORT_80_TCP=tcp://10.96.0.7:80", "RENTWAVE_PORT_80_TCP_PROTO=tcp",
           "RENTWAVE_PORT_80_TCP_PORT=80", "RENTWAVE_PORT_80_TCP_ADDR=10.96.0.7",
           "RENTWAVE_HTTP_PORT=tcp://10.96.0.8:80", "RENTWAVE_DB_PORT_5432_TCP_ADDR=10.96.0.9"});
  EXPECT_EQ(result.settings.http.port, 8080);
  for (const char* misspelt : {"RENTWAVE_PORT=80", "RENTWAVE_HTTP_PORTS=80", "RENTWAVE_PORT_80=80",
                               "RENTWAVE_PORT_X_TCP=1", "RENTWAVE_SERVICE=1",
                               "RENTWAVE_SERVICE_PORT=x", "RENTWAVE_TCP=1", "RENTWAVE_80_TCP=1"})
    EXPECT_THAT(refusal({}, {misspelt}), HasSubstr("unknown")) << misspelt;
  EXPECT_THAT(refusal({}, {"RENTWAVE_HTTP_PORT=http"}), HasSubstr("RENTWAVE_HTTP_PORT: expected"));
}

TEST(Config, unknown_options_are_refused_by_name) {
  EXPECT_THAT(refusal({"--http.prot=80"}), HasSubstr("--http.prot: unknown option"));
  EXPECT_THAT(refusal({"--"}), HasSubstr("--: unknown option"));
  EXPECT_THAT(refusal({"sereve"}), HasSubstr("sereve: unknown command"));
  EXPECT_THAT(refusal({"serve", "now"}), HasSubstr("now: unknown command or argument"));
  EXPECT_THAT(refusal({}, {"RENTWAVE_HTTP_PROT=80"}), HasSubstr("RENTWAVE_HTTP_PROT: unknown"));
}

TEST(Config, bad_values_are_refused_by_name) {
  EXPECT_EQ(refusal({"--http.port=70000"}),
            "--http.port: expected a number from 0 to 65535, got '70000'");
  EXPECT_THAT(refusal({"--http.port"}), HasSubstr("--http.port: its value is missing"));
  EXPECT_THAT(refusal({"--journal.partitions=0"}), HasSubstr("from 1 to 1024"));
  EXPECT_THAT(refusal({"--journal.partitions=1025"}), HasSubstr("from 1 to 1024"));
  EXPECT_THAT(refusal({"--clock.rate=1e6"}), HasSubstr("from 0.001 to 100000"));
  EXPECT_THAT(refusal({"--log.level=loud"}), HasSubstr("trace, debug, info, warn, error, off"));
  EXPECT_THAT(refusal({}, {"RENTWAVE_HTTP_PORT=x"}), HasSubstr("RENTWAVE_HTTP_PORT: expected"));
  EXPECT_THAT(refusal({"--limits.password-hashes-at-once=0"}), HasSubstr("from 1 to 256"));
}

TEST(Config, a_bad_value_is_refused_even_where_a_stronger_source_overrides_it) {
  EXPECT_THAT(refusal({"--http.port=80"}, {"RENTWAVE_HTTP_PORT=x"}),
              HasSubstr("RENTWAVE_HTTP_PORT"));
}

TEST(Config, help_and_version_are_information) {
  auto help = std::get<information>(parsed({"--help"})).text;
  for (const auto& option : setting_options())
    EXPECT_THAT(help, HasSubstr("--" + std::string(option.name) + " "));
  for (const auto& option : events_options())
    EXPECT_THAT(help, HasSubstr("--" + std::string(option.name) + " "));
  EXPECT_EQ(std::get<information>(parsed({"events", "-h"})).text, help);
  EXPECT_EQ(std::get<information>(parsed({"--version"})).text,
            "rentwave " + std::string(version()) + "\n");
}

TEST(Config, every_default_has_the_name_of_an_environment_variable_of_its_own) {
  std::vector<std::string> names;
  for (const auto& option : setting_options()) names.push_back(environment_name(option.name));
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
  EXPECT_EQ(environment_name("auth.token-lifetime"), "RENTWAVE_AUTH_TOKEN_LIFETIME");
}

TEST(Config, the_events_command_takes_its_own_options_and_the_settings) {
  auto result =
      accepted({"events", "--follow", "--entity=rental/7", "--type", "rent.late", "--trace=t1",
                "--from=f1", "--to", "t2", "--after=c1", "--journal.url=sqlite:other.db"});
  EXPECT_EQ(result.command, subcommand::events);
  EXPECT_TRUE(result.events.follow);
  EXPECT_EQ(result.events.entity, "rental/7");
  EXPECT_EQ(result.events.type, "rent.late");
  EXPECT_EQ(result.events.trace, "t1");
  EXPECT_EQ(result.events.from, "f1");
  EXPECT_EQ(result.events.to, "t2");
  EXPECT_EQ(result.events.after, "c1");
  EXPECT_EQ(result.settings.journal.url, "sqlite:other.db");
}

TEST(Config, the_reindex_command_takes_the_settings) {
  auto result = accepted({"reindex", "--journal.url=sqlite:other.db"});
  EXPECT_EQ(result.command, subcommand::reindex);
  EXPECT_EQ(result.settings.journal.url, "sqlite:other.db");
  EXPECT_EQ(refusal({"reindex", "--follow"}), "--follow: belongs to 'rentwave events'");
}

TEST(Config, options_of_events_mean_nothing_elsewhere) {
  EXPECT_EQ(refusal({"--follow"}), "--follow: belongs to 'rentwave events'");
  EXPECT_EQ(refusal({"events", "--follow=yes"}), "--follow: takes no value");
  EXPECT_THAT(refusal({}, {"RENTWAVE_FOLLOW=1"}), HasSubstr("RENTWAVE_FOLLOW: unknown"));
}

TEST_F(ConfigFile, sets_what_stands_in_its_sections) {
  write(
      "; comment\n# comment\n\nlog.level = warn\r\n[http]\n  port=90\n[ auth ]\ntoken-lifetime = "
      "1h");
  auto settings = accepted({option()}).settings;
  EXPECT_EQ(settings.http.port, 90);
  EXPECT_EQ(settings.log.level, log_level::warn);
  EXPECT_EQ(settings.auth.token_lifetime, 1h);
}

TEST_F(ConfigFile, yields_to_the_environment_which_yields_to_the_command_line) {
  write("[http]\nport = 1\nthreads = 1\naddress = ::1\n");
  auto settings =
      accepted({option(), "--http.port=3"}, {"RENTWAVE_HTTP_PORT=2", "RENTWAVE_HTTP_THREADS=2"})
          .settings;
  EXPECT_EQ(settings.http.port, 3);
  EXPECT_EQ(settings.http.threads, 2u);
  EXPECT_EQ(settings.http.address, "::1");
}

TEST_F(ConfigFile, may_be_named_by_the_environment) {
  write("[http]\nport = 90\n");
  auto variable = "RENTWAVE_CONFIG_FILE=" + path();
  EXPECT_EQ(accepted({}, {variable.c_str()}).settings.http.port, 90);
}

TEST_F(ConfigFile, is_refused_with_the_line_of_the_mistake) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"[http]\nprot = 80\n", ":2: http.prot: unknown option"},
      {"\n[http]\nport = x\n", ":3: http.port: expected a number from 0 to 65535, got 'x'"},
      {"[http]\nport\n", ":2: expected 'name = value'"},
      {"[http\n", ":1: expected 'name = value'"},
      {"[http]\nport = 1\nport = 2\n", ":3: http.port: already set in line 2"},
      {"config-file = other.ini\n", ":1: config-file: unknown option"},
      {"follow = true\n", ":1: follow: unknown option"},
  };
  for (const auto& [text, expected] : mistakes) {
    write(text);
    EXPECT_THAT(refusal({option()}), HasSubstr(path() + expected));
  }
}

TEST_F(ConfigFile, must_be_readable) {
  EXPECT_EQ(refusal({"--config-file=/nowhere/rentwave.ini"}),
            "--config-file: cannot read '/nowhere/rentwave.ini'");
  EXPECT_EQ(refusal({"--config-file", "/"}), "--config-file: cannot read '/'");
  write("");
  EXPECT_EQ(refusal({option()}), "");
}

TEST(Demo, is_switched_by_its_name_alone_or_with_a_value) {
  EXPECT_FALSE(accepted({}).settings.demo);
  EXPECT_TRUE(accepted({"--demo"}).settings.demo);
  EXPECT_TRUE(accepted({"--demo", "--http.port=1"}).settings.demo)
      << "what follows is not its value";
  EXPECT_FALSE(accepted({"--demo=false"}).settings.demo);
  EXPECT_FALSE(accepted({"--demo", "--demo=false"}).settings.demo) << "the last one counts";
  EXPECT_EQ(refusal({"--demo=perhaps"}), "--demo: expected one of true, false, got 'perhaps'");
  EXPECT_EQ(refusal({"--demo="}), "--demo: expected one of true, false, got ''");
}

TEST(SampleFile, names_every_option_with_its_default) {
  EXPECT_EQ(refusal({"--config-file", RENTWAVE_SAMPLE}), "");
  auto text = text_of(RENTWAVE_SAMPLE);
  for (const auto& option : setting_options()) {
    auto key = option.name.substr(option.name.find('.') + 1);
    auto line = std::string(key) + " = " + std::string(option.standard);
    if (option.standard.empty()) line.pop_back();
    EXPECT_THAT(text, HasSubstr("\n" + line + "\n"));
  }
}

}  // namespace
}  // namespace rentwave::config
