// Photos of adverts: shown and taken away by their owner, read by anybody. A photo's bytes are
// stored before the advert is told of it, so that it never shows what is not there; what no advert
// shows is swept away in time.
#include <nlohmann/json.hpp>

#include <variant>

#include "http/advert_text.hpp"
#include "http/digests.hpp"
#include "http/idempotency.hpp"
#include "http/photos/photo_bytes.hpp"
#include "http/problems.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/views.hpp"

namespace rentwave::http {
namespace {

constexpr const char* whose_photos = "Only its owner chooses an advert's photos.";

/// The address follows from the bytes.
constexpr const char* for_ever = "public, max-age=31536000, immutable";

problem no_such_photo() {
  return not_found("There is no such photo.");
}

/// The advert has no room: its bytes are not kept, and it must not be shown.
struct no_room {};
using upload = std::variant<photo, photo_fault, no_room>;

problem too_many_photos() {
  return to_problem(
      refusal{refusal_code::too_many_photos, "An advert has at most eight photos.", {}});
}

problem no_photo(const photo_fault& why) {
  if (why.code == photo_errc::unknown_form)
    return make_problem(415, "unsupported_media_type", "Unsupported media type", why.detail);
  return invalid({{"body", why.code == photo_errc::damaged ? "format" : "range", why.detail}});
}

/// Looks through the bytes and keeps them, but not for an advert that will refuse them.
journal_result<upload> store(journal& in, const std::string& bytes, const listing::state& advert,
                             instant now) {
  auto looked_at = examine_photo(bytes);
  if (!looked_at) return upload{looked_at.error()};
  stored_photo kept{looked_at->type, std::move(looked_at->bytes)};
  const photo made{photo_id{sha256(kept.bytes)}, kept.type, looked_at->width, looked_at->height,
                   std::ssize(kept.bytes)};
  const bool has_room = advert.photos.size() < listing::max_photos || photo_of(advert, made.id);
  if (!has_room) return upload{no_room{}};
  if (const auto put = in.put_photo(made.id, kept, now); !put) return put.error();
  return upload{made};
}

answering show(backend& api, const request& asked, const view_ptr& advert) {
  // Of its own: the request may be over before its turn comes.
  auto question = [bytes = std::make_shared<const std::string>(asked.body), advert,
                   now = api.clock().real_now()](journal& in) {
    return store(in, *bytes, advert->as<listing::state>(), now);
  };
  const auto kept = co_await api.keep(std::move(question));
  if (!kept) co_return to_response(kept.error(), asked);
  if (const auto* why = std::get_if<photo_fault>(&*kept))
    co_return to_response(no_photo(*why), asked);
  // Though it may have room by now.
  if (std::holds_alternative<no_room>(*kept)) co_return to_response(too_many_photos(), asked);
  const auto& made = std::get<photo>(*kept);
  auto command = as_command<listing::command>(listing::add_photo{made});
  const auto sent = co_await api.send(asked, advert->ref, std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);
  co_return created(photo_json(made), photo_path(made.id));
}

}  // namespace

/// The same bytes again are the same photo, also without an Idempotency-Key.
answering post_photo(backend& api, const request& asked) {
  const auto view = co_await own_advert_in_path(api, asked, whose_photos);
  if (!view) co_return to_response(view.error(), asked);
  const creating show_it = [&](const creation&) { return show(api, asked, *view); };
  co_return co_await once(api, asked, show_it);
}

answering delete_photo(backend& api, const request& asked) {
  const auto view = co_await own_advert_in_path(api, asked, whose_photos);
  if (!view) co_return to_response(view.error(), asked);
  const auto id = id_in_path<photo_id>(asked, 1);
  if (!id || !photo_of((*view)->as<listing::state>(), *id))
    co_return to_response(not_found("The advert shows no such photo."), asked);
  auto command = as_command<listing::command>(listing::remove_photo{*id});
  const auto sent = co_await api.send(asked, (*view)->ref, std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);
  co_return no_content();
}

/// Only who gets the bytes has them read, and apart from what everybody waits for.
answering get_photo(backend& api, const request& asked) {
  const auto id = id_in_path<photo_id>(asked);
  if (!id) co_return to_response(no_such_photo(), asked);
  const auto tag = '"' + to_string(*id) + '"';
  response made;
  made.headers.emplace_back("ETag", tag);
  made.headers.emplace_back("Cache-Control", for_ever);
  const bool has_it = client_has(asked, tag);
  if (has_it || asked.method == verb::head) {
    auto question = [id = *id](journal& in) { return in.find_photo(id); };
    const auto found = co_await api.read(std::move(question));
    if (!found) co_return to_response(found.error(), asked);
    if (!*found) co_return to_response(no_such_photo(), asked);
    if (has_it) made.status = 304;
    made.content_type = media_type_of((*found)->type);
    made.length_of_head = static_cast<std::size_t>((*found)->bytes);
    co_return made;
  }
  auto question = [id = *id](journal& in) { return in.get_photo(id); };
  auto found = co_await api.fetch(std::move(question));
  if (!found) co_return to_response(found.error(), asked);
  if (!*found) co_return to_response(no_such_photo(), asked);
  made.content_type = media_type_of((*found)->type);
  made.body = std::move((*found)->bytes);
  co_return made;
}

}  // namespace rentwave::http
