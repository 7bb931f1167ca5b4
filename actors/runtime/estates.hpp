// What accounts ask of the journal itself when a person is suspended or leaves: which adverts there
// are, whether something is open, and that the key of the personal fields be destroyed. It is asked
// like an entity, and keeps nothing; what fails has no answer, and the account asks again.
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <memory>

#include "actors/domain/estate.hpp"
#include "actors/domain/outcome.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

/// A page of the person's adverts, switched off ones too.
journal_result<outcome> survey_adverts(journal& in, const estate::survey& asked);
/// `accepted`, or the refusal that names what is open: a rental on either side, or money that a
/// rental that is over has not brought to the person's wallet yet.
journal_result<outcome> check_nothing_open(journal& in, const estate::check& asked);

/// Has the readers answer. The context is complete when the first message arrives.
caf::actor spawn_estates(caf::actor_system& system,
                         std::shared_ptr<const struct node_context> context);

}  // namespace rentwave
