// `/openapi.yaml`: the contract, for programs. It changes with the program only, so whoever has it
// need not fetch it again.
#include "http/openapi.hpp"

#include "http/digests.hpp"
#include "http/pages/page_handlers.hpp"
#include "http/resources/steps.hpp"

namespace rentwave::http {
namespace {

constexpr std::size_t tag_digits = 16;

}  // namespace

boost::asio::awaitable<response> get_openapi(backend&, const request& asked) {
  static const auto tag = '"' + sha256_hex(openapi_text()).substr(0, tag_digits) + '"';
  response made;
  made.headers.emplace_back("ETag", tag);
  made.headers.emplace_back("Cache-Control", "no-cache");
  if (client_has(asked, tag)) {
    made.status = 304;
    co_return made;
  }
  made.content_type = "application/yaml";  // RFC 9512
  made.body = openapi_text();
  co_return made;
}

}  // namespace rentwave::http
