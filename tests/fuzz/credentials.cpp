// Who asks: a line each of Cookie, Authorization, Origin, Sec-Fetch-Site, of a token's header and
// the rest its payload. The token is signed here, as nobody guesses a signature.
#include "http/credentials.hpp"

#include <sodium.h>

#include "http/ascii.hpp"
#include "http/digests.hpp"
#include "http/tokens.hpp"
#include "tests/fuzz/complaints.hpp"

namespace rentwave::fuzz {
namespace {

constexpr const char* secret = "a secret";
constexpr const char* our_origin = "https://rent.example";
constexpr instant now{std::chrono::days{20'000}};
constexpr std::size_t longest_token = 2048;

template <class Bytes>
std::string base64(const Bytes& bytes) {
  constexpr int form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), form), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), form);
  text.pop_back();  // the terminating zero
  return text;
}

void check_signed(const http::token_signer& signer, std::string_view header,
                  std::string_view payload) {
  auto token = base64(header) + '.' + base64(payload);
  token += '.' + base64(http::hmac_sha256(token, secret));
  const auto who = signer.verify(token, now);
  demand(who || who.error() != http::token_errc::forged || token.size() > longest_token,
         "what is signed is not forged");
  if (!who) return;
  const auto ours = signer.sign(*who, now, now + one_day);
  if (ours.size() > longest_token) return;
  const auto again = signer.verify(ours, now);
  demand(again && again->account == who->account && again->session == who->session &&
             again->username == who->username,
         "a token names whom it was signed for");
  demand(!signer.verify(ours, now + one_day), "a token ends");
  const auto signature = ours.rfind('.') + 1;
  for (const auto at :
       {payload.size() % ours.size(), signature + payload.size() % (ours.size() - signature)}) {
    auto changed = ours;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    demand(!signer.verify(changed, now), "a token that was changed is refused");
  }
}

void check_cookie(std::string_view header) {
  const auto value = http::cookie_of(header, "auth");
  if (value.empty()) return;
  demand(value.find(';') == value.npos, "a cookie ends at its semicolon");
  const auto alone = "a=1; auth=" + std::string{value} + ";auth=2";
  demand(http::cookie_of(alone, "auth") == value, "a cookie reads the same among others");
}

void check_token_in(const http::request& asked) {
  static const http::cors nobody;
  const auto token = http::token_in(asked, {our_origin}, nobody);
  if (!token) return check_complaint(token.error(), asked.header("origin"));
  const bool is_bearer = !asked.header("authorization").empty();
  const auto origin = asked.header("origin");
  if (!is_bearer && asked.method == http::verb::post && !origin.empty())
    demand(http::ascii::same_text(origin, our_origin), "no other page changes anything");
}

}  // namespace

void examine(std::string_view input) {
  static const http::token_signer signer{secret};
  http::request asked;
  for (const auto* name : {"cookie", "authorization", "origin", "sec-fetch-site"})
    asked.headers.emplace_back(name, take_line(input));
  check_cookie(asked.header("cookie"));
  demand(!signer.verify(asked.header("authorization"), now), "an unsigned token is refused");
  for (const auto method : {http::verb::get, http::verb::post}) {
    asked.method = method;
    check_token_in(asked);
  }
  const auto header = take_line(input);
  check_signed(signer, header, input);
}

}  // namespace rentwave::fuzz
