// Registering, and what everybody may see of a person.
#include <nlohmann/json.hpp>

#include "http/idempotency.hpp"
#include "http/login_throttle.hpp"
#include "http/operations.hpp"
#include "http/passwords.hpp"
#include "http/resources/account_handlers.hpp"
#include "http/resources/account_steps.hpp"
#include "persistence/codec.hpp"

namespace rentwave::http {
namespace {

using boost::asio::awaitable;

struct registration {
  std::string username;
  std::string digest;
  profile_fields profile;
  std::string setup_token;  ///< for the names of administrators

  /// People without another name are called by their username.
  std::string display_name() const { return profile.display_name.value_or(username); }
};

answer<registration> read_registration(const request& asked) {
  auto body = field_reader::over(asked);
  if (!body) return body.error();
  registration read;
  const auto name = body->text("username");
  read.digest = password_digest(*body, "password");
  read.profile = read_profile(*body);
  if (const auto normal = login::normalise_username(name))
    read.username = *normal;
  else if (!name.empty())
    body->refuse("username", "format", "3 to 32 letters, digits, '_', '.' or '-' of ASCII.");
  read.setup_token = body->optional_text("setup_token", {.min = 0, .max = 100}).value_or("");
  if (const auto wrong = body->failure()) return *wrong;
  return read;
}

problem setup_token_required() {
  return make_problem(403, "setup_token_required", "Set-up token required",
                      "This name is an administrator's: it needs the setup_token that the operator"
                      " finds in a file.");
}

problem username_taken() {
  return to_problem(refusal{refusal_code::username_taken, "Somebody else has this name.", {}});
}

/// How the login was made, if this command made it.
awaitable<answer<std::optional<login::signed_up>>> signed_up_by(backend& api,
                                                                const std::string& name,
                                                                command_id command) {
  auto question = [where = login_ref(name), command](journal& in) {
    return in.find_command(where, command);
  };
  const auto found = co_await api.read(std::move(question));
  if (!found) co_return found.error();
  if (found->empty()) co_return std::optional<login::signed_up>{};
  const auto& first = found->front();
  const auto event = decode<login::event>(first.type, first.schema, first.data);
  if (!event) co_return to_problem(event.error());
  const auto* made = std::get_if<login::signed_up>(&*event);
  co_return made ? std::optional{*made} : std::nullopt;
}

/// Nothing when this is the password of the first registration. Guesses count as those at a login
/// do; that it fits forgives none, as it may have been changed since.
awaitable<std::optional<problem>> why_not_first(backend& api, const request& asked,
                                                const registration& now, std::string hash) {
  auto* throttle = api.throttle();
  std::optional<login_throttle::attempt> attempt;
  if (throttle) {
    auto begun =
        throttle->begin_login(now.username, asked.remote_address, login_throttle::clock::now());
    if (!begun) co_return std::move(begun).error();
    attempt = *std::move(begun);
  }
  auto digest = now.digest;
  const auto fits = co_await api.check_password(asked, std::move(digest), std::move(hash));
  if (fits && !*fits) co_return idempotency_mismatch();
  if (attempt) throttle->login_came_to_nothing(*attempt);
  if (!fits) co_return fits.error();
  co_return std::nullopt;
}

/// Nothing when the registration under the same Idempotency-Key said the same. `hash` is ours, if
/// we made one: the first registration need not check its own password.
awaitable<std::optional<problem>> why_not_the_same(backend& api, const request& asked,
                                                   const registration& now, command_id command,
                                                   std::string hash) {
  const auto first = co_await signed_up_by(api, now.username, command);
  if (!first) co_return first.error();
  const auto& before = *first;
  if (!before || before->display_name.text != now.display_name() ||
      before->email.text != now.profile.email.value_or("") ||
      before->address.text != now.profile.address.value_or(""))
    co_return idempotency_mismatch();
  if (before->password_hash.text == hash) co_return std::nullopt;
  co_return co_await why_not_first(api, asked, now, before->password_hash.text);
}

/// Makes the login, or finds that this very request made it before.
awaitable<std::optional<problem>> sign_up(backend& api, const request& asked,
                                          const registration& person, const creation& ids) {
  const auto where = login_ref(person.username);
  const auto before = co_await api.view(where);
  if (!before) co_return before.error();
  const auto& there = (*before)->as<login::state>();
  const account_id account{ids.entity};
  if (!there.username.empty()) {
    if (!ids.command || there.account != account) co_return username_taken();
    co_return co_await why_not_the_same(api, asked, person, *ids.command, {});
  }
  const auto* operators = api.operators();
  if (operators && !operators->may_register(person.username, person.setup_token))
    co_return setup_token_required();
  const auto hash = co_await api.hash_password(asked, person.digest);
  if (!hash) co_return hash.error();
  auto command = as_command<login::command>(login::sign_up{person.username,
                                                           account,
                                                           {*hash},
                                                           {person.display_name()},
                                                           {person.profile.email.value_or("")},
                                                           {person.profile.address.value_or("")}});
  const auto sent = co_await api.send(asked, where, std::move(command), ids.command);
  if (!sent) co_return sent.error();
  if (!ids.command) co_return std::nullopt;
  // Another request under this key may have come between.
  co_return co_await why_not_the_same(api, asked, person, *ids.command, *hash);
}

}  // namespace

awaitable<response> post_user(backend& api, const request& asked) {
  const auto person = read_registration(asked);
  if (!person) co_return to_response(person.error(), asked);
  const auto ids = creation_for(api, asked, person->username);
  if (!ids) co_return to_response(ids.error(), asked);
  if (auto* throttle = api.throttle())
    if (const auto why =
            throttle->why_no_registration(asked.remote_address, login_throttle::clock::now()))
      co_return to_response(*why, asked);
  const auto failed = co_await sign_up(api, asked, *person, *ids);
  if (failed) co_return to_response(*failed, asked);

  // Once the login owes nothing any more the account is there.
  const auto login = co_await api.settled_view(login_ref(person->username));
  if (!login) co_return to_response(login.error(), asked);
  auto shown = co_await profile_of(api, (*login)->as<login::state>());
  if (!shown) co_return to_response(shown.error(), asked);
  // As it was then: a repeat may come after the account has another password, and say what is
  // nobody's business who knows the first.
  shown->display_name.text = person->display_name();
  shown->email.text = person->profile.email.value_or("");
  shown->address.text = person->profile.address.value_or("");
  co_return created(profile_json(*shown), "/api/users/" + to_string(shown->id));
}

awaitable<response> get_user(backend& api, const request& asked) {
  const auto account = id_in_path<account_id>(asked);
  if (!account) co_return to_response(not_found("There is no such user."), asked);
  const auto found = co_await person_of(api, *account);
  if (!found) co_return to_response(found.error(), asked);
  co_return json_response(200, public_profile_json((*found)->as<account::state>()));
}

}  // namespace rentwave::http
