#include "persistence/postgres/connection.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <pqxx/pqxx>
#include <random>
#include <unordered_map>

#include "persistence/postgres/error.hpp"

namespace rentwave::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds first_pause{100};
constexpr milliseconds longest_pause{2000};

// The server ends a statement after `statement_timeout`, a wait for a lock after `lock_timeout`
// (below); when it does not even do that, the watchdog cuts the connection after
// `options::longest_call`, or a script's after this.
constexpr milliseconds script_limit = seconds{300};
/// That the server's own time-out, where a transaction has one, comes before ours.
constexpr milliseconds head_start = seconds{10};

constexpr std::size_t most_prepared = 256;  ///< statements of a session

// Every session's, whatever the server's or the role's defaults are. The planner knows no numbers
// while tables are new, we do: every statement of ours has its index, whose order is the one that
// is asked for, if there is one, and none reads a whole table. The server ends the session of a
// node that is out of its reach, with whatever it has locked, though nothing else would tell it for
// hours.
constexpr const char* settings = R"(SELECT
  set_config('synchronous_commit', 'on', false),
  current_setting('server_encoding'),
  set_config('search_path', 'rentwave', false),
  set_config('application_name', $1, false),
  set_config('default_transaction_isolation', 'read committed', false),
  set_config('default_transaction_read_only', $2, false),
  set_config('statement_timeout', '10s', false),
  set_config('lock_timeout', '5s', false),
  set_config('idle_in_transaction_session_timeout', '15s', false),
  set_config('tcp_keepalives_idle', '5', false),
  set_config('tcp_keepalives_interval', '2', false),
  set_config('tcp_keepalives_count', '3', false),
  set_config('tcp_user_timeout', '10s', false),
  set_config('standard_conforming_strings', 'on', false),
  set_config('bytea_output', 'hex', false),
  set_config('extra_float_digits', '1', false),
  set_config('jit', 'off', false),
  set_config('max_parallel_workers_per_gather', '0', false),
  set_config('enable_seqscan', 'off', false),
  set_config('enable_sort', 'off', false),
  set_config('enable_hashjoin', 'off', false),
  set_config('enable_mergejoin', 'off', false))";

std::string random_name() {
  std::random_device source;
  std::string name;
  for (int i = 0; i < 2; ++i) {
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08x", source());
    name += digits;
  }
  return name;
}

auto parameters_of(const std::vector<const char*>& texts) {
  return pqxx::prepare::make_dynamic_params(texts.begin(), texts.end());
}

std::vector<const char*> pointers(const values& from) {
  std::vector<const char*> texts;
  for (const auto& text : from.texts()) {
    if (text && text->find('\0') != std::string::npos) throw error("22021", "NUL in a text");
    texts.push_back(text ? text->c_str() : nullptr);
  }
  return texts;
}

template <class T>
bool parse(std::string_view text, T& into) {
  const auto* end = text.data() + text.size();
  const auto [at, code] = std::from_chars(text.data(), end, into);
  return code == std::errc{} && at == end;
}

int half_byte(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

}  // namespace

// --- rows ---------------------------------------------------------------------------------------

struct rows::stored {
  pqxx::result answer;
};

rows::rows(std::unique_ptr<const stored> from) : from_(std::move(from)) {}
rows::rows(rows&&) noexcept = default;
rows& rows::operator=(rows&&) noexcept = default;
rows::~rows() = default;

bool rows::next() {
  return ++at_ < static_cast<int>(from_->answer.size());
}

std::string_view rows::text(int column) const {
  const auto field = from_->answer[at_][column];
  return {field.c_str(), field.size()};
}

bool rows::null(int column) const {
  return from_->answer[at_][column].is_null();
}

void rows::unreadable(int column) const {
  throw damaged("'" + std::string{text(column)} + "' in a column " +
                from_->answer.column_name(column));
}

void rows::get(int column, std::int64_t& into) const {
  if (!parse(text(column), into)) unreadable(column);
}

void rows::get(int column, int& into) const {
  if (!parse(text(column), into)) unreadable(column);
}

void rows::get(int column, double& into) const {
  if (!parse(text(column), into)) unreadable(column);
}

void rows::get(int column, boost::uuids::uuid& into) const {
  const auto value = parse_uuid(text(column));
  if (!value) unreadable(column);
  into = *value;
}

std::string bytes_of(std::string_view text) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) throw damaged("this is no bytea");
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t at = 2; at < text.size(); at += 2) {
    const int high = half_byte(text[at]);
    const int low = half_byte(text[at + 1]);
    if (high < 0 || low < 0) throw damaged("this is no bytea");
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

// --- connection ---------------------------------------------------------------------------------

struct connection::session {
  explicit session(const std::string& url) : link(url), quiet(link), watched(::dup(link.sock())) {}
  ~session() { ::close(watched); }

  /// The server has said something unasked, or has gone: it may not be used for a statement whose
  /// outcome matters.
  bool is_stale() const {
    pollfd socket{watched, POLLIN, 0};
    return !link.is_open() || ::poll(&socket, 1, 0) != 0;
  }

  /// Prepares it if need be; the server keeps each, so of their many forms only so many are.
  std::string prepared_name(std::string_view sql) {
    if (const auto known = prepared.find(std::string{sql}); known != prepared.end())
      return known->second;
    if (prepared.size() == most_prepared) {
      link.unprepare(prepared.begin()->second);
      prepared.erase(prepared.begin());
    }
    const auto fresh = "s" + std::to_string(prepared_so_far++);
    link.prepare(fresh, std::string{sql});
    prepared.emplace(sql, fresh);
    return fresh;
  }

  void plan(pqxx::nontransaction& work, plans how) {
    if (planned == how) return;
    work.exec(how == plans::kept ? "SET plan_cache_mode = force_generic_plan"
                                 : "SET plan_cache_mode = auto");
    planned = how;
  }

  pqxx::connection link;
  pqxx::quiet_errorhandler quiet;  ///< notices do not go to stderr
  int watched;  ///< of our own, so that the watchdog never meets somebody else's descriptor
  std::unordered_map<std::string, std::string> prepared;
  std::uint64_t prepared_so_far = 0;
  plans planned = plans::of_values;
};

connection::connection(options how, std::shared_ptr<watchdog> dog)
    : options_(std::move(how)),
      dog_(std::move(dog)),
      instance_(random_name()),
      pause_(first_pause, longest_pause) {
  open();
}

connection::~connection() = default;

std::string connection::without_secret(std::string message) const {
  for (const auto* hidden : {&options_.url, &options_.secret})
    for (auto at = message.find(*hidden); !hidden->empty() && at != std::string::npos;
         at = message.find(*hidden, at + 3))
      message.replace(at, hidden->size(), "***");
  while (message.ends_with('\n')) message.pop_back();
  return message;
}

std::string connection::application_name() const {
  return "rentwave/" + owner_ + '/' + instance_;
}

connection::session& connection::open() {
  if (session_ && !session_->is_stale()) return *session_;
  session_.reset();
  if (in_transaction_) throw lost("the connection ended within a transaction");
  if (pause_.is_pausing(steady_clock::now())) throw unreachable(last_failure_);
  try {
    auto fresh = std::make_unique<session>(options_.url);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    fresh->link.inhibit_reactivation(true);  // it would forget our settings
#pragma GCC diagnostic pop
    set_up(*fresh);
    session_ = std::move(fresh);
  } catch (const pqxx::failure& e) {
    last_failure_ = without_secret(e.what());
    pause_.failed(steady_clock::now());
    throw unreachable(last_failure_);
  }
  pause_.succeeded();
  return *session_;
}

void connection::set_up(session& fresh) {
  const watchdog::guard bound(*dog_, fresh.watched, steady_clock::now() + options_.longest_call);
  pqxx::nontransaction work(fresh.link);
  const auto answer = work.exec_params(settings, application_name(),
                                       options_.how == access::read_only ? "on" : "off");
  if (std::string_view{answer[0][0].c_str()} != "on")
    throw pqxx::failure("the server does not allow synchronous_commit = on");
  if (std::string_view{answer[0][1].c_str()} != "UTF8")
    throw pqxx::failure("the database has the encoding " + answer[0][1].as<std::string>() +
                        ", not UTF8");
}

template <class Run>
rows connection::run(milliseconds limit, Run&& how) {
  auto& on = open();
  std::string sqlstate;
  std::string what;
  try {
    const watchdog::guard bound(*dog_, on.watched, steady_clock::now() + std::max(limit, allowed_));
    pqxx::nontransaction work(on.link);
    return rows{std::make_unique<const rows::stored>(rows::stored{how(on, work)})};
  } catch (const pqxx::statement_completion_unknown& e) {
    what = without_secret(e.what());
    session_.reset();
  } catch (const pqxx::sql_error& e) {
    sqlstate = e.sqlstate();
    what = without_secret(e.what());
  } catch (const pqxx::broken_connection& e) {
    what = without_secret(e.what());
    session_.reset();
  } catch (const pqxx::failure& e) {
    what = without_secret(e.what());
  }
  // As long as the session lives, what the server said was a plain error: nothing was written.
  // What ends the session may have come after the commit.
  if (session_ && on.link.is_open()) throw error(sqlstate, what);
  session_.reset();
  // What libpqxx says is often but that it cannot go on.
  throw lost("the connection to the server was lost (" + what + ")");
}

rows connection::execute(std::string_view sql, const values& parameters, plans how) {
  const auto texts = pointers(parameters);
  return run(options_.longest_call, [&](session& on, pqxx::nontransaction& work) {
    on.plan(work, how);
    return work.exec_prepared(on.prepared_name(sql), parameters_of(texts));
  });
}

rows connection::execute_once(std::string_view sql, const values& parameters) {
  const auto texts = pointers(parameters);
  return run(options_.longest_call, [&](session& on, pqxx::nontransaction& work) {
    on.plan(work, plans::of_values);
    return work.exec_params(std::string{sql}, parameters_of(texts));
  });
}

void connection::script(const std::string& sql) {
  run(script_limit, [&](session& on, pqxx::nontransaction& work) {
    on.plan(work, plans::of_values);  // not within a transaction, whose end may undo it
    return work.exec(sql);
  });
}

void connection::name_owner(std::string_view owner) {
  // At most 63 printable ASCII characters make an application's name.
  std::string label;
  for (const char c : owner.substr(0, 32)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    label += plain || c == '-' || c == '_' || c == '.' ? c : '?';
  }
  if (label == owner_) return;
  owner_ = std::move(label);
  query("SELECT set_config('application_name', $1, false)", application_name());
}

// --- transaction --------------------------------------------------------------------------------

transaction::transaction(connection& on) : on_(on) {
  on_.script("BEGIN");
  on_.in_transaction_ = true;
}

transaction::transaction(connection& on, seconds longest_statement) : transaction(on) {
  const auto allow = [&](const char* what, seconds most) {
    on_.script(std::string{"SET LOCAL "} + what + " = '" + std::to_string(most.count()) + "s'");
  };
  allow("statement_timeout", longest_statement);
  allow("idle_in_transaction_session_timeout", std::min(longest_statement, long_pause));
  on_.allowed_ = longest_statement + head_start;
}

transaction::~transaction() {
  if (!open_) return;
  end();
  try {
    on_.script("ROLLBACK");
  } catch (const std::exception&) {
    // Lost, or it will be found to be so: the server undoes what was open.
  }
}

void transaction::commit() {
  on_.script("COMMIT");
  end();
}

void transaction::end() {
  open_ = false;
  on_.in_transaction_ = false;
  on_.allowed_ = {};
}

}  // namespace rentwave::postgres
