// One connection to the server, with its prepared statements. Used by one thread at a time. A
// connection that was lost is made anew by the next use, with pauses that grow while it fails; in a
// pause a use fails at once. Every call has a bound. Everything throws what error.hpp says.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "persistence/postgres/backoff.hpp"
#include "persistence/postgres/values.hpp"
#include "persistence/postgres/watchdog.hpp"

namespace rentwave::postgres {

/// The rows of an answer, to be read in order.
class rows {
 public:
  struct stored;
  explicit rows(std::unique_ptr<const stored> from);
  rows(rows&&) noexcept;
  rows& operator=(rows&&) noexcept;
  ~rows();

  /// Goes to the next row; false: there is none.
  bool next();

  /// Reads the row's columns in order. Throws `damaged` for what is no value of that type.
  template <class... Ts>
  void read(Ts&... into) const {
    read_from(0, into...);
  }
  template <class... Ts>
  void read_from(int column, Ts&... into) const {
    (get(column++, into), ...);
  }

 private:
  void get(int column, std::int64_t& into) const;
  void get(int column, int& into) const;
  void get(int column, double& into) const;
  void get(int column, bool& into) const { into = text(column) == "t"; }
  void get(int column, std::string& into) const { into = text(column); }
  void get(int column, boost::uuids::uuid& into) const;
  void get(int column, instant& into) const {
    std::int64_t micros = 0;
    get(column, micros);
    into = instant{duration{micros}};
  }
  void get(int column, money& into) const { get(column, into.cents); }
  template <class Tag>
  void get(int column, id<Tag>& into) const {
    get(column, into.value);
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void get(int column, Enum& into) const {
    const auto value = json_form::enum_named<Enum>(text(column));
    if (!value) unreadable(column);
    into = *value;
  }
  template <class T>
  void get(int column, std::optional<T>& into) const {
    into.reset();
    if (!null(column)) get(column, into.emplace());
  }

  std::string_view text(int column) const;
  bool null(int column) const;
  [[noreturn]] void unreadable(int column) const;

  std::unique_ptr<const stored> from_;
  int at_ = -1;
};

/// Bytes out of the text of a bytea.
std::string bytes_of(std::string_view text);

enum class access { read_write, read_only };

/// How a prepared statement is planned: as the server decides, mostly for the values that are
/// given; or once for any, where that comes to the same: planning takes longer than many a search.
enum class plans { of_values, kept };

class connection {
 public:
  struct options {
    std::string url;     ///< complete (see address.hpp)
    std::string secret;  ///< the URL's password, to be kept out of messages
    access how = access::read_write;
    std::chrono::milliseconds longest_call = std::chrono::seconds{15};  ///< then the session ends
  };

  /// Connects.
  connection(options how, std::shared_ptr<watchdog> dog);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection();

  /// One statement, which is its own transaction; prepared when it is used first.
  template <class... Ts>
  rows query(std::string_view sql, const Ts&... parameters) {
    return execute(sql, values{parameters...});
  }
  rows execute(std::string_view sql, const values& parameters, plans how = plans::of_values);

  /// Not prepared: planned for these values.
  rows execute_once(std::string_view sql, const values& parameters);

  /// Statements without parameters, with time for a migration.
  void script(const std::string& sql);

  /// Ends with "/" and this, so that others find the connection's session on the server.
  const std::string& instance() const { return instance_; }

  /// Says to the server whose session it is, now and whenever it is connected anew.
  void name_owner(std::string_view owner);

 private:
  friend class transaction;
  struct session;
  template <class Run>
  rows run(std::chrono::milliseconds limit, Run&& how);
  session& open();
  void set_up(session& fresh);
  std::string without_secret(std::string message) const;
  std::string application_name() const;

  options options_;
  std::shared_ptr<watchdog> dog_;
  std::string instance_;
  std::string owner_ = "-";
  std::unique_ptr<session> session_;
  bool in_transaction_ = false;  ///< one that is lost is not made anew halfway
  backoff pause_;
  std::string last_failure_;
  /// To a statement of the transaction, if that is more than any other has.
  std::chrono::milliseconds allowed_{};
};

/// How long a statement may take that goes through whole tables, be they ever so large.
inline constexpr std::chrono::seconds long_statement{3600};
/// And how long its transaction may pause: whoever tells of its progress may wait for a terminal.
inline constexpr std::chrono::seconds long_pause{300};

/// Ends by `commit`, or undoes everything.
class transaction {
 public:
  explicit transaction(connection& on);
  /// Each of its statements may take as long, for the server and for us, and not what others may.
  transaction(connection& on, std::chrono::seconds longest_statement);
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  ~transaction();
  void commit();

 private:
  void end();

  connection& on_;
  bool open_ = true;
};

}  // namespace rentwave::postgres
