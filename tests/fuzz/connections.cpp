// All that one client sends: requests one after the other, their framing, trace and proxies, and
// the header that answers each.
#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cstring>

#include "http/ascii.hpp"
#include "http/incoming.hpp"
#include "http/proxies.hpp"
#include "http/response_text.hpp"
#include "http/router.hpp"
#include "http/trace_context.hpp"
#include "tests/fuzz/complaints.hpp"

namespace rentwave::fuzz {
namespace {

using http::incoming;
using fields = std::vector<std::pair<std::string, std::string>>;

/// Small, so that inputs find them.
http::server_limits tight_limits() {
  http::server_limits limits;
  limits.header_bytes = 512;
  limits.body_bytes = 1024;
  return limits;
}

struct message {
  unsigned version = 0;
  std::string method;
  std::string target;
  fields all;
  std::string body;

  friend bool operator==(const message&, const message&) = default;
};

struct transcript {
  std::vector<message> read;
  std::vector<http::accepted_head> heads;
  std::optional<http::problem> why;  ///< nothing: all was read, or more is wanted
};

/// Hands bytes over as a socket would, `piece` at a time.
class feed {
 public:
  feed(incoming& in, std::string_view bytes, std::size_t piece)
      : in_(in), rest_(bytes), piece_(piece) {}

  bool is_empty() const { return rest_.empty(); }
  bool give() {
    if (rest_.empty()) return false;
    const auto room = in_.room();
    demand(room.size() > 0, "there is room whenever bytes are wanted");
    const auto size = std::min({room.size(), rest_.size(), piece_});
    std::memcpy(room.data(), rest_.data(), size);
    in_.arrived(size);
    rest_.remove_prefix(size);
    return true;
  }

 private:
  incoming& in_;
  std::string_view rest_;
  const std::size_t piece_;
};

/// As http/connection.cpp reads them; after an error nothing more is read.
transcript read_all(std::string_view bytes, std::size_t piece, const http::server_limits& limits) {
  transcript all;
  incoming in{limits};
  feed more{in, bytes, piece};
  const auto arrived = [&](auto part) {
    while (true) {
      const auto so_far = part();
      if (so_far == incoming::progress::broken) all.why = in.complaint();
      if (so_far != incoming::progress::unfinished) return so_far == incoming::progress::done;
      if (!more.give()) return false;
    }
  };
  while (in.has_bytes() || !more.is_empty()) {
    in.begin();
    if (!arrived([&] { return in.read_head(); })) break;
    const auto raw = in.head();
    message one{raw.version, std::string{raw.method}, std::string{raw.target}, raw.fields, {}};
    auto head = http::accept_head(raw);
    if (!head) {
      all.why = std::move(head).error();
      break;
    }
    if (!arrived([&] { return in.read_body(); })) break;
    one.body = in.take_body();
    demand(one.body.size() <= limits.body_bytes, "a body is bounded");
    all.read.push_back(std::move(one));
    all.heads.push_back(*std::move(head));
  }
  return all;
}

std::size_t count_of(const fields& all, std::string_view name) {
  return static_cast<std::size_t>(
      std::ranges::count(all, name, &std::pair<std::string, std::string>::first));
}

void check_message(const message& one, const http::accepted_head& head) {
  demand(to_string(head.asked.method) == one.method, "a method is what its name says");
  demand(one.version < 11 || count_of(one.all, "host") == 1, "there is one Host");
  const auto lengths = count_of(one.all, "content-length");
  const auto codings = count_of(one.all, "transfer-encoding");
  demand(lengths <= 1 && codings <= 1 && lengths + codings <= 1,
         "there is one way to tell where a body ends");
  if (lengths == 0 && codings == 0) demand(one.body.empty(), "no body comes unannounced");
  if (lengths == 1)
    demand(std::stoull(std::string{head.asked.header("content-length")}) == one.body.size(),
           "a body is as long as it says");
  for (const auto& [name, value] : one.all) {
    demand(!name.empty() && http::ascii::lowered(name) == name, "names are in lower case");
    demand(value.find_first_of(std::string_view{"\r\n\0", 3}) == value.npos,
           "a value stays in its line");
  }
}

/// The same request, written in one way only.
std::string written(const message& one) {
  auto text =
      one.method + ' ' + one.target + (one.version == 10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  for (const auto& [name, value] : one.all) text.append(name + ": ").append(value + "\r\n");
  text += "\r\n";
  if (count_of(one.all, "transfer-encoding") == 0) return text + one.body;
  constexpr std::string_view hex = "0123456789abcdef";
  if (const auto size = one.body.size(); size > 0)
    text.append({hex[size >> 8 & 15], hex[size >> 4 & 15], hex[size & 15]})
        .append("\r\n" + one.body + "\r\n");
  return text + "0\r\n\r\n";
}

void check_written(const message& one) {
  http::server_limits roomy = tight_limits();
  roomy.header_bytes = 65'536;
  const auto again = read_all(written(one), 8192, roomy);
  demand(!again.why && again.read.size() == 1, "a request that is written again is accepted");
  demand(again.read.front() == one, "a request that is written again reads the same");
}

void check_proxies(http::request asked) {
  static const http::proxies trusted{{"10.0.0.0/8", "fd00::/8", "::1"}};
  for (const auto* from : {"10.1.2.3", "192.0.2.1"}) {
    asked.remote_address = from;
    trusted.look_through(asked);
    boost::system::error_code error;
    boost::asio::ip::make_address(asked.remote_address, error);
    demand(!error, "a client has an address");
    if (!trusted.trust(from)) demand(asked.remote_address == from, "only proxies are believed");
  }
}

void check_trace(const http::request& asked) {
  const auto read = http::parse_traceparent(http::format_traceparent(asked.trace));
  demand(read == asked.trace, "a trace goes on as it came");
}

/// What a client sent may come back in an answer's fields, but never as a field of its own.
void check_answer(const http::request& asked) {
  http::response made;
  made.headers.emplace_back("Location", asked.path);
  for (const auto& [name, value] : asked.query) made.headers.emplace_back(name, value);
  auto text = http::head_text(made, asked, http::after_answer::keep);
  demand(text.ends_with("\r\n\r\n"), "a header ends");
  std::size_t fields_seen = 0;
  std::string_view rest{text.data(), text.size() - 2};
  for (take_line(rest); !rest.empty(); ++fields_seen) {
    const auto line = take_line(rest);
    demand(line.ends_with('\r') && line.find('\r') == line.size() - 1, "a line ends once");
    demand(line.find(':') != line.npos && line.find(':') > 0, "a field has a name");
  }
  // Server, Date, Content-Length, traceparent, three about safety, a policy and one of https.
  demand(fields_seen <= 9 + made.headers.size(), "an answer has no field that nobody gave it");
}

/// The same requests, and a refusal or none, however the bytes are cut. What is wrong may be found
/// before the header has ended, but has to be then; which of two faults is found first is free.
void check_cuts(std::string_view input, const transcript& whole) {
  for (const std::size_t piece : {std::size_t{1}, 2 + input.size() % 61}) {
    auto cut = read_all(input, piece, tight_limits());
    demand(cut.read == whole.read, "requests do not depend on how they are cut");
    if (whole.why && !cut.why)
      cut = read_all(std::string{input} + "\r\n\r\n", piece, tight_limits());
    demand(cut.why.has_value() == whole.why.has_value(),
           "a refusal does not depend on how it was cut");
  }
}

}  // namespace

void examine(std::string_view input) {
  const auto whole = read_all(input, input.size() + 1, tight_limits());
  if (whole.why) check_complaint(*whole.why, input);
  check_cuts(input, whole);
  for (std::size_t i = 0; i < whole.read.size(); ++i) {
    const auto& asked = whole.heads[i].asked;
    check_message(whole.read[i], whole.heads[i]);
    check_written(whole.read[i]);
    check_proxies(asked);
    check_trace(asked);
    check_answer(asked);
  }
}

}  // namespace rentwave::fuzz
