// https by option: the real server and OpenSSL's own client.
#include "http/tls_context.hpp"
#include "tests/http/own_certificate.hpp"
#include "tests/http/secure_client.hpp"
#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

using std::chrono::milliseconds;

class Tls : public server_scene {
 protected:
  std::uint16_t serve_securely() {
    return serve(*tls_context::load(pair.certificate(), pair.key())).port();
  }
  std::string load_error(const std::string& certificate, const std::string& key) {
    const auto loaded = tls_context::load(certificate, key);
    return loaded ? "" : loaded.error();
  }

  own_certificate pair;
};

TEST_F(Tls, answers_one_request_after_the_other) {
  secure_client client{serve_securely(), pair};
  ASSERT_FALSE(client.greet());
  for (int i = 0; i < 3; ++i) {
    const auto got = client.get("/things/7");
    EXPECT_EQ(got.status, 200U);
    EXPECT_EQ(got.header("strict-transport-security"), "max-age=31536000");
    EXPECT_EQ(got.json()["parameters"][0], "7");
  }
  EXPECT_FALSE(client.end()) << "both sides say that they have no more";
}

TEST_F(Tls, takes_1_2_and_nothing_older) {
  const auto port = serve_securely();
  EXPECT_FALSE(secure_client(port, pair, tls_version::v1_2).greet());
  EXPECT_TRUE(secure_client(port, pair, tls_version::oldest).greet());
}

TEST_F(Tls, sends_large_answers_whole) {
  secure_client client{serve_securely(), pair};
  ASSERT_FALSE(client.greet());
  EXPECT_EQ(client.get("/large").body.size(), 64U * 1024 * 1024);
}

TEST_F(Tls, ends_connections_of_garbage_and_of_silence) {
  options.limits.header_timeout = milliseconds{50};
  client garbage{serve_securely()};
  garbage.send_raw("\x01\x02\x03\x04\x05\x06\x07\x08");
  EXPECT_NO_THROW(while (!garbage.is_closed()){});
  client silent{running->port()};
  silent.send_raw("\x16\x03\x01");  // the beginning of a greeting, and no more
  EXPECT_NO_THROW(while (!silent.is_closed()){});
  secure_client good{running->port(), pair};
  EXPECT_FALSE(good.greet());
}

TEST_F(Tls, tells_who_comes_without_it_in_plain_words) {
  client plain{serve_securely()};
  plain.send_raw("POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  const auto told = plain.receive();
  EXPECT_EQ(told.status, 400U);
  EXPECT_EQ(told.code(), "https_required");
  EXPECT_EQ(told.header("content-type"), "application/problem+json");
  EXPECT_EQ(told.header("connection"), "close");
  EXPECT_EQ(told.header("strict-transport-security"), "") << "RFC 6797 section 7.2";
  EXPECT_TRUE(plain.ends_in_order());

  client asking{running->port()};
  asking.send_raw("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(asking.receive(true).status, 400U);
  EXPECT_TRUE(asking.is_closed());
  client strange{running->port()};
  strange.send_raw("helo\r\n\r\n");
  EXPECT_EQ(strange.receive().code(), "https_required");
}

TEST_F(Tls, tells_it_also_to_who_never_finishes_asking) {
  options.limits.header_timeout = milliseconds{50};
  client plain{serve_securely()};
  plain.send_raw("GET /thi");
  EXPECT_EQ(plain.receive().code(), "https_required");
}

TEST_F(Tls, may_be_renewed_for_connections_to_come) {
  const own_certificate newer;
  secure_client before{serve_securely(), pair};
  ASSERT_FALSE(before.greet());
  running->use(*tls_context::load(newer.certificate(), newer.key()));
  EXPECT_TRUE(secure_client(running->port(), pair).greet()) << "that certificate is not shown now";
  secure_client after{running->port(), newer};
  ASSERT_FALSE(after.greet());
  EXPECT_EQ(after.get("/things/7").status, 200U);
  EXPECT_EQ(before.get("/things/7").status, 200U) << "who is there stays";
}

TEST_F(Tls, is_refused_by_name_when_its_files_are_wrong) {
  const own_certificate other;
  EXPECT_EQ(load_error(pair.certificate(), pair.key()), "");
  EXPECT_TRUE(
      load_error("/nowhere.pem", pair.key()).starts_with("the certificate in /nowhere.pem"));
  EXPECT_TRUE(
      load_error(pair.certificate(), "/nowhere.pem").starts_with("the key in /nowhere.pem"));
  const own_certificate locked{"open sesame"};
  const auto refused = load_error(locked.certificate(), locked.key());
  EXPECT_TRUE(refused.starts_with("the key in " + locked.key().string())) << refused;
  EXPECT_NE(refused.find("pass phrase"), std::string::npos) << refused;
  const auto mismatch = load_error(pair.certificate(), other.key());
  EXPECT_TRUE(mismatch.starts_with("the key in " + other.key().string())) << mismatch;
  EXPECT_NE(mismatch.find("mismatch"), std::string::npos) << mismatch;
}

}  // namespace
}  // namespace rentwave::http
