#include "persistence/command_codec.hpp"

#include "actors/domain/kinds.hpp"
#include "persistence/event_form.hpp"

namespace rentwave {
namespace {

/// One entry for each schema of a command that was ever left behind; none yet.
constexpr event_form::upcasters known_upcasters{};

}  // namespace

encoded_command encode_command(const any_command& body) {
  return std::visit(
      [](const auto& to_a_kind) {
        auto form = event_form::encode(to_a_kind);
        return encoded_command{form.type, form.schema, std::move(form.data)};
      },
      body);
}

journal_result<any_command> decode_command(entity_kind to, std::string_view type, int schema,
                                           std::string_view data) {
  return with_command_of(to, [&](auto kind) -> journal_result<any_command> {
    using command = typename decltype(kind)::type;
    auto read = event_form::decode<command>(known_upcasters, type, schema, data);
    if (!read) return read.error();
    return any_command{std::move(*read)};
  });
}

}  // namespace rentwave
