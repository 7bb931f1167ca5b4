// Which process a node is, in a word that others on the same machine can look up: so a node that
// was killed is told from one that is silent, without waiting for its lease (docs/decisions/0031).
// From other machines nothing can be told.
#pragma once

#include <string>
#include <string_view>

namespace rentwave {

/// This one: the boot of its machine, its PID namespace, its PID and when it began. Empty when the
/// system does not say.
std::string this_process();

/// It ran on this machine, under this boot and in this PID namespace, and does not live any more.
/// False as soon as there is any doubt.
bool has_certainly_ended(std::string_view process);

}  // namespace rentwave
