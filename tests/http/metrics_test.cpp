// What /metrics says, read as Prometheus reads it.
#include <gmock/gmock.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/http/node_scene.hpp"

namespace rentwave::http {
namespace {

using testing::IsSupersetOf;

struct exposition {
  std::map<std::string, std::string> types;  ///< of families, by name
  std::set<std::string> explained;
  std::map<std::string, double> samples;  ///< by name and labels
  std::vector<std::string> wrong;         ///< lines that are none of these
};

/// The family of a sample: a histogram's have the names of its parts.
std::string family_of(const exposition& all, const std::string& sample) {
  const auto name = sample.substr(0, sample.find('{'));
  for (const std::string part : {"_bucket", "_sum", "_count"}) {
    const auto family = name.substr(0, name.size() - std::min(part.size(), name.size()));
    const auto found = all.types.find(family);
    if (name.ends_with(part) && found != all.types.end() && found->second == "histogram")
      return family;
  }
  return name;
}

exposition parse(const std::string& text) {
  static const std::regex help{R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+))"},
      type{R"(# TYPE (\S+) (counter|gauge|histogram))"},
      sample{R"(([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[^"]*(?:"[^"]*"[^"]*)*\})?) (\S+))"};
  exposition all;
  std::istringstream in(text);
  std::smatch found;
  for (std::string line; std::getline(in, line);) {
    if (std::regex_match(line, found, help)) {
      all.explained.insert(found[1]);
    } else if (std::regex_match(line, found, type)) {
      if (!all.types.emplace(found[1], found[2]).second) all.wrong.push_back(line);
    } else if (std::regex_match(line, found, sample)) {
      const bool is_new = all.samples.emplace(found[1], std::stod(found[2])).second;
      if (!is_new || !all.types.contains(family_of(all, found[1]))) all.wrong.push_back(line);
    } else {
      all.wrong.push_back(line);
    }
  }
  return all;
}

class Metrics : public node_scene {
 protected:
  exposition scrape() {
    const auto got = get("/metrics", {});
    EXPECT_EQ(got.status, 200U);
    EXPECT_TRUE(got.header("content-type").starts_with("text/plain; version=0.0.4"));
    return parse(got.body);
  }
};

TEST_F(Metrics, are_named_as_prometheus_wants_them) {
  start();
  join("ann");
  const auto all = scrape();
  EXPECT_THAT(all.wrong, testing::IsEmpty());
  // In base units, and a counter says that it is one.
  static const std::regex good{"(rentwave|process)(_[a-z0-9]+)+"},
      scaled{
          ".*_(ms|us|ns|milliseconds|microseconds|minutes|hours|days|kb|mb|kib|mib|percent)"
          "(_total)?"};
  for (const auto& [name, type] : all.types) {
    EXPECT_TRUE(std::regex_match(name, good)) << name;
    EXPECT_FALSE(std::regex_match(name, scaled)) << name;
    EXPECT_EQ(name.ends_with("_total"), type == "counter") << name;
    EXPECT_TRUE(all.explained.contains(name)) << name;
  }
  EXPECT_EQ(all.explained.size(), all.types.size());
}

TEST_F(Metrics, have_everything_that_operators_are_promised) {
  start();
  join("ann");
  std::set<std::string> names;
  for (const auto& [name, type] : scrape().types) names.insert(name);
  EXPECT_THAT(names, IsSupersetOf({"rentwave_http_request_duration_seconds",
                                   "rentwave_http_requests_total",
                                   "rentwave_journal_append_duration_seconds",
                                   "rentwave_journal_append_events",
                                   "rentwave_journal_load_duration_seconds",
                                   "rentwave_entities",
                                   "rentwave_entity_restarts_total",
                                   "rentwave_entities_quarantined",
                                   "rentwave_alarms",
                                   "rentwave_alarms_fired_total",
                                   "rentwave_alarms_late_total",
                                   "rentwave_alarms_repeated_total",
                                   "rentwave_alarm_lag_seconds",
                                   "rentwave_subscription_lag_events",
                                   "rentwave_subscription_parked_entities",
                                   "rentwave_dead_letters",
                                   "rentwave_partitions",
                                   "rentwave_partitions_open",
                                   "rentwave_partitions_silent",
                                   "rentwave_queue_length",
                                   "rentwave_ready"}));
}

TEST_F(Metrics, count_what_happens_and_never_back) {
  start();
  join("ann");
  const auto before = scrape();
  join("bob");
  get("/nowhere", {});
  const auto after = scrape();
  for (const auto& [sample, value] : before.samples) {
    if (before.types.at(family_of(before, sample)) == "gauge") continue;
    const auto found = after.samples.find(sample);
    ASSERT_NE(found, after.samples.end()) << sample;
    EXPECT_GE(found->second, value) << sample;
  }
  const auto grown = [&](const std::string& sample) {
    return after.samples.at(sample) - before.samples.at(sample);
  };
  const std::string route = R"({method="POST",route="/api/users")";
  EXPECT_EQ(grown("rentwave_http_requests_total" + route + R"(,status="2xx"})"), 1);
  EXPECT_EQ(grown("rentwave_http_request_duration_seconds_count" + route + "}"), 1);
  EXPECT_EQ(
      after.samples.at(R"(rentwave_http_requests_total{method="",route="none",status="4xx"})"), 1);
  EXPECT_GE(grown("rentwave_journal_append_duration_seconds_count"), 1);
  EXPECT_GE(grown("rentwave_journal_append_events_sum"), 3) << "login, account, session";
  EXPECT_GE(grown("rentwave_journal_load_duration_seconds_count"), 1);
  EXPECT_GT(grown("process_cpu_seconds_total"), 0);
}

TEST_F(Metrics, show_the_node_as_it_is) {
  start();
  join("ann");
  EXPECT_TRUE(comes_true([this] {
    const auto text = get("/metrics", {}).body;
    return metric(text, R"(rentwave_queue_length{queue="appends"})") == 0 &&
           metric(text, R"(rentwave_queue_length{queue="reader-0"})") == 0 &&
           metric(text, R"(rentwave_queue_length{queue="reader-1"})") == 0;
  }));
  const auto text = get("/metrics", {}).body;
  EXPECT_EQ(metric(text, R"(rentwave_entities{kind="login"})"), 1);
  EXPECT_EQ(metric(text, "rentwave_partitions"), 4);
  EXPECT_EQ(metric(text, "rentwave_partitions_open"), 4);
  EXPECT_EQ(metric(text, "rentwave_partitions_silent"), 0);
  EXPECT_EQ(metric(text, "rentwave_ready"), 1);
  EXPECT_EQ(metric(text, "rentwave_entities_quarantined"), 0);
  EXPECT_EQ(metric(text, R"(rentwave_queue_length{queue="passwords"})"), 0);
  EXPECT_EQ(metric(text, R"(rentwave_queue_length{queue="entities"})"), 0);
  EXPECT_GT(metric(text, "process_resident_memory_bytes"), 1e6);
}

TEST_F(Metrics, leave_out_a_partition_that_does_not_report) {
  waiting.report_patience = std::chrono::milliseconds{50};
  start({}, 2);
  const auto root = join("root");
  const auto text = get("/metrics", {}).body;
  EXPECT_EQ(metric(text, "rentwave_partitions"), 4);
  EXPECT_EQ(metric(text, "rentwave_partitions_open"), 3);
  EXPECT_EQ(metric(text, "rentwave_partitions_silent"), 1);
  const auto stats = get("/api/admin/stats", root);
  EXPECT_EQ(stats.status, 200U);
  EXPECT_EQ(stats.json().at("partitions").at("silent"), 1);
  EXPECT_EQ(get("/api/admin/quarantine", root).json().at("silent_partitions"), 1);
}

}  // namespace
}  // namespace rentwave::http
