// Entities that throw on demand, and what their callers are told.
#pragma once

#include "tests/runtime/failing_machine.hpp"
#include "tests/runtime/world.hpp"

namespace rentwave::testing {

/// The entities of this kind throw at the next `times` commands, all together.
inline node_options with_throwing(entity_kind kind, std::shared_ptr<int> times) {
  node_options options;
  options.partitions = 4;
  options.machines = [kind, times](const entity_ref& entity) -> std::unique_ptr<machine> {
    if (entity.kind != kind) return make_machine(entity);
    return std::make_unique<failing_machine>(
        make_machine(entity), [times](const any_command&) { return *times > 0 && (*times)-- > 0; });
  };
  return options;
}

inline bool is_accepted(const pending<outcome>& what) {
  return what.value() && std::holds_alternative<accepted>(*what.value());
}

template <class T>
runtime_errc code_of(const pending<T>& waiting) {
  if (!waiting.failed()) return runtime_errc::none;
  return static_cast<runtime_errc>(std::get<caf::error>(**waiting.slot).code());
}

}  // namespace rentwave::testing
