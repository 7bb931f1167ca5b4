// What operators may ask of the running node, behind `/api/admin` and the role that it needs. One a
// server, or none; used from all of its io threads.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "http/backend.hpp"
#include "http/cluster_office.hpp"

namespace rentwave {
struct journal_figures;
struct runtime_figures;
}  // namespace rentwave

namespace rentwave::http {

class operations {
 public:
  virtual ~operations() = default;

  /// The node that this is.
  struct life {
    std::string owner;   ///< its name and this life's, as owner of partitions
    instant started_at;  ///< real time
  };
  virtual const life& here() const = 0;

  /// A program of an administrator's is none.
  virtual bool is_admin(const identity& who) const = 0;
  /// Names of administrators are given out to whoever knows the set-up token, where there is one
  /// (design.md section 13).
  virtual bool may_register(std::string_view username, std::string_view setup_token) const = 0;

  /// What the journal's connections have counted; null where nobody counts.
  virtual const journal_figures* journal_counted() const = 0;
  /// What the node's actors have counted; null where nobody counts.
  virtual const runtime_figures* runtime_counted() const = 0;
  /// What requests wait for: answers of entities and readers, and hashes of passwords.
  struct waits {
    std::size_t answers = 0;
    std::size_t passwords = 0;
  };
  virtual waits waiting() const = 0;

  /// By partition, wherever it is; null for one that does not answer within a moment.
  virtual boost::asio::awaitable<std::vector<report_ptr>> reports() = 0;
  /// Of those that this node has.
  virtual boost::asio::awaitable<std::vector<report_ptr>> reports_here() { return reports(); }
  virtual partition_id partition_of(const entity_ref& entity) const = 0;
  /// Whether an entity is awake, or in quarantine; does not wake it.
  virtual boost::asio::awaitable<answer<place_ptr>> look(entity_ref entity) = 0;
  /// Lets an entity out of quarantine. Why not; empty: it is out.
  virtual boost::asio::awaitable<answer<std::string>> release(entity_ref entity) = 0;
  /// Has the dead letters of an entity's events tried again. Why the first that failed did so;
  /// empty: none is left.
  virtual boost::asio::awaitable<answer<std::string>> replay(std::string subscription,
                                                             entity_ref entity) = 0;

  /// Null: the journal has this node alone.
  virtual const cluster_office* cluster() const { return nullptr; }
  /// Has the node of this name give up its partitions, or take its share again: that it began. 404
  /// for none of that name.
  virtual boost::asio::awaitable<answer<bool>> set_draining(std::string, bool) {
    co_return not_found("There is no such node.");
  }
};

}  // namespace rentwave::http
