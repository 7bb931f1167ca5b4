#include "actors/runtime/topics.hpp"

#include <string>
#include <string_view>

#include "actors/domain/topic_name.hpp"
#include "actors/runtime/happened.hpp"
#include "actors/runtime/sentences.hpp"

namespace rentwave {
namespace {

/// Collects what topics are told about one event.
struct announcer {
  const stored_event& event;
  account_id owner;
  inbox::notice what;
  std::vector<effect> effects;

  void tell(const char* key, std::string topic) {
    const auto about = derive_id<command_id>(
        command_id{}, to_string(event.entity) + "/announced/" + std::to_string(event.version));
    auto to = topic_ref(topic);
    effects.push_back({key, std::move(to),
                       topic::command{topic::announce{std::move(topic), about, owner, what}}});
  }
};

announcer about(const stored_event& event, listing_id listing, account_id owner,
                std::optional<std::string> isbn, std::string text) {
  announcer made{event, owner, {}, {}};
  made.what.type = event.type;
  made.what.time = event.time;
  made.what.text = std::move(text);
  made.what.listing = listing;
  made.what.isbn = std::move(isbn);
  return made;
}

std::string where(const offer& content) {
  return content.where.city.empty() ? "" : " in " + content.where.city;
}

std::string text_of(const offer& content) {
  if (const auto* book = std::get_if<book_details>(&content.item))
    return "A new book" + where(content) + ": " + in_quotes(content.title) +
           (book->author.empty() ? "" : ", by " + book->author) + '.';
  return "A new " + topic_of(content.kind()) + where(content) + ": " + in_quotes(content.title) +
         '.';
}

template <item_kind Kind>
std::vector<effect> effects_of(const stored_event& event, const listing::added<Kind>& added) {
  const auto isbn = added.content.isbn();
  auto to = about(event, added.id, added.owner, isbn, text_of(added.content));
  to.tell("kind", topic_of(Kind));
  if (isbn) to.tell("isbn", topic_of_isbn(*isbn));
  to.tell("owner", topic_of(added.owner));
  return std::move(to.effects);
}

std::vector<effect> effects_of(const stored_event& event, const listing::freed& freed) {
  auto to = about(event, freed.id, freed.owner, freed.isbn,
                  in_quotes(freed.title) + " can be rented again.");
  to.tell("listing", topic_of(freed.id));
  return std::move(to.effects);
}

template <class Event>
std::vector<effect> effects_of(const stored_event&, const Event&) {
  return {};
}

/// So that what nobody is told of is not even read.
bool is_news(std::string_view type) {
  return type.ends_with(".add") || type == listing::freed::type;
}

}  // namespace

std::vector<effect> announce(const stored_event& event) {
  if (event.entity.kind != entity_kind::listing || !is_news(event.type)) return {};
  return std::visit([&](const auto& e) { return effects_of(event, e); },
                    happened_in<listing::event>(event));
}

}  // namespace rentwave
