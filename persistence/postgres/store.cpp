#include "persistence/postgres/store.hpp"

#include "persistence/journal_url.hpp"
#include "persistence/postgres/address.hpp"
#include "persistence/postgres/error.hpp"
#include "persistence/postgres/journal.hpp"
#include "persistence/postgres/schema.hpp"

namespace rentwave::postgres {
namespace {

constexpr int oldest_server = 14;  // pg_terminate_backend that waits

std::string setting(connection& on, const char* name) {
  std::string value;
  auto answer = on.query("SELECT current_setting($1)", name);
  if (answer.next()) answer.read(value);
  return value;
}

/// What the server's settings make of a commit.
std::string promise_of(connection& on) {
  if (setting(on, "fsync") != "on" || setting(on, "full_page_writes") != "on")
    return "survives the death of the process, but NOT loss of power: fsync or full_page_writes is "
           "off on the server";
  const std::string power = "survives the death of the process and loss of power";
  const auto standbys = setting(on, "synchronous_standby_names");
  if (standbys.empty())
    return power + "; the loss of the database's machine only with a synchronous standby";
  return power + ", and of the database's machine by its synchronous standby: " + standbys;
}

class server_store final : public journal_store {
 public:
  server_store(connection::options how, std::shared_ptr<watchdog> dog, std::string promise)
      : how_(std::move(how)), dog_(std::move(dog)), promise_(std::move(promise)) {}

  journal_result<std::unique_ptr<journal>> connect() override {
    return guarded(purpose::reading, [&]() -> journal_result<std::unique_ptr<journal>> {
      return std::make_unique<postgres_journal>(how_, dog_);
    });
  }
  std::string promise() const override { return promise_; }

 private:
  connection::options how_;
  std::shared_ptr<watchdog> dog_;
  std::string promise_;
};

using opened = journal_result<std::unique_ptr<journal_store>>;

opened open(std::string_view url, access how) {
  const connection::options options{complete_url(url, how), password_of(url), how};
  auto result = guarded(purpose::reading, [&]() -> opened {
    auto dog = std::make_shared<watchdog>();
    connection first(options, dog);
    if (std::stoi(setting(first, "server_version_num")) < oldest_server * 10000)
      return journal_error{journal_errc::unavailable,
                           "the server is older than PostgreSQL " + std::to_string(oldest_server)};
    const auto known = how == access::read_write ? migrate(first) : check_schema(first);
    if (!known) return known.error();
    auto promise = how == access::read_write ? promise_of(first) : std::string{"is only read"};
    return std::make_unique<server_store>(options, std::move(dog), std::move(promise));
  });
  if (result) return result;
  return journal_error{result.error().code,
                       url_without_password(url) + ": " + result.error().detail};
}

}  // namespace

opened open_server(std::string_view url) {
  return open(url, access::read_write);
}

opened open_server_read_only(std::string_view url) {
  return open(url, access::read_only);
}

}  // namespace rentwave::postgres
