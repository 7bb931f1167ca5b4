// The members of the runtime's messages that travel between nodes: their JSON form. Included by
// wire_form.cpp and its tests; a new member of one of these structs has to be added here.
#pragma once

#include <boost/describe.hpp>

#include "actors/runtime/protocol.hpp"

namespace rentwave {

BOOST_DESCRIBE_STRUCT(query_envelope, (), (to, settled))

BOOST_DESCRIBE_STRUCT(watch_request, (), (entities, everything))
BOOST_DESCRIBE_STRUCT(watch_answer, (), (begun, everything_begun, is_full))
BOOST_DESCRIBE_STRUCT(news, (), (entities, everything, ended, partition))

BOOST_DESCRIBE_STRUCT(look_request, (), (entity))
BOOST_DESCRIBE_STRUCT(restart_budget::quarantined, (), (entity, reason, since))
BOOST_DESCRIBE_STRUCT(entity_place, (), (is_awake, quarantine))

BOOST_DESCRIBE_STRUCT(release_order, (), (entity))
BOOST_DESCRIBE_STRUCT(replay_order, (), (subscription, entity))

// Without `entities`, which is a map by kind: that is a list beside it.
BOOST_DESCRIBE_STRUCT(partition_report::subscription, (), (name, position, latest, parked, letters))
BOOST_DESCRIBE_STRUCT(partition_report, (),
                      (partition, open, is_suspended, quarantined, quarantine, alarms, wakes,
                       alarm_lag, kept, subscriptions))

}  // namespace rentwave
