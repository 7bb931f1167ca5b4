#include "actors/domain/book.hpp"

#include "actors/domain/want.hpp"

namespace rentwave::book {
namespace {

using events = std::vector<event>;
using answer = decision<event>;

answer handle(const state&, const attach& c, const context&) {
  return events{attached{c.isbn, c.listing, c.title, c.author}};
}

answer handle(const state& s, const detach& c, const context&) {
  return s.adverts > 0 ? events{detached{c.listing}} : events{};
}

answer handle(const state&, const answered&, const context&) {
  return events{};
}
answer handle(const state&, const wake&, const context&) {
  return events{};
}

void apply(state& s, const attached& e) {
  if (s.isbn.empty()) {
    s.isbn = e.isbn;
    s.title = e.title;
    s.author = e.author;
  }
  ++s.adverts;
}

void apply(state& s, const detached&) {
  if (s.adverts > 0) --s.adverts;
}

}  // namespace

decision<event> decide(const state& before, const command& asked, const context& given) {
  return std::visit([&](const auto& c) { return handle(before, c, given); }, asked);
}

state evolve(state before, const event& happened) {
  std::visit([&before](const auto& e) { apply(before, e); }, happened);
  return before;
}

std::vector<want> wants(const state&) {
  return {};
}

std::optional<instant> alarm(const state&) {
  return std::nullopt;
}

outcome reply(const state&, const std::vector<event>&) {
  return accepted{};
}

}  // namespace rentwave::book
