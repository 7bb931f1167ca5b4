// Brings notices to webhooks: finds the next one that a webhook has to post, has a courier carry it
// outside, and tells the webhook how it went. Never more at the same time than
// `node_options::posts`, and to one receiver `posts_a_receiver`, so that one that is slow or dead
// does not hold up the others.
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "actors/domain/ids.hpp"
#include "actors/domain/outcome.hpp"
#include "persistence/read_models.hpp"

namespace rentwave {

/// One notice for one receiver.
struct posting {
  std::string url;
  std::string secret;
  command_id delivery;  ///< the same when it is posted again
  instant sent_at;      ///< real time
  trace_id trace;       ///< of what made the webhook owe it
  notice_row what;
};

/// The way to receivers. It looks at the URL again: the rules may have changed since it was taken.
class courier {
 public:
  /// Nothing: the receiver has taken it.
  using done = std::function<void(std::optional<post_failure>)>;

  virtual ~courier() = default;
  /// Does not block. Calls `tell` once, from any thread, after half a minute at most; not at all
  /// when it was stopped.
  virtual void carry(posting what, done tell) = 0;
};

/// The context is complete when the first message arrives. Without a courier nothing is posted, and
/// webhooks go on asking.
caf::actor spawn_postman(caf::actor_system& system,
                         std::shared_ptr<const struct node_context> context);

}  // namespace rentwave
