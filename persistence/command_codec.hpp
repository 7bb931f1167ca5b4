// The JSON form of commands, as nodes send them to each other (design.md section 8): that of
// events, by the same templates. An unknown member is ignored and an absent one keeps its default,
// so that the nodes of releases N-1 and N+1 understand each other.
#pragma once

#include <string>
#include <string_view>

#include "actors/domain/commands.hpp"
#include "actors/domain/entity.hpp"
#include "persistence/journal_error.hpp"

namespace rentwave {

struct encoded_command {
  std::string_view type;  ///< "rental/extend"
  int schema = 1;
  std::string data;
};

/// Personal fields are not sealed: this is not for storing.
encoded_command encode_command(const any_command& body);

/// A command to an entity of this kind. Errors: corrupt (a type that this kind does not know, or
/// data that does not fit), too_new (a schema after ours).
journal_result<any_command> decode_command(entity_kind to, std::string_view type, int schema,
                                           std::string_view data);

}  // namespace rentwave
