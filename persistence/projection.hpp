// Events into read-model rows: pure, the same for every journal, and run again by `rentwave
// reindex`.
#pragma once

#include <cstdint>
#include <vector>

#include "actors/domain/commands.hpp"
#include "persistence/read_models.hpp"

namespace rentwave {

/// Where and when the event happened.
struct event_place {
  const entity_ref& entity;
  std::int64_t version = 0;
  instant time;
};

/// Adds the rows that the event changes.
void project(const event_place& at, const login::event& event, std::vector<row_change>& rows);
void project(const event_place& at, const account::event& event, std::vector<row_change>& rows);
void project(const event_place& at, const session::event& event, std::vector<row_change>& rows);
void project(const event_place& at, const listing::event& event, std::vector<row_change>& rows);
void project(const event_place& at, const book::event& event, std::vector<row_change>& rows);
void project(const event_place& at, const rental::event& event, std::vector<row_change>& rows);
void project(const event_place& at, const wallet::event& event, std::vector<row_change>& rows);
void project(const event_place& at, const inbox::event& event, std::vector<row_change>& rows);
void project(const event_place& at, const keyed_request::event& event,
             std::vector<row_change>& rows);
void project(const event_place& at, const topic::event& event, std::vector<row_change>& rows);
void project(const event_place& at, const audience::event& event, std::vector<row_change>& rows);
void project(const event_place& at, const follower::event& event, std::vector<row_change>& rows);
void project(const event_place& at, const webhook::event& event, std::vector<row_change>& rows);

}  // namespace rentwave
