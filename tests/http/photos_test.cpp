// Photos over a real server and a whole node: up, down, and gone.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "http/photos/photo_bytes.hpp"
#include "persistence/forwarding_journal.hpp"
#include "tests/http/market/postings.hpp"
#include "tests/http/node_scene.hpp"
#include "tests/http/sample_photos.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

class PhotosOverHttp : public node_scene {
 protected:
  PhotosOverHttp() {
    limits.body_bytes = 4096;
    limits.photo_bytes = 16 * 1024;
  }
  /// Begins, with an advert of ada's.
  void begin() {
    start();
    ada = join("ada");
    const auto made = post("/api/listings", ada, posting(item_kind::book));
    advert = made.json().at("id").get<std::string>();
    photos = "/api/listings/" + advert + "/photos";
  }
  client_response send(const char* method, const std::string& path, const client::fields& as = {},
                       const std::string& body = {}) {
    client to{site->port()};
    return to.send(method, path, as, body);
  }
  client_response upload(const std::string& bytes) { return send("POST", photos, ada, bytes); }
  client::fields with_key(const std::string& key) const {
    auto fields = ada;
    fields.emplace_back("Idempotency-Key", key);
    return fields;
  }
  static std::string url_of(const client_response& made) { return made.json().at("url"); }
  json shown() { return get("/api/listings/" + advert, {}).json().at("photos"); }

  client::fields ada;
  std::string advert;
  std::string photos;
};

TEST_F(PhotosOverHttp, are_put_seen_and_taken_away) {
  begin();
  const auto bytes = sample::jpeg(640, 480);
  const auto made = upload(bytes);
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto photo = made.json();
  const std::string id = photo.at("id"), url = photo.at("url");
  EXPECT_EQ(made.header("location"), url);
  EXPECT_EQ(url, "/api/photos/" + id);
  EXPECT_EQ(
      photo,
      (json{{"id", id}, {"url", url}, {"type", "image/jpeg"}, {"width", 640}, {"height", 480}}));
  EXPECT_EQ(shown(), json::array({photo}));
  EXPECT_EQ(get("/api/listings", {}).json().at("items").at(0).at("photos"), json::array({photo}));

  const auto seen = get(url, {});
  EXPECT_EQ(seen.status, 200U);
  EXPECT_EQ(seen.body, bytes);
  EXPECT_EQ(seen.header("content-type"), "image/jpeg");
  EXPECT_EQ(seen.header("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(seen.header("etag"), '"' + id + '"');
  EXPECT_EQ(seen.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(seen.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
  const auto head = send("HEAD", url);
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(head.header("content-length"), std::to_string(bytes.size()));
  EXPECT_EQ(head.body, "");

  EXPECT_EQ(send("DELETE", photos + '/' + id, ada).status, 204U);
  EXPECT_EQ(shown(), json::array());
  EXPECT_EQ(get(url, {}).status, 404U) << "at once";
  EXPECT_EQ(send("DELETE", photos + '/' + id, ada).status, 404U);
}

TEST_F(PhotosOverHttp, are_not_sent_to_who_has_them) {
  begin();
  const std::string url = url_of(upload(sample::png(3, 2)));
  const auto tag = get(url, {}).header("etag");
  for (const auto& known : {tag, "W/" + tag, "\"other\", " + tag, std::string{"*"}}) {
    const auto again = get(url, {{"If-None-Match", known}});
    EXPECT_EQ(again.status, 304U) << known;
    EXPECT_EQ(again.header("etag"), tag);
    EXPECT_EQ(again.header("cache-control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(again.body, "");
  }
  EXPECT_EQ(get(url, {{"If-None-Match", "\"other\""}}).status, 200U);
  const std::string nowhere = "/api/photos/" + std::string(64, 'a');
  EXPECT_EQ(get(nowhere, {{"If-None-Match", "*"}}).status, 404U);
}

/// Counts who comes, and holds them up while it is to.
class gate {
 public:
  void pass() {
    std::unique_lock held{mutex_};
    ++so_far_;
    changed_.wait_for(held, std::chrono::seconds{60}, [this] { return !is_held_; });
  }
  void hold(bool on) {
    const std::lock_guard held{mutex_};
    is_held_ = on;
    changed_.notify_all();
  }
  int so_far() {
    const std::lock_guard held{mutex_};
    return so_far_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_held_ = false;
  int so_far_ = 0;
};

/// Where bytes are read and stored.
struct slow_album {
  gate reads;
  gate puts;

  std::unique_ptr<journal_store> around(std::unique_ptr<journal_store> inner) {
    struct watched final : forwarding_journal {
      watched(std::unique_ptr<journal> other, slow_album& by)
          : forwarding_journal{std::move(other)}, album{by} {}
      journal_result<std::optional<stored_photo>> get_photo(const photo_id& id) override {
        album.reads.pass();
        return forwarding_journal::get_photo(id);
      }
      journal_result<void> put_photo(const photo_id& id, const stored_photo& what,
                                     instant now) override {
        album.puts.pass();
        return forwarding_journal::put_photo(id, what, now);
      }
      slow_album& album;
    };
    return std::make_unique<wrapping_store>(
        std::move(inner), [this](std::unique_ptr<journal> connection) {
          return std::make_unique<watched>(std::move(connection), *this);
        });
  }
};

class AlbumOverHttp : public PhotosOverHttp {
 protected:
  AlbumOverHttp() {
    around = [this](std::unique_ptr<journal_store> inner) {
      return album.around(std::move(inner));
    };
    begin();
    bytes = sample::jpeg(640, 480);
    url = url_of(upload(bytes));
  }

  slow_album album;
  std::string bytes;
  std::string url;
};

TEST_F(AlbumOverHttp, is_not_read_for_who_gets_no_bytes) {
  const auto known = get(url, {{"If-None-Match", "*"}});
  EXPECT_EQ(known.status, 304U);
  EXPECT_EQ(known.header("etag"), '"' + url.substr(url.rfind('/') + 1) + '"');
  const auto head = send("HEAD", url);
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(head.header("content-type"), "image/jpeg");
  EXPECT_EQ(head.header("content-length"), std::to_string(bytes.size()));
  EXPECT_EQ(send("HEAD", "/api/photos/" + std::string(64, 'a')).status, 404U);
  EXPECT_EQ(album.reads.so_far(), 0);
  EXPECT_EQ(get(url, {}).body, bytes);
  EXPECT_EQ(album.reads.so_far(), 1);
}

// Its bytes would not have been stored, and the advert would show what is not there.
TEST_F(AlbumOverHttp, that_was_full_takes_no_photo_when_it_has_room_by_then) {
  for (std::uint32_t n = 2; n <= 8; ++n) ASSERT_EQ(upload(sample::png(n, 1)).status, 201U);
  const auto before = album.puts.so_far();
  album.puts.hold(true);
  std::jthread again{[&] { EXPECT_EQ(upload(bytes).status, 201U); }};
  EXPECT_TRUE(comes_true([&] { return album.puts.so_far() == before + 1; }));
  client_response ninth;
  std::jthread waiting_for_that{[&] { ninth = upload(sample::png(9, 1)); }};
  EXPECT_TRUE(comes_true([&] {
    return metric(get("/metrics", {}).body, R"(rentwave_queue_length{queue="photos"})") == 1;
  }));
  EXPECT_EQ(
      send("DELETE", shown().at(3).at("url").get<std::string>().replace(0, 11, photos), ada).status,
      204U);
  album.puts.hold(false);
  waiting_for_that.join();
  EXPECT_EQ(ninth.code(), "too_many_photos");
  EXPECT_EQ(shown().size(), 7U);
  EXPECT_EQ(upload(sample::png(9, 1)).status, 201U);
}

// Were it read by one of the two readers, one of two searches would wait for it.
TEST_F(AlbumOverHttp, that_takes_long_to_read_holds_nobody_else_up) {
  album.reads.hold(true);
  client_response seen;
  std::jthread reading{[&] { seen = get(url, {}); }};
  EXPECT_TRUE(comes_true([&] { return album.reads.so_far() == 1; }));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(get("/api/listings", {}).status, 200U);
  EXPECT_EQ(upload(sample::png(3, 2)).status, 201U);
  album.reads.hold(false);
  reading.join();
  EXPECT_EQ(seen.body, bytes);
}

TEST_F(PhotosOverHttp, are_what_their_bytes_say) {
  begin();
  auto liar = ada;
  liar.back() = {"Content-Type", "image/gif"};
  const auto made = send("POST", photos, liar, sample::webp(3, 2));
  EXPECT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(made.json().at("type"), "image/webp");
  EXPECT_EQ(get(url_of(made), {}).header("content-type"), "image/webp");

  liar.back() = {"Content-Type", "image/png"};
  for (const auto& other : {std::string{"GIF89a"}, std::string{}, std::string{"{}"}}) {
    const auto refused = send("POST", photos, liar, other);
    EXPECT_EQ(refused.status, 415U);
    EXPECT_EQ(refused.code(), "unsupported_media_type");
  }
}

TEST_F(PhotosOverHttp, of_nobody_are_not_waited_for) {
  begin();
  client one{site->port()};
  one.send_raw("POST " + photos + " HTTP/1.1\r\nHost: a\r\nContent-Length: 16000\r\n\r\nabc");
  EXPECT_EQ(one.receive().status, 401U);
  EXPECT_TRUE(one.ends_in_order());
}

TEST_F(PhotosOverHttp, that_are_damaged_or_too_large_are_422) {
  begin();
  const auto whole = sample::png(3, 2);
  const auto cut = upload(whole.substr(0, whole.size() - 1));
  EXPECT_EQ(cut.status, 422U);
  EXPECT_EQ(cut.json().at("errors").at(0).at("field"), "body");
  EXPECT_EQ(cut.json().at("errors").at(0).at("code"), "format");
  const auto large = upload(sample::png(longest_photo_side + 1, 1));
  EXPECT_EQ(large.status, 422U);
  EXPECT_EQ(large.json().at("errors").at(0).at("code"), "range");
  EXPECT_EQ(shown(), json::array());
}

TEST_F(PhotosOverHttp, are_kept_without_the_place) {
  begin();
  const auto made = upload(sample::jpeg(3, 2, sample::jfif() + sample::exif(6)));
  const auto seen = get(url_of(made), {});
  EXPECT_EQ(seen.body.find("GPS"), std::string::npos);
  EXPECT_NE(seen.body.find("Exif"), std::string::npos) << "the way up";
}

TEST_F(PhotosOverHttp, may_be_longer_than_other_bodies_up_to_their_own_limit) {
  begin();
  const auto of_size = [](std::size_t size) {
    const auto least = sample::png(3, 2, sample::chunk("iCCP", "")).size();
    return sample::png(3, 2, sample::chunk("iCCP", std::string(size - least, 'x')));
  };
  const auto most = of_size(limits.photo_bytes);
  ASSERT_EQ(most.size(), limits.photo_bytes);
  EXPECT_EQ(upload(most).status, 201U);
  const auto over = upload(of_size(limits.photo_bytes + 1));
  EXPECT_EQ(over.status, 413U);
  EXPECT_EQ(over.code(), "body_too_large");
  EXPECT_EQ(over.json().at("detail"), "The body may have 16384 bytes.");
  EXPECT_EQ(send("POST", "/api/listings", ada, std::string(4097, ' ')).status, 413U);
}

TEST_F(PhotosOverHttp, that_are_too_long_are_not_asked_for) {
  begin();
  client to{site->port()};
  to.send_raw("POST " + photos + " HTTP/1.1\r\nHost: a\r\n" + ada[0].first + ": " + ada[0].second +
              "\r\nContent-Length: 16385\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(to.receive().status, 413U);
}

TEST_F(PhotosOverHttp, are_their_owners_alone) {
  begin();
  const auto made = upload(sample::png(3, 2));
  const std::string id = made.json().at("id");
  const auto eve = join("eve");
  EXPECT_EQ(send("POST", photos, eve, "no photo at all").status, 403U) << "before anything else";
  EXPECT_EQ(send("DELETE", photos + '/' + id, eve).status, 403U);
  const std::string nowhere = "/api/listings/01920000-0000-7000-8000-00000000dead/photos";
  EXPECT_EQ(send("POST", nowhere, ada, sample::png(3, 2)).status, 404U);
  EXPECT_EQ(send("DELETE", nowhere + '/' + id, ada).status, 404U);
  EXPECT_EQ(send("DELETE", photos + "/nothing", ada).status, 404U);
  EXPECT_EQ(send("POST", photos, {}, sample::png(3, 2)).status, 401U);
}

TEST_F(PhotosOverHttp, are_up_to_eight_each_once) {
  begin();
  json all = json::array();
  for (std::uint32_t n = 1; n <= 8; ++n) all.push_back(upload(sample::png(n, 1)).json());
  EXPECT_EQ(shown(), all);
  const auto again = upload(sample::png(3, 1));
  EXPECT_EQ(again.status, 201U);
  EXPECT_EQ(again.json(), all[2]) << "it is there";
  EXPECT_EQ(shown(), all);

  const auto refused = upload(sample::png(9, 1));
  EXPECT_EQ(refused.status, 409U);
  EXPECT_EQ(refused.code(), "too_many_photos");
  const auto swept = (**store->connect()).sweep_photos({}, instant::max(), 100);
  EXPECT_EQ(swept->removed, 0) << "what will be refused is not stored";
}

TEST_F(PhotosOverHttp, are_put_once_under_one_key) {
  begin();
  const auto bytes = sample::png(3, 2);
  const auto first = send("POST", photos, with_key("k-1"), bytes);
  ASSERT_EQ(first.status, 201U);
  const auto again = send("POST", photos, with_key("k-1"), bytes);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  const auto other = send("POST", photos, with_key("k-1"), sample::png(4, 2));
  EXPECT_EQ(other.status, 422U);
  EXPECT_EQ(other.code(), "idempotency_mismatch");
  EXPECT_EQ(send("POST", photos, with_key(""), bytes).code(), "invalid");
}

TEST_F(PhotosOverHttp, do_not_change_the_tag) {
  begin();
  upload(sample::png(3, 2));
  EXPECT_EQ(get("/api/listings/" + advert, {}).header("etag"), "\"1\"");
}

TEST_F(PhotosOverHttp, are_for_programs_that_may_write_adverts) {
  begin();
  const auto token = [&](const char* scope) {
    const auto made = post("/api/me/tokens", ada, {{"name", "a bot"}, {"scopes", {scope}}});
    const std::string text = made.json().at("access_token");
    return client::fields{{"Authorization", "Bearer " + text}};
  };
  EXPECT_EQ(send("POST", photos, token("listings"), sample::png(3, 2)).status, 201U);
  EXPECT_EQ(send("POST", photos, token("read"), sample::png(3, 2)).code(), "insufficient_scope");
}

TEST_F(PhotosOverHttp, that_come_too_often_are_429) {
  limits.photos_per_account_min = 2;
  begin();
  EXPECT_EQ(upload(sample::png(1, 1)).status, 201U);
  EXPECT_EQ(upload(sample::png(2, 1)).status, 201U);
  const auto refused = upload(sample::png(3, 1));
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(refused.code(), "rate_limited");
  EXPECT_EQ(get("/api/me", ada).status, 200U) << "other requests do not count";
}

}  // namespace
}  // namespace rentwave::http
