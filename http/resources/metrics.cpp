// /metrics in Prometheus' text format: what the server and the journal have counted, and how the
// partitions are at this moment. Those that do not answer are counted, and left out of the rest.
// However many ask, one text at a time is made.
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <limits>

#include "actors/runtime/runtime_figures.hpp"
#include "http/node_figures.hpp"
#include "http/operations.hpp"
#include "http/resources/account_handlers.hpp"
#include "http/router.hpp"
#include "http/traffic.hpp"
#include "persistence/measured.hpp"

namespace rentwave::http {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using labels = std::vector<ClientMetric::Label>;

/// The families of one answer.
class exposition {
 public:
  /// Stays where it is until the next one is made.
  MetricFamily& family(std::string name, std::string help, MetricType type) {
    families_.push_back({std::move(name), std::move(help), type, {}});
    return families_.back();
  }
  void gauge(std::string name, std::string help, double value) {
    add(family(std::move(name), std::move(help), MetricType::Gauge), {}, value);
  }
  void counter(std::string name, std::string help, double value) {
    add(family(std::move(name), std::move(help), MetricType::Counter), {}, value);
  }
  void histogram(std::string name, std::string help, const rentwave::histogram& from) {
    add(family(std::move(name), std::move(help), MetricType::Histogram), {}, from);
  }

  static void add(MetricFamily& to, labels with, double value) {
    ClientMetric metric;
    metric.label = std::move(with);
    (to.type == MetricType::Gauge ? metric.gauge.value : metric.counter.value) = value;
    to.metric.push_back(std::move(metric));
  }
  static void add(MetricFamily& to, labels with, const rentwave::histogram& from) {
    ClientMetric metric;
    metric.label = std::move(with);
    const auto counts = from.counts();
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      sum += counts[i];
      const bool is_last = i == from.bounds().size();
      const auto bound = is_last ? std::numeric_limits<double>::infinity() : from.bounds()[i];
      metric.histogram.bucket.push_back({sum, bound});
    }
    metric.histogram.sample_count = sum;
    metric.histogram.sample_sum = from.sum();
    to.metric.push_back(std::move(metric));
  }

  std::string text() const { return prometheus::TextSerializer{}.Serialize(families_); }

 private:
  std::vector<MetricFamily> families_;
};

void add_process(exposition& to) {
  std::size_t pages = 0, resident = 0;
  std::ifstream{"/proc/self/statm"} >> pages >> resident;
  to.gauge("process_resident_memory_bytes", "Memory of the process that is in RAM.",
           static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)));
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  to.counter("process_cpu_seconds_total", "CPU time of the process.",
             static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9);
}

labels route_labels(const route* of) {
  if (!of) return {{"method", ""}, {"route", "none"}};
  return {{"method", std::string{http::to_string(of->method)}},
          {"route", std::string{of->pattern}}};
}

void add_server(exposition& to, const traffic& seen) {
  auto& seconds =
      to.family("rentwave_http_request_duration_seconds",
                "From the whole request to its answer, by route.", MetricType::Histogram);
  for (const auto& cell : seen.cells())
    exposition::add(seconds, route_labels(cell->of), cell->seconds);
  auto& count = to.family("rentwave_http_requests_total", "Answered requests, by route and status.",
                          MetricType::Counter);
  for (const auto& cell : seen.cells())
    for (std::size_t status = 1; status < cell->by_class.size(); ++status)
      if (const auto n = cell->by_class[status].load(); n != 0) {
        auto with = route_labels(cell->of);
        with.push_back({"status", std::to_string(status) + "xx"});
        exposition::add(count, std::move(with), static_cast<double>(n));
      }
  to.gauge("rentwave_http_connections", "Open connections.", static_cast<double>(seen.connections));
  to.gauge("rentwave_http_requests_under_way", "Requests that were read and not answered yet.",
           static_cast<double>(seen.requests_under_way));
  auto& refused =
      to.family("rentwave_http_refused_total", "Requests and connections turned away, by reason.",
                MetricType::Counter);
  exposition::add(refused, {{"reason", "rate_limited"}}, static_cast<double>(seen.rate_limited));
  exposition::add(refused, {{"reason", "overloaded"}}, static_cast<double>(seen.overloaded));
  exposition::add(refused, {{"reason", "connections"}},
                  static_cast<double>(seen.connections_turned_away));
}

void add_websockets(exposition& to, const traffic& seen) {
  to.gauge("rentwave_websocket_connections", "Open WebSockets, which are connections too.",
           static_cast<double>(seen.websockets));
  to.counter("rentwave_websocket_messages_sent_total", "Messages sent over WebSockets.",
             static_cast<double>(seen.websocket_messages));
  auto& closed = to.family("rentwave_websocket_closed_total", "WebSockets that ended, by how.",
                           MetricType::Counter);
  for (std::size_t i = 0; i < endings; ++i)
    exposition::add(closed, {{"reason", name_of(static_cast<ending>(i))}},
                    static_cast<double>(seen.websockets_closed[i]));
}

void add_journal(exposition& to, const journal_figures& seen) {
  to.histogram("rentwave_journal_append_duration_seconds", "Transactions of the writer.",
               seen.append_seconds);
  to.histogram("rentwave_journal_append_events", "Events of one transaction.", seen.append_events);
  to.histogram("rentwave_journal_load_duration_seconds", "Loads, of up to 64 entities each.",
               seen.load_seconds);
  auto& failed = to.family("rentwave_journal_appends_failed_total",
                           "Transactions that failed, by how.", MetricType::Counter);
  exposition::add(failed, {{"reason", "unavailable"}},
                  static_cast<double>(seen.appends_unavailable));
  exposition::add(failed, {{"reason", "unknown_outcome"}},
                  static_cast<double>(seen.appends_unknown));
  exposition::add(failed, {{"reason", "other"}},
                  static_cast<double>(seen.appends_failed_otherwise));
}

void add_node(exposition& to, const node_figures& sum) {
  to.gauge("rentwave_partitions", "Partitions that this node has.",
           static_cast<double>(sum.partitions));
  to.gauge("rentwave_partitions_open", "Partitions that serve.", static_cast<double>(sum.open));
  to.gauge("rentwave_partitions_silent",
           "Partitions that did not answer: their figures are not among these.",
           static_cast<double>(sum.silent));
  auto& entities = to.family("rentwave_entities", "Entities in memory.", MetricType::Gauge);
  for (const auto& [kind, count] : sum.entities)
    exposition::add(entities, {{"kind", kind}}, static_cast<double>(count));
  to.gauge("rentwave_entities_quarantined", "Entities that stay down until they are released.",
           static_cast<double>(sum.quarantined));
  to.gauge("rentwave_alarms", "Alarms in memory.", static_cast<double>(sum.alarms));
  to.gauge("rentwave_alarms_waking", "Entities that were woken and have not answered yet.",
           static_cast<double>(sum.wakes));
  to.gauge("rentwave_alarm_lag_seconds",
           "How long the earliest alarm is overdue, in domain time, quarantine apart.",
           std::chrono::duration<double>(sum.alarm_lag).count());
  auto& lag = to.family("rentwave_subscription_lag_events",
                        "Events that have not had their effect yet.", MetricType::Gauge);
  for (const auto& [name, figures] : sum.subscriptions)
    exposition::add(lag, {{"subscription", name}}, static_cast<double>(figures.lag));
  auto& letters = to.family("rentwave_dead_letters",
                            "Events that a subscription gave up on, or that wait behind one.",
                            MetricType::Gauge);
  for (const auto& [name, figures] : sum.subscriptions)
    exposition::add(letters, {{"subscription", name}}, static_cast<double>(figures.letters));
  auto& parked = to.family("rentwave_subscription_parked_entities", "Entities with dead letters.",
                           MetricType::Gauge);
  for (const auto& [name, figures] : sum.subscriptions)
    exposition::add(parked, {{"subscription", name}}, static_cast<double>(figures.parked));
}

/// Counted apart from the partitions, so that one that is silent does not set it back.
void add_runtime(exposition& to, const runtime_figures& seen) {
  to.counter("rentwave_entity_restarts_total", "Entities that ended by their own fault.",
             static_cast<double>(seen.restarts));
  to.counter("rentwave_alarms_fired_total",
             "Entities that were woken, nearly always because they were due.",
             static_cast<double>(seen.alarms_fired));
  to.counter("rentwave_alarms_late_total",
             "Entities that were woken over a tick after they were due.",
             static_cast<double>(seen.alarms_late));
  to.counter("rentwave_alarms_repeated_total",
             "Entities that were woken again for the same alarm, as it had no effect.",
             static_cast<double>(seen.alarms_repeated));
  auto& posts =
      to.family("rentwave_webhook_posts_total",
                "Notices that were posted to webhooks, by what came of it.", MetricType::Counter);
  exposition::add(posts, {{"result", "taken"}}, static_cast<double>(seen.posts_taken));
  exposition::add(posts, {{"result", "failed"}}, static_cast<double>(seen.posts_failed));
}

void add_queues(exposition& to, const operations::waits& ours, const node_figures& sum,
                const runtime_figures* seen) {
  auto& length =
      to.family("rentwave_queue_length",
                "What waits: appends for the writer, questions for each reader, photos to be stored"
                " or swept, photos to be read, messages for entities that are not up, requests for"
                " answers and for hashes, notices for webhooks.",
                MetricType::Gauge);
  const auto add = [&](std::string queue, std::size_t count) {
    exposition::add(length, {{"queue", std::move(queue)}}, static_cast<double>(count));
  };
  add("answers", ours.answers);
  add("passwords", ours.passwords);
  add("entities", sum.kept);
  if (!seen) return;
  add("appends", seen->appends);
  add("webhooks", seen->posts_waiting);
  for (std::size_t i = 0; i < seen->questions.size(); ++i)
    add("reader-" + std::to_string(i), seen->questions[i]);
  add("photos", seen->photo_questions);
  add("photo-reads", seen->photo_fetches);
}

void add_cluster(exposition& to, const cluster_state& seen) {
  auto& nodes =
      to.family("rentwave_cluster_nodes", "Nodes of the journal, by what this one thinks of them.",
                MetricType::Gauge);
  for (const auto standing : {node_standing::alive, node_standing::unsure, node_standing::ended}) {
    const auto count = std::ranges::count(seen.nodes, standing, &cluster_state::node::standing);
    exposition::add(nodes, {{"state", name_of(standing)}}, static_cast<double>(count));
  }
  const auto moving = std::ranges::count_if(
      seen.places, [](const cluster_state::place& place) { return place.next.has_value(); });
  to.gauge("rentwave_cluster_partitions_moving", "Partitions that are to go to another node.",
           static_cast<double>(moving));
  const auto ownerless = std::ranges::count_if(
      seen.places, [](const cluster_state::place& place) { return !place.owner; });
  to.gauge("rentwave_cluster_partitions_ownerless", "Partitions that no node has.",
           static_cast<double>(ownerless));
  to.gauge("rentwave_cluster_nodes_unreachable",
           "Nodes that live, and cannot be reached from this one.",
           static_cast<double>(seen.unreachable));
  to.gauge("rentwave_cluster_lease", "1 while this node's lease lasts: else it answers nothing.",
           seen.may_answer ? 1 : 0);
}

boost::asio::awaitable<std::string> scrape(backend& api) {
  exposition all;
  auto& build =
      all.family("rentwave_build_info", "Always 1; its labels say what runs.", MetricType::Gauge);
  exposition::add(build, {{"version", api.about().version}}, 1);
  all.gauge("rentwave_ready", "1 when this node can serve, as /readyz says.",
            api.is_ready() ? 1 : 0);
  add_process(all);
  add_server(all, api.counted());
  add_websockets(all, api.counted());
  if (auto* operators = api.operators()) {
    if (const auto* journal = operators->journal_counted()) add_journal(all, *journal);
    const auto* runtime = operators->runtime_counted();
    if (runtime) add_runtime(all, *runtime);
    const auto reports = co_await operators->reports_here();
    const auto sum = sum_of(reports);
    add_node(all, sum);
    add_queues(all, operators->waiting(), sum, runtime);
    if (const auto* office = operators->cluster()) add_cluster(all, office->state());
  }
  co_return all.text();
}

}  // namespace

boost::asio::awaitable<response> get_metrics(backend& api, const request& asked) {
  std::function<boost::asio::awaitable<std::string>()> work = [&api] { return scrape(api); };
  const auto text = co_await api.scrapes().result_of(std::move(work));
  if (!text)
    co_return to_response(try_later("overloaded", "Others wait for this answer already."), asked);
  response made;
  made.content_type = "text/plain; version=0.0.4; charset=utf-8";
  made.body = *text;
  made.headers.emplace_back("Cache-Control", "no-store");
  co_return made;
}

}  // namespace rentwave::http
