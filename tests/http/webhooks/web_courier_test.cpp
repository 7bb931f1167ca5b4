// One POST to a receiver: what it gets, what counts as taken, and where the courier does not go.
#include "http/webhooks/web_courier.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <nlohmann/json.hpp>

#include "http/trace_context.hpp"
#include "http/views.hpp"
#include "http/webhooks/signature.hpp"
#include "persistence/timestamp.hpp"
#include "tests/http/webhooks/receiver.hpp"

namespace rentwave::http {
namespace {

using namespace std::chrono_literals;
using result_of_post = std::optional<post_failure>;

constexpr auto enough = 30s;

courier_options options_of_test() {
  courier_options options;
  options.rules = {.plain_http = true, .private_addresses = true};
  options.agent = "RentWave/test";
  return options;
}

class WebCourier : public ::testing::Test {
 protected:
  posting about(const std::string& url) const {
    posting what;
    what.url = url;
    what.secret = secret;
    what.delivery = webhook::delivery_id(webhook_id{}, 7);
    what.sent_at = *parse_instant("2026-03-01T08:00:00.9Z");
    what.trace = *parse_trace("0af7651916cd43dd8448eb211c80319c");
    what.what.cursor = 7;
    what.what.what = {"rent.late", what.sent_at, "\u201cDune\u201d is late.",
                      {},          {},           "9780441013593"};
    return what;
  }
  static std::future<result_of_post> begin(web_courier& by, posting what) {
    auto promise = std::make_shared<std::promise<result_of_post>>();
    by.carry(std::move(what), [promise](result_of_post how) { promise->set_value(how); });
    return promise->get_future();
  }
  result_of_post post(const std::string& url, courier_options options = options_of_test()) const {
    web_courier by{std::move(options)};
    auto waiting = begin(by, about(url));
    EXPECT_EQ(waiting.wait_for(enough), std::future_status::ready);
    return waiting.get();
  }
  /// What comes of a POST that is answered so.
  result_of_post answered_with(const std::string& bytes) const {
    const receiver to{[&](int) { return bytes; }};
    return post(to.url());
  }
  static result_of_post trouble(post_trouble code, int status = 0) {
    return post_failure{code, status};
  }

  const std::string secret = make_webhook_secret();
};

TEST_F(WebCourier, posts_the_notification_and_signs_it) {
  const receiver to{[](int) { return receiver::status(200); }};
  EXPECT_EQ(post(to.url()), std::nullopt);
  const auto posts = to.posts();
  ASSERT_EQ(posts.size(), 1U);
  const auto& got = posts[0];
  EXPECT_EQ(got.method, "POST");
  EXPECT_EQ(got.target, "/in?key=1");
  EXPECT_EQ(got.headers.at("host"), "127.0.0.1:" + std::to_string(to.port()));
  EXPECT_EQ(got.headers.at("user-agent"), "RentWave/test");
  EXPECT_EQ(got.headers.at("content-type"), "application/json");
  EXPECT_EQ(got.headers.at("content-length"), std::to_string(got.body.size()));
  const auto what = about(to.url());
  EXPECT_EQ(nlohmann::json::parse(got.body), notification_json(what.what));
  EXPECT_EQ(parse_traceparent(got.headers.at("traceparent")), what.trace);
  EXPECT_EQ(got.headers.at("webhook-id"), to_string(what.delivery));
  // date -u -d 2026-03-01T08:00:00Z +%s
  EXPECT_EQ(got.headers.at("webhook-timestamp"), "1772352000");
  EXPECT_EQ(got.headers.at("webhook-signature"),
            webhook_signature(secret, to_string(what.delivery), 1772352000, got.body));
}

TEST_F(WebCourier, takes_every_status_of_2xx_for_a_yes) {
  for (const int status : {200, 201, 202, 204, 299})
    EXPECT_EQ(answered_with(receiver::status(status)), std::nullopt) << status;
}

TEST_F(WebCourier, takes_every_other_status_for_a_no) {
  for (const int status : {301, 304, 400, 401, 404, 410, 429, 500, 503})
    EXPECT_EQ(answered_with(receiver::status(status)), trouble(post_trouble::status, status));
}

TEST_F(WebCourier, waits_for_the_final_answer) {
  EXPECT_EQ(answered_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" +
                          receiver::status(204)),
            std::nullopt);
  std::string interim;
  for (int n = 0; n < 20; ++n) interim += "HTTP/1.1 102 Processing\r\n\r\n";
  EXPECT_EQ(answered_with(interim + receiver::status(200)), trouble(post_trouble::bad_answer));
}

TEST_F(WebCourier, follows_no_redirect) {
  const receiver other{[](int) { return receiver::status(200); }};
  for (const int status : {301, 302, 303, 307, 308}) {
    const receiver to{
        [&](int) { return receiver::status(status, "Location: " + other.url() + "\r\n"); }};
    EXPECT_EQ(post(to.url()), trouble(post_trouble::status, status));
  }
  EXPECT_EQ(other.connections(), 0);
}

TEST_F(WebCourier, reads_little_of_a_huge_answer) {
  const std::string huge(100 * 1024 * 1024, 'x');
  EXPECT_EQ(answered_with("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(huge.size()) +
                          "\r\n\r\n" + huge),
            std::nullopt);
  EXPECT_EQ(answered_with("HTTP/1.1 500 X\r\n\r\n" + huge), trouble(post_trouble::status, 500));
}

TEST_F(WebCourier, takes_no_endless_header) {
  EXPECT_EQ(answered_with("HTTP/1.1 200 OK\r\nX: " + std::string(100 * 1024, 'x')),
            trouble(post_trouble::bad_answer));
}

TEST_F(WebCourier, tells_what_is_no_answer_from_none) {
  EXPECT_EQ(answered_with("SSH-2.0-OpenSSH_9.2\r\n\r\n"), trouble(post_trouble::bad_answer));
  EXPECT_EQ(answered_with("HTTP/1.1 200"), trouble(post_trouble::connection_lost));
}

TEST_F(WebCourier, does_not_wait_for_ever) {
  const receiver silent{[](int) { return std::string{}; }};
  auto options = options_of_test();
  options.answer_timeout = 50ms;
  EXPECT_EQ(post(silent.url(), options), trouble(post_trouble::timed_out));

  // It takes one connection after the other, so that nobody answers the second.
  web_courier patient{options_of_test()};
  auto first = begin(patient, about(silent.url()));
  silent.await(2);
  options.handshake_timeout = 50ms;
  EXPECT_EQ(post("https" + silent.url().substr(4), options), trouble(post_trouble::timed_out));
  patient.stop();
}

TEST_F(WebCourier, is_not_held_up_by_one_that_is_slow) {
  const receiver silent{[](int) { return std::string{}; }};
  const receiver quick{[](int) { return receiver::status(200); }};
  web_courier by{options_of_test()};
  auto slow = begin(by, about(silent.url()));
  silent.await(1);
  auto fast = begin(by, about(quick.url()));
  ASSERT_EQ(fast.wait_for(enough), std::future_status::ready);
  EXPECT_EQ(fast.get(), std::nullopt);
  EXPECT_EQ(slow.wait_for(0s), std::future_status::timeout);
  by.stop();
}

TEST_F(WebCourier, says_that_nobody_is_there) {
  std::string url;
  {
    const receiver gone{[](int) { return receiver::status(200); }};
    url = gone.url();
  }
  EXPECT_EQ(post(url), trouble(post_trouble::no_connection));
  // A label of a name has at most 63 characters (RFC 1035 section 2.3.4): no server is asked.
  EXPECT_EQ(post("http://" + std::string(64, 'a') + ".example/"),
            trouble(post_trouble::name_not_found));
}

// --- where it does not go ---

TEST_F(WebCourier, goes_to_public_addresses_only) {
  const receiver to{[](int) { return receiver::status(200); }};
  auto options = options_of_test();
  options.rules.private_addresses = false;
  EXPECT_EQ(post(to.url(), options), trouble(post_trouble::url_not_allowed));
  // Names, and what a resolver takes for 127.0.0.1.
  for (const char* host : {"localhost", "2130706433", "127.1", "0x7f.1"})
    EXPECT_EQ(post(to.url(host), options), trouble(post_trouble::address_not_allowed)) << host;
  EXPECT_EQ(to.connections(), 0);
}

TEST_F(WebCourier, looks_at_the_rules_each_time) {
  const receiver to{[](int) { return receiver::status(200); }};
  auto options = options_of_test();
  options.rules.plain_http = false;
  EXPECT_EQ(post(to.url(), options), trouble(post_trouble::url_not_allowed));
  EXPECT_EQ(post("", options), trouble(post_trouble::url_not_allowed));
  EXPECT_EQ(to.connections(), 0);
}

TEST_F(WebCourier, sends_nothing_unsigned) {
  const receiver to{[](int) { return receiver::status(200); }};
  web_courier by{options_of_test()};
  auto what = about(to.url());
  what.secret.clear();
  auto waiting = begin(by, std::move(what));
  ASSERT_EQ(waiting.wait_for(enough), std::future_status::ready);
  EXPECT_EQ(waiting.get(), trouble(post_trouble::url_not_allowed));
  EXPECT_EQ(to.connections(), 0);
}

// --- TLS ---

TEST_F(WebCourier, trusts_a_certificate_for_that_host_by_who_is_trusted) {
  const own_certificate shown;
  const receiver to{[](int) { return receiver::status(204); }, &shown};
  auto options = options_of_test();
  EXPECT_EQ(post(to.url(), options), trouble(post_trouble::tls_failed)) << "signed by itself";
  options.authorities = shown.certificate();
  EXPECT_EQ(post(to.url(), options), std::nullopt);
  EXPECT_EQ(post(to.url("localhost"), options), trouble(post_trouble::tls_failed))
      << "another name";
  EXPECT_EQ(to.posts().size(), 1U);
}

TEST_F(WebCourier, speaks_to_nobody_who_has_no_certificate) {
  const receiver to{[](int) { return receiver::status(200); }};
  EXPECT_EQ(post("https" + to.url().substr(4)), trouble(post_trouble::tls_failed));
  EXPECT_TRUE(to.posts().empty());
}

// --- the end ---

TEST_F(WebCourier, says_nothing_more_once_it_was_stopped) {
  const receiver silent{[](int) { return std::string{}; }};
  web_courier by{options_of_test()};
  auto promise = std::make_shared<std::promise<result_of_post>>();
  auto waiting = promise->get_future();
  by.carry(about(silent.url()), [promise](result_of_post how) { promise->set_value(how); });
  promise.reset();
  silent.await(1);
  by.stop();
  // Whoever waited is let go: nothing of the POST is left.
  EXPECT_THROW(waiting.get(), std::future_error);
  by.carry(about(silent.url()), [](result_of_post) { ADD_FAILURE(); });
}

}  // namespace
}  // namespace rentwave::http
