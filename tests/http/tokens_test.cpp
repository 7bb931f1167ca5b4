#include "http/tokens.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include "http/digests.hpp"
#include "persistence/journal.hpp"

namespace rentwave::http {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const instant now{std::chrono::sys_days{std::chrono::year{2024} / 5 / 1}};
const std::string secret(64, 'a');

identity somebody() {
  return {*parse_id<account_id>("01900000-0000-7000-8000-000000000001"),
          *parse_id<session_id>("01900000-0000-7000-8000-000000000002"), "ada"};
}

std::string base64(std::string_view text) {
  constexpr int form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string coded(sodium_base64_encoded_len(text.size(), form), '\0');
  sodium_bin2base64(coded.data(), coded.size(), reinterpret_cast<const unsigned char*>(text.data()),
                    text.size(), form);
  coded.pop_back();  // the terminating zero
  return coded;
}

std::vector<std::string> parts_of(const std::string& token) {
  const auto first = token.find('.');
  const auto second = token.rfind('.');
  return {token.substr(0, first), token.substr(first + 1, second - first - 1),
          token.substr(second + 1)};
}

class Token : public ::testing::Test {
 protected:
  boost::system::result<identity, token_errc> verify(std::string_view token,
                                                     instant at = now) const {
    return signer.verify(token, at);
  }
  /// Why it is refused; fails when it is not.
  token_errc refusal_of(std::string_view token, instant at = now) const {
    const auto found = verify(token, at);
    EXPECT_FALSE(found) << token;
    return found ? token_errc{} : found.error();
  }

  token_signer signer{secret};
  std::string good = signer.sign(somebody(), now, now + hours{1});
};

TEST_F(Token, names_account_and_session) {
  const auto found = verify(good);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->account, somebody().account);
  EXPECT_EQ(found->session, somebody().session);
  EXPECT_EQ(found->username, "ada");
}

TEST_F(Token, names_its_key_but_not_the_secret) {
  std::string header(200, '\0');
  std::size_t size = 0;
  const auto coded = parts_of(good)[0];
  ASSERT_EQ(sodium_base642bin(reinterpret_cast<unsigned char*>(header.data()), header.size(),
                              coded.data(), coded.size(), nullptr, &size, nullptr,
                              sodium_base64_VARIANT_URLSAFE_NO_PADDING),
            0);
  header.resize(size);
  EXPECT_NE(header.find("\"kid\""), std::string::npos) << header;
  EXPECT_EQ(header.find(secret.substr(0, 16)), std::string::npos) << header;
}

TEST_F(Token, of_a_program_says_what_it_is_good_for) {
  auto bot = somebody();
  bot.program = {scope::read, scope::wallet};
  const auto found = verify(signer.sign(bot, now, now + hours{1}));
  ASSERT_TRUE(found && found->program);
  EXPECT_EQ(found->program, bot.program);
  EXPECT_EQ(found->until, now + hours{1});
  EXPECT_FALSE(verify(good)->program) << "a person's";

  // Without any right it is still no person's.
  bot.program->clear();
  const auto powerless = verify(signer.sign(bot, now, now + hours{1}));
  ASSERT_TRUE(powerless && powerless->program);
  EXPECT_TRUE(powerless->program->empty());
}

TEST_F(Token, expires) {
  EXPECT_TRUE(verify(good, now + hours{1} - seconds{1}));
  EXPECT_EQ(refusal_of(good, now + hours{1}), token_errc::expired);
}

TEST_F(Token, of_a_time_when_the_machine_clock_was_another_is_judged_by_ours) {
  // 2024 is past on every machine that runs this test; `now` says it is not.
  EXPECT_TRUE(verify(good));
}

TEST_F(Token, with_another_secret_is_forged) {
  const token_signer other{std::string(64, 'b')};
  EXPECT_EQ(refusal_of(other.sign(somebody(), now, now + hours{1})), token_errc::forged);
}

TEST_F(Token, with_changed_claims_is_forged) {
  const auto parts = parts_of(good);
  const auto claims =
      base64(R"({"sub":"01900000-0000-7000-8000-000000000009",)"
             R"("sid":"01900000-0000-7000-8000-000000000002","name":"eve","exp":4102444800})");
  EXPECT_EQ(refusal_of(parts[0] + '.' + claims + '.' + parts[2]), token_errc::forged);
}

TEST_F(Token, without_a_signature_is_refused) {
  const auto parts = parts_of(good);
  EXPECT_FALSE(verify(parts[0] + '.' + parts[1] + '.'));
  for (const auto* header : {R"({"alg":"none","typ":"JWT"})", R"({"alg":"NONE"})", R"({"alg":""})"})
    for (const auto& signature : {std::string{}, parts[2]})
      EXPECT_FALSE(verify(base64(header) + '.' + parts[1] + '.' + signature)) << header;
}

TEST_F(Token, of_another_algorithm_is_refused) {
  const auto parts = parts_of(good);
  for (const auto* header : {R"({"alg":"HS384","typ":"JWT"})", R"({"alg":"RS256","typ":"JWT"})"})
    EXPECT_FALSE(verify(base64(header) + '.' + parts[1] + '.' + parts[2])) << header;
}

TEST_F(Token, of_strange_json_is_refused) {
  const auto parts = parts_of(good);
  for (const auto* strange : {R"({"alg":1})", R"({"alg":null})", R"({"alg":"HS256","typ":1})",
                              R"({})", R"([])", R"(1)", R"("HS256")", R"(null)", R"({"alg":)",
                              R"([["alg","HS256"]])", R"({"alg":{"alg":"HS256"}})", ""}) {
    EXPECT_FALSE(verify(base64(strange) + '.' + parts[1] + '.' + parts[2])) << strange;
    EXPECT_FALSE(verify(parts[0] + '.' + base64(strange) + '.' + parts[2])) << strange;
  }
}

TEST_F(Token, that_is_signed_is_still_read_with_care) {
  const auto claims = [](const char* expires) {
    return R"({"sub":"01900000-0000-7000-8000-000000000001",)"
           R"("sid":"01900000-0000-7000-8000-000000000002","name":"ada","exp":)" +
           std::string{expires} + '}';
  };
  const auto signed_by_us = [](std::string_view header, const std::string& payload) {
    const auto text = base64(header) + '.' + base64(payload);
    const auto signature = hmac_sha256(text, secret);
    return text + '.' + base64({reinterpret_cast<const char*>(signature.data()), signature.size()});
  };
  constexpr const char* usual = R"({"alg":"HS256","typ":"JWT"})";
  EXPECT_TRUE(verify(signed_by_us(usual, claims("4102444800"))));
  for (const auto* header : {R"({"alg":"none"})", R"({"alg":"HS512"})", R"({"alg":1})", "{}", "["})
    EXPECT_EQ(refusal_of(signed_by_us(header, claims("4102444800"))), token_errc::malformed);
  for (const auto* expires : {"1.9e19", "19000000000000000000000", "-1e300", "null", "\"1\""})
    EXPECT_EQ(refusal_of(signed_by_us(usual, claims(expires))), token_errc::malformed) << expires;
  EXPECT_EQ(refusal_of(signed_by_us(usual, claims("18446744073709551615"))), token_errc::expired);
}

TEST_F(Token, is_read_only_when_its_signature_fits) {
  // Without a key nobody can make us parse anything: forged, not malformed.
  const auto parts = parts_of(good);
  EXPECT_EQ(refusal_of(base64("{") + '.' + parts[1] + '.' + parts[2]), token_errc::forged);
  EXPECT_EQ(refusal_of(parts[0] + '.' + base64("{") + '.' + parts[2]), token_errc::forged);
  for (std::size_t at = 0; at < parts[2].size(); ++at) {
    auto other = parts[2];
    other[at] = other[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(refusal_of(parts[0] + '.' + parts[1] + '.' + other), token_errc::forged) << at;
  }
  EXPECT_EQ(refusal_of(good + "AAAA"), token_errc::forged);
}

TEST_F(Token, cut_off_anywhere_is_refused) {
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_FALSE(verify(std::string_view{good}.substr(0, length))) << length;
}

TEST_F(Token, of_other_characters_is_malformed) {
  EXPECT_EQ(refusal_of(good + '='), token_errc::malformed);
  EXPECT_EQ(refusal_of(' ' + good), token_errc::malformed);
  EXPECT_EQ(refusal_of(good + std::string(1, '\0')), token_errc::malformed);
  EXPECT_EQ(refusal_of("..\xff"), token_errc::malformed);
  EXPECT_EQ(refusal_of(good + '.'), token_errc::malformed);
  EXPECT_EQ(refusal_of(std::string(1 << 20, 'a')), token_errc::malformed);
}

TEST(TokenSecret, is_made_once) {
  auto store = open_journal("memory:");
  ASSERT_TRUE(store);
  auto first = (*store)->connect();
  auto second = (*store)->connect();
  ASSERT_TRUE(first && second);
  const auto made = load_token_secret(**first);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->size(), 64u);
  EXPECT_EQ(*load_token_secret(**second), *made);
}

}  // namespace
}  // namespace rentwave::http
