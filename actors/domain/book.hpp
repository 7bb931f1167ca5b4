// A book, identified by its ISBN-13: what all adverts of the same work hang on. It belongs to
// nobody; title and author are those of the first advert.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/domain/decision.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/outcome.hpp"

namespace rentwave {
struct want;
}

namespace rentwave::book {

// --- commands ---

struct attach {
  static constexpr std::string_view type = "book/attach";
  std::string isbn;
  listing_id listing;
  std::string title;
  std::string author;
};
BOOST_DESCRIBE_STRUCT(attach, (), (isbn, listing, title, author))
struct detach {
  static constexpr std::string_view type = "book/detach";
  listing_id listing;
};
BOOST_DESCRIBE_STRUCT(detach, (), (listing))

using command = std::variant<attach, detach, answered, wake>;

// --- events ---

struct attached {
  static constexpr std::string_view type = "isbn.attach";
  std::string isbn;
  listing_id listing;
  std::string title;
  std::string author;
};
BOOST_DESCRIBE_STRUCT(attached, (), (isbn, listing, title, author))
struct detached {
  static constexpr std::string_view type = "isbn.detach";
  listing_id listing;
};
BOOST_DESCRIBE_STRUCT(detached, (), (listing))

using event = std::variant<attached, detached>;

// --- state ---

struct state {
  using command_type = command;
  using event_type = event;

  std::string isbn;  ///< empty until the first advert
  std::string title;
  std::string author;
  std::int64_t adverts = 0;  ///< attached and not detached; which ones, a read model knows
};
BOOST_DESCRIBE_STRUCT(state, (), (isbn, title, author, adverts))

// --- the entity's functions (design.md section 4) ---

/// Refuses nothing. It counts adverts without knowing them, so a repeat is known only by the
/// command's id, and a listing never has two of its commands under way here.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
std::vector<want> wants(const state& now);
std::optional<instant> alarm(const state& now);
outcome reply(const state& after, const std::vector<event>& events);

}  // namespace rentwave::book
