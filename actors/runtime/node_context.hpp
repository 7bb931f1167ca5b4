// What all actors of a node share. Complete before the first of them is told to begin, and constant
// from then on.
#pragma once

#include <caf/actor.hpp>

#include <functional>
#include <memory>
#include <vector>

#include "actors/runtime/node.hpp"
#include "actors/runtime/protocol.hpp"
#include "actors/runtime/runtime_figures.hpp"

namespace rentwave {

struct node_context {
  node_options options;
  std::shared_ptr<const domain_clock> clock;
  routing_ptr routes;
  caf::actor writer;
  std::vector<caf::actor> readers;
  caf::actor keeper;   ///< writes photos' bytes, and nothing else
  caf::actor fetcher;  ///< a reader for photos' bytes alone
  std::shared_ptr<runtime_figures> figures;
  /// A partition's actor has come from one state to another.
  std::function<void(partition_id, door_state was, door_state is)> moved;
  /// Whether a partition is open here, as its actor told last.
  std::function<bool(partition_id)> is_open;

  /// Asked after an answer was computed and before it is sent: another node may have acknowledged
  /// what this one does not know.
  bool may_answer() const { return !options.may_answer || options.may_answer(); }

  std::shared_ptr<const event_names> held_back() const {
    return options.held_back ? options.held_back() : nullptr;
  }

  /// For one question, which is counted as waiting there from now on.
  const caf::actor& reader_for(partition_id partition) const {
    return take_reader(static_cast<std::size_t>(partition));
  }
  const caf::actor& take_reader(std::size_t number) const {
    number %= readers.size();
    ++figures->questions[number];
    return readers[number];
  }
  /// The same of the keeper.
  const caf::actor& take_keeper() const {
    ++figures->photo_questions;
    return keeper;
  }
  /// The same of the fetcher.
  const caf::actor& take_fetcher() const {
    ++figures->photo_fetches;
    return fetcher;
  }
};
using context_ptr = std::shared_ptr<const node_context>;

/// Sends the answer to a want to the entity that asked, as its command `answered`.
void send_home(const node_context& context, const command_envelope& asked, outcome answer);

}  // namespace rentwave
