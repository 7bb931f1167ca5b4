#include "tests/cluster/processes/several_nodes.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "tests/postgres/private_server.hpp"

namespace rentwave::testing_cluster {
namespace {

using nlohmann::json;
using testing_postgres::private_server;

constexpr std::chrono::seconds patience{60};
constexpr std::chrono::milliseconds look_interval{20};

}  // namespace

bool is_soak() {
  const char* soak = std::getenv("RENTWAVE_SOAK");
  return soak && std::string_view{soak} == "1";
}

SeveralNodes::SeveralNodes()
    : journal_url_(testing_postgres::private_server::get().make_journal()) {
  auto name = (std::filesystem::temp_directory_path() / "rentwave-nodes-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  folder_ = name;
}

SeveralNodes::~SeveralNodes() {
  if (HasFailure())
    for (const auto& [name, one] : nodes_)
      std::cout << "--- log of " << name << ":\n" << one->log() << std::flush;
  nodes_.clear();
  testing_postgres::private_server::get().drop(journal_url_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

node_process& SeveralNodes::add(const std::string& name, std::vector<std::string> options) {
  add_all({name}, options);
  return node(name);
}

void SeveralNodes::add_all(const std::vector<std::string>& names,
                           const std::vector<std::string>& options) {
  auto all = usual_options_;
  all.insert(all.end(), options.begin(), options.end());
  for (const auto& name : names) {
    auto& one = nodes_[name];
    one = make_node(name, all);
    if (are_apart_) one->live_apart();
    one->start();
  }
  for (const auto& name : names) node(name).wait_until_it_serves();
}

std::unique_ptr<node_process> SeveralNodes::make_node(const std::string& name,
                                                      std::vector<std::string> options) const {
  return std::make_unique<node_process>(name, journal_url_, std::move(options), folder_);
}

std::vector<http::server_address> SeveralNodes::ports() const {
  std::vector<http::server_address> all;
  for (const auto& [name, one] : nodes_)
    if (one->runs()) all.push_back(one->address());
  return all;
}

/// Nodes that others than loopback reach have written one there, if they were told so.
std::string SeveralNodes::setup_token() const {
  std::string token;
  std::ifstream{folder_ / setup_token_file} >> token;
  return token;
}

const http::client::fields& SeveralNodes::root(const node_process& at) {
  if (!root_.empty()) return root_;
  const json who{{"username", "root"}, {"password", "correct horse battery"}};
  http::client to{at.address()};
  auto first = who;
  if (const auto token = setup_token(); !token.empty()) first["setup_token"] = token;
  EXPECT_EQ(to.post("/api/users", first).status, 201U);
  const std::string token = to.post("/api/sessions", who).json().at("access_token");
  return root_ = {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}};
}

http::client_response SeveralNodes::get(const node_process& at, const std::string& path) {
  const auto& as = root(at);
  return http::client{at.address()}.get(path, as);
}

http::client_response SeveralNodes::post(const node_process& at, const std::string& path,
                                         const json& body) {
  const auto& as = root(at);
  return http::client{at.address()}.post(path, body, as);
}

std::vector<std::string> SeveralNodes::owners(const node_process& as_seen_by) {
  std::vector<std::string> all;
  const auto seen = get(as_seen_by, "/api/admin/partitions").json();
  for (const auto& one : seen.at("items"))
    all.push_back(one.at("owner").is_null() ? "" : one.at("owner").get<std::string>());
  return all;
}

std::string SeveralNodes::unrest(const node_process& as_seen_by,
                                 const std::vector<std::string>& names) {
  const auto seen = get(as_seen_by, "/api/admin/partitions");
  if (seen.status != 200) return seen.body;
  std::map<std::string, std::size_t> shares;
  for (const auto& name : names) shares[name] = 0;
  const auto partitions_seen = seen.json();
  for (const auto& one : partitions_seen.at("items")) {
    const bool is_settled = one.at("owner").is_string() && one.at("moves_to").is_null();
    if (!is_settled || one.at("state") != "open" || !shares.contains(one.at("owner")))
      return one.dump();
    ++shares[one.at("owner")];
  }
  const auto [least, most] = std::ranges::minmax(shares | std::views::values);
  return most - least > 1 ? json(shares).dump() : "";
}

void SeveralNodes::await_rest(const node_process& as_seen_by,
                              const std::vector<std::string>& names) {
  std::string why;
  await("rest: ", [&] {
    why = unrest(as_seen_by, names);
    return why.empty();
  });
  if (!why.empty()) throw std::runtime_error("the nodes do not come to rest: " + why);
}

void SeveralNodes::await(const std::string& what, const std::function<bool()>& it) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!it()) {
    if (std::chrono::steady_clock::now() > until) {
      ADD_FAILURE() << "waited in vain for " << what;
      return;
    }
    std::this_thread::sleep_for(look_interval);
  }
}

void SeveralNodes::watch_appends() const {
  testing_postgres::private_server::get().run(
      journal_url(),
      "CREATE TABLE public.appends (n bigserial, partition integer, epoch bigint, session text,"
      " position bigint, writer text);"
      "CREATE FUNCTION public.note_append() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " INSERT INTO public.appends (partition, epoch, session, position, writer) VALUES"
      " (new.id, new.epoch, new.session, new.next_position, current_setting('application_name'));"
      " RETURN NULL; END $$;"
      "CREATE TRIGGER note_append AFTER UPDATE ON rentwave.partitions FOR EACH ROW"
      " WHEN (new.next_position > old.next_position) EXECUTE FUNCTION public.note_append()");
}

std::string SeveralNodes::intruders() const {
  auto& server = testing_postgres::private_server::get();
  EXPECT_NE(server.run(journal_url(), "SELECT count(*) FROM public.appends"), "0");
  return server.run(
      journal_url(),
      "SELECT coalesce(string_agg(format('%s wrote %s to partition %s of epoch %s', writer,"
      " position, partition, epoch), '; '), '') FROM"
      " (SELECT *, lag(epoch) OVER w AS epoch_before, lag(position) OVER w AS position_before"
      "  FROM public.appends WINDOW w AS (PARTITION BY partition ORDER BY n)) AS seen"
      " WHERE writer NOT LIKE 'rentwave/%/' || session OR epoch < epoch_before"
      " OR position <= position_before");
}

}  // namespace rentwave::testing_cluster
