// Every command of every entity, as one type: what an envelope carries.
#pragma once

#include <variant>

#include "actors/domain/account.hpp"
#include "actors/domain/audience.hpp"
#include "actors/domain/book.hpp"
#include "actors/domain/crier.hpp"
#include "actors/domain/estate.hpp"
#include "actors/domain/follower.hpp"
#include "actors/domain/inbox.hpp"
#include "actors/domain/keyed_request.hpp"
#include "actors/domain/listing.hpp"
#include "actors/domain/login.hpp"
#include "actors/domain/payment.hpp"
#include "actors/domain/postman.hpp"
#include "actors/domain/rental.hpp"
#include "actors/domain/session.hpp"
#include "actors/domain/topic.hpp"
#include "actors/domain/wallet.hpp"
#include "actors/domain/webhook.hpp"

namespace rentwave {

/// By the receiver's kind; `wake` and `answered` are alternatives of each kind's own variant. The
/// `type` of a command and the names of its members are how nodes of two releases understand each
/// other: never rename one.
using any_command =
    std::variant<login::command, account::command, session::command, listing::command,
                 book::command, rental::command, wallet::command, inbox::command, payment::command,
                 keyed_request::command, topic::command, audience::command, follower::command,
                 crier::command, estate::command, webhook::command, postman::command>;

}  // namespace rentwave
