#include "tests/simulation/reads.hpp"

namespace rentwave::simulation {

void reads::look(nodes& where, const entity_ref& what, std::int64_t at_least, bool settled) {
  const int through = where.choose();
  open_.push_back({what, at_least, through, where.query(through, what, settled)});
}

void reads::collect(const model& all, const told& tell) {
  for (const auto& one : open_) {
    const auto* view = one.answer.value();
    if (!view) continue;
    ++count_;
    const auto version = (*view)->version;
    tell("read " + to_string(one.what) + ' ' + std::to_string(version));
    if (version < one.at_least) throw violation{one.what, "a read of an old state"};
    if (version > all.versions.at(one.what))
      throw violation{one.what, "a read of a state that is not durable"};
  }
  std::erase_if(open_, [](const auto& one) { return one.answer.done(); });
}

void reads::give_up(int through) {
  std::erase_if(open_, [through](const auto& one) { return one.through == through; });
}

void reads::check_all_answered() const {
  if (!open_.empty()) throw violation{open_[0].what, "a read never had an answer"};
}

}  // namespace rentwave::simulation
