// Carries notices to webhooks' receivers by HTTP/1.1, on a thread of its own; names are looked up
// on further ones, as that blocks. A POST goes to an address that was checked, by a connection of
// its own; no redirect is followed, no proxy asked, and what is answered is thrown away. Made by
// whoever starts the node, which has to have stopped before `stop`.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "actors/runtime/postman.hpp"
#include "http/webhooks/receiver_url.hpp"

namespace rentwave::http {

struct courier_options {
  receiver_rules rules;
  std::string agent = "RentWave";  ///< the field User-Agent
  std::string authorities{};       ///< a PEM file beside those that the system trusts

  // Each for a whole step:
  std::chrono::milliseconds look_up_timeout = std::chrono::seconds{5};
  std::chrono::milliseconds connect_timeout = std::chrono::seconds{5};
  std::chrono::milliseconds handshake_timeout = std::chrono::seconds{5};
  std::chrono::milliseconds write_timeout = std::chrono::seconds{5};
  std::chrono::milliseconds answer_timeout = std::chrono::seconds{10};
};

class web_courier final : public courier {
 public:
  explicit web_courier(courier_options options);
  ~web_courier() override;

  void carry(posting what, done tell) override;
  /// Ends what is under way, without a word. A look-up that blocks is waited for.
  void stop();

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace rentwave::http
