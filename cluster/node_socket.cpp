#include "cluster/node_socket.hpp"

#include <spdlog/spdlog.h>

#include <caf/actor_system.hpp>
#include <caf/io/abstract_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/stream_impl.hpp>
#include <caf/io/scribe.hpp>
#include <caf/policy/tcp.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace rentwave {
namespace {

namespace net = caf::io::network;
using net::rw_state;
using progress = tls_session::progress;

net::default_multiplexer& multiplexer_of(caf::actor_system& system) {
  return dynamic_cast<net::default_multiplexer&>(system.middleman().backend());
}

/// What nobody acknowledges is kept no longer than a link may be silent, else for a quarter of an
/// hour. On what is not TCP it has no effect.
void end_when_unheard(int socket) {
  constexpr unsigned after_ms = 3000;
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &after_ms, sizeof after_ms);
}

std::string address_of(int socket) {
  const auto known = net::remote_addr_of_fd(socket);
  return known ? *known : "somewhere";
}

class node_scribe;

}  // namespace

/// Lives in the middleman's thread. A scribe takes itself off the list.
class newcomers {
 public:
  explicit newcomers(std::chrono::milliseconds patience) : patience_{patience} {}

  /// Of too many the oldest goes: a node has shown itself soon, and whoever only waits keeps nobody
  /// out.
  void make_room();
  void add(node_scribe* one) { since_.emplace(one, std::chrono::steady_clock::now()); }
  void remove(node_scribe* one) { since_.erase(one); }
  void close_slow();

 private:
  const std::chrono::milliseconds patience_;
  std::map<node_scribe*, std::chrono::steady_clock::time_point> since_;
};

namespace {

/// Lives in the middleman's thread. What the broker wants to say waits until there is TLS: until
/// then the socket is only read from, so that a silent stranger costs nothing.
class node_scribe final : public caf::io::scribe {
 public:
  node_scribe(net::default_multiplexer& multiplexer, int socket, std::unique_ptr<tls_session> tls,
              refusal_note refused, std::shared_ptr<newcomers> arriving = {})
      : scribe{net::conn_hdl_from_socket(socket)},
        tls_{std::move(tls)},
        refused_{std::move(refused)},
        arriving_{std::move(arriving)},
        is_secured_{!tls_},
        stream_{multiplexer, socket, policy{this}} {
    if (arriving_) arriving_->add(this);
  }
  ~node_scribe() override { be_no_newcomer(); }

  void configure_read(caf::io::receive_policy::config config) override {
    if (config.second > max_frame) {
      too_large_ = config.second;
      config.second = 1;  // which is never read
    }
    // Header and content of its greeting have come.
    if (++frames_ == 3) be_no_newcomer();
    stream_.configure_read(config);
    if (!std::exchange(is_launched_, true)) launch();
  }
  void ack_writes(bool enable) override { stream_.ack_writes(enable); }
  std::vector<char>& wr_buf() override { return stream_.wr_buf(); }
  std::vector<char>& rd_buf() override { return stream_.rd_buf(); }
  void flush() override {
    if (is_secured_) stream_.flush(this);
  }
  void graceful_shutdown() override {
    // The broker closes by itself what does not speak its protocol.
    if (frames_ == 1) refuse("it does not speak as nodes do");
    stream_.graceful_shutdown();
    detach(&stream_.backend(), false);
  }
  std::string addr() const override { return address_of(stream_.fd()); }
  std::uint16_t port() const override {
    const auto known = net::remote_port_of_fd(stream_.fd());
    return known ? *known : std::uint16_t{0};
  }
  void add_to_loop() override { stream_.activate(this); }
  void remove_from_loop() override { stream_.passivate(); }

  void refuse(const std::string& why) {
    if (const auto note = std::exchange(refused_, nullptr)) note(why);
  }
  void hang_up(const std::string& why) {
    refuse(why);
    be_no_newcomer();
    io_failure(&stream_.backend(), net::operation::read);
  }

 private:
  /// What the stream reads and writes by.
  struct policy {
    node_scribe* owner;

    rw_state read_some(std::size_t& got, net::native_socket socket, void* into, std::size_t most) {
      return owner->read_some(got, socket, into, most);
    }
    rw_state write_some(std::size_t& sent, net::native_socket socket, const void* from,
                        std::size_t size) {
      return owner->write_some(sent, socket, from, size);
    }
    /// What is decrypted already is announced by no event of the socket.
    bool must_read_more(net::native_socket, std::size_t wanted) const {
      return owner->tls_ && owner->is_secured_ && owner->tls_->pending() >= wanted;
    }
  };

  void launch() {
    end_when_unheard(stream_.fd());
    stream_.start(this);
    // The client begins; should it fail already, the first read says so.
    if (tls_ && tls_->which() == tls_session::side::client) shake_hands();
  }

  rw_state read_some(std::size_t& got, int socket, void* into, std::size_t most) {
    got = 0;
    if (too_large_ != 0) {
      refuse("a frame of " + std::to_string(too_large_) + " bytes");
      return rw_state::failure;
    }
    if (!tls_) return caf::policy::tcp::read_some(got, socket, into, most);
    if (!is_secured_) {
      const auto done = shake_hands();
      if (done != progress::done) return state_of(done);
    }
    return state_of(tls_->read(into, most, got));
  }

  rw_state write_some(std::size_t& sent, int socket, const void* from, std::size_t size) {
    sent = 0;
    if (size == 0) return rw_state::indeterminate;
    if (!tls_) return caf::policy::tcp::write_some(sent, socket, from, size);
    return state_of(tls_->write(from, size, sent));
  }

  progress shake_hands() {
    const auto done = tls_->shake_hands();
    if (done == progress::failed) refuse(tls_->why());
    if (done == progress::done) {
      is_secured_ = true;
      flush();
    }
    return done;
  }

  void be_no_newcomer() {
    if (const auto list = std::exchange(arriving_, nullptr)) list->remove(this);
  }

  rw_state state_of(progress done) {
    if (done != progress::failed) return rw_state::success;  // perhaps of no bytes
    // A client is done with its part before the server has looked at its certificate.
    if (frames_ == 1) refuse(tls_->why());
    return rw_state::failure;
  }

  std::unique_ptr<tls_session> tls_;
  refusal_note refused_;
  std::shared_ptr<newcomers> arriving_;  ///< null: it has arrived
  bool is_secured_;
  bool is_launched_ = false;
  std::size_t too_large_ = 0;
  std::size_t frames_ = 0;  ///< that the broker has waited for
  net::stream_impl<policy> stream_;
};

std::unique_ptr<tls_session> session_of(const std::shared_ptr<const node_tls>& tls, int socket) {
  return tls ? std::make_unique<tls_session>(*tls, socket, tls_session::side::server) : nullptr;
}

/// At most one line a second: strangers must not fill the disk.
class refusal_log {
 public:
  void note(const std::string& address, const std::string& why) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return void(++unsaid_);
    next_ = now + std::chrono::seconds{1};
    spdlog::warn("cluster: a connection from {} was refused: {}{}", address, why,
                 unsaid_ > 0 ? " (and " + std::to_string(unsaid_) + " more)" : "");
    unsaid_ = 0;
  }

 private:
  std::chrono::steady_clock::time_point next_{};
  std::size_t unsaid_ = 0;
};

class node_doorman final : public net::doorman_impl {
 public:
  node_doorman(net::default_multiplexer& multiplexer, int socket,
               std::shared_ptr<const node_tls> tls, std::shared_ptr<newcomers> arriving)
      : doorman_impl{multiplexer, socket}, tls_{std::move(tls)}, arriving_{std::move(arriving)} {}

  bool new_connection() override {
    const auto socket = acceptor_.accepted_socket();
    if (detached()) {
      net::close_socket(socket);
      return false;
    }
    const auto address = address_of(socket);
    arriving_->close_slow();
    arriving_->make_room();
    net::nonblocking(socket, true);
    auto& multiplexer = acceptor_.backend();
    auto made = caf::make_counted<node_scribe>(
        multiplexer, socket, session_of(tls_, socket),
        [log = log_, address](const std::string& why) { log->note(address, why); }, arriving_);
    const auto handle = made->hdl();
    parent()->add_scribe(std::move(made));
    return doorman::new_connection(&multiplexer, handle);
  }

 private:
  std::shared_ptr<const node_tls> tls_;
  std::shared_ptr<newcomers> arriving_;
  std::shared_ptr<refusal_log> log_ = std::make_shared<refusal_log>();
};

}  // namespace

void newcomers::make_room() {
  while (since_.size() >= max_newcomers) {
    const auto oldest =
        std::ranges::min_element(since_, {}, [](const auto& each) { return each.second; });
    const caf::intrusive_ptr<node_scribe> leaving{oldest->first};
    leaving->hang_up("too many connections have yet to show that they are a node's");
  }
}

void newcomers::close_slow() {
  const auto limit = std::chrono::steady_clock::now() - patience_;
  std::vector<caf::intrusive_ptr<node_scribe>> slow;
  for (const auto& [scribe, since] : since_)
    if (since < limit) slow.emplace_back(scribe);
  for (const auto& each : slow) each->hang_up("it did not show in time that it is a node's");
}

std::shared_ptr<newcomers> make_newcomers(std::chrono::milliseconds patience) {
  return std::make_shared<newcomers>(patience);
}

void close_slow(caf::actor_system& system, const std::shared_ptr<newcomers>& among) {
  multiplexer_of(system).post([among] { among->close_slow(); });
}

caf::io::scribe_ptr make_node_scribe(caf::actor_system& system, int socket,
                                     std::unique_ptr<tls_session> tls, refusal_note refused) {
  return caf::make_counted<node_scribe>(multiplexer_of(system), socket, std::move(tls),
                                        std::move(refused));
}

boost::system::result<caf::io::doorman_ptr, std::string> make_node_doorman(
    caf::actor_system& system, const std::string& address, std::uint16_t port,
    std::shared_ptr<const node_tls> tls, std::shared_ptr<newcomers> arriving) {
  const auto socket = net::new_tcp_acceptor_impl(port, address.c_str(), true);
  if (!socket)
    return "nobody can listen at " + address + ", port " + std::to_string(port) + ": " +
           system.render(socket.error());
  return caf::io::doorman_ptr{caf::make_counted<node_doorman>(multiplexer_of(system), *socket,
                                                              std::move(tls), std::move(arriving))};
}

}  // namespace rentwave
