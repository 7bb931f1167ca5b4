#include "http/tokens.hpp"

#include <sodium.h>
#include <jwt/jwt.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "http/digests.hpp"
#include "http/fields.hpp"

namespace rentwave::http {
namespace {

constexpr std::size_t max_token = 2048;
constexpr std::size_t key_name_length = 16;

std::int64_t seconds_of(instant when) {
  return std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count();
}

/// That second, or the last that there is.
instant instant_of(std::int64_t seconds) {
  const auto last_s = seconds_of(instant::max());
  return instant{std::chrono::seconds{std::min(seconds, last_s)}};
}

/// The compact serialisation (RFC 7515 section 7.1): three parts of base64url.
bool has_form(std::string_view token) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return token.size() <= max_token && std::ranges::count(token, '.') == 2 &&
         std::ranges::all_of(token, is_allowed);
}

struct claims {
  identity who;
  std::int64_t expires_at_s = 0;
};

constexpr const char* scope_claim = "scope";

/// Names apart by a space, as in RFC 8693 section 4.2.
std::string scopes_text(const std::vector<scope>& scopes) {
  std::string text;
  for (const auto each : scopes) text.append(text.empty() ? "" : " ").append(name_of(each));
  return text;
}

/// What is not known here comes of a later release, and is good for nothing.
std::vector<scope> scopes_in(std::string_view text) {
  std::vector<scope> scopes;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (const auto one = named<scope>(std::string{text.substr(0, end)})) scopes.push_back(*one);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return scopes;
}

std::optional<claims> claims_of(const nlohmann::json& payload) {
  const auto text = [&payload](const char* name) {
    const auto found = payload.find(name);
    return found != payload.end() && found->is_string() ? found->get<std::string>() : std::string{};
  };
  const auto account = parse_id<account_id>(text("sub"));
  const auto session = parse_id<session_id>(text("sid"));
  const auto expires = payload.find("exp");
  if (!account || !session || expires == payload.end() || !expires->is_number_integer())
    return std::nullopt;
  claims found{{*account, *session, text("name"), {}, {}}, expires->get<std::int64_t>()};
  if (const auto scopes = payload.find(scope_claim); scopes != payload.end()) {
    if (!scopes->is_string()) return std::nullopt;
    found.who.program = scopes_in(text(scope_claim));
  }
  return found;
}

/// Whether the last part signs what comes before it (RFC 7515 section 5.2). Beforehand, and not
/// left to the library: that parses first and compares in a time that tells how much was right.
bool is_signed(std::string_view token, std::string_view secret) {
  const auto end = token.rfind('.');
  const auto coded = token.substr(end + 1);
  std::array<unsigned char, digest{}.size() + 1> given;  // one more: what is longer is no signature
  std::size_t size = 0;
  constexpr int form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  if (sodium_base642bin(given.data(), given.size(), coded.data(), coded.size(), nullptr, &size,
                        nullptr, form) != 0)
    return false;
  return same_digest(hmac_sha256(token.substr(0, end), secret), std::span{given.data(), size});
}

}  // namespace

token_signer::token_signer(std::string secret)
    : secret_(std::move(secret)),
      key_name_(sha256_hex("rentwave token key\n" + secret_).substr(0, key_name_length)) {}

std::string token_signer::sign(const identity& who, instant issued_at, instant expires_at) const {
  jwt::jwt_object token{jwt::params::algorithm("HS256"), jwt::params::secret(secret_)};
  token.header().add_header("kid", key_name_);
  token.add_claim("sub", to_string(who.account))
      .add_claim("sid", to_string(who.session))
      .add_claim("name", who.username)
      .add_claim("iat", seconds_of(issued_at))
      .add_claim("exp", seconds_of(expires_at));
  if (who.program) token.add_claim(scope_claim, scopes_text(*who.program));
  return token.signature();
}

boost::system::result<identity, token_errc> token_signer::verify(std::string_view token,
                                                                 instant now) const {
  if (!has_form(token)) return token_errc::malformed;
  if (!is_signed(token, secret_)) return token_errc::forged;
  try {
    // To verify is ours: the library's look at `exp` uses the system's clock, and makes an integer
    // of whatever number stands there.
    std::error_code error;
    const jwt::string_view text{token.data(), token.size()};
    const auto read =
        jwt::decode(text, jwt::params::algorithms({"HS256"}), error, jwt::params::verify(false));
    if (error || read.header().algo() != jwt::algorithm::HS256) return token_errc::malformed;
    auto found = claims_of(read.payload().create_json_obj());
    if (!found) return token_errc::malformed;
    if (found->expires_at_s <= seconds_of(now)) return token_errc::expired;
    found->who.until = instant_of(found->expires_at_s);
    return std::move(found->who);
  } catch (...) {
    // The library throws what its JSON library throws for members of unexpected types.
    return token_errc::malformed;
  }
}

journal_result<std::string> load_token_secret(journal& where) {
  return where.pin("token-secret", random_hex());
}

}  // namespace rentwave::http
