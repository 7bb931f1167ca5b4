#include "cluster/caf_link.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/io/basp_broker.hpp>

#include <poll.h>
#include <unistd.h>

#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <random>
#include <set>
#include <stop_token>
#include <thread>
#include <utility>

#include "cluster/dial.hpp"
#include "cluster/node_ear.hpp"
#include "cluster/node_socket.hpp"
#include "cluster/wire_message.hpp"

namespace rentwave {
namespace {

constexpr auto heartbeat = std::chrono::milliseconds{500};
constexpr auto longest_silence = std::chrono::seconds{3};
constexpr int looks_at_newcomers = 4;  ///< in the time that they have

/// CAF makes a node's id of the machine's network addresses and the process's number. In containers
/// those are often the same on two machines, which would take each other for themselves, and after
/// a restart. So each actor system has a random one: as the last module that is set up, before the
/// first that is started.
class random_node_id final : public caf::actor_system::module {
 public:
  explicit random_node_id(caf::actor_system& system) : system_{system} {}

  void start() override {}
  void stop() override {}
  void init(caf::actor_system_config&) override {
    std::random_device random;
    caf::node_id::default_data::host_id_type host;
    for (auto& byte : host) byte = static_cast<std::uint8_t>(random());
    host[0] |= 1;  // none of zeros
    // The system itself is not const; it has no other way to set it.
    const_cast<caf::node_id&>(system_.node()) = caf::make_node_id(random() | 1, host);
  }
  id_t id() const override { return network_manager; }
  void* subtype_ptr() override { return this; }

  static module* make(caf::actor_system& system, caf::detail::type_list<>) {
    return new random_node_id{system};
  }

 private:
  caf::actor_system& system_;
};

caf::actor broker_of(caf::actor_system& system) {
  return system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
}

}  // namespace

/// The thread that connects. What it is to do and whom to tell lies in a queue: at most one entry a
/// node and attempt.
class caf_links::dialler {
 public:
  dialler(caf::actor_system& system, caf_link_options options)
      : system_{system}, options_{std::move(options)}, thread_{[this] { run(); }} {}

  ~dialler() {
    {
      const std::lock_guard lock{mutex_};
      stop_.request_stop();
    }
    wanted_.notify_all();
    thread_.join();
  }

  void want(const caf::actor& ear, const node_id& who, std::uint64_t attempt,
            const std::string& address) {
    {
      const std::lock_guard lock{mutex_};
      std::erase_if(jobs_, [&](const job& each) { return each.result.who == who; });
      jobs_.push_back({ear, {who, attempt, {}, {}}, address});
    }
    wanted_.notify_all();
  }

 private:
  struct job {
    caf::actor ear;
    dialled result;
    std::string address;
  };

  void run() {
    for (;;) {
      std::unique_lock lock{mutex_};
      wanted_.wait(lock, [this] { return stop_.stop_requested() || !jobs_.empty(); });
      if (stop_.stop_requested()) return;
      auto next = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      attempt(next);
      caf::anon_send(next.ear, std::move(next.result));
    }
  }

  void attempt(job& one) {
    const auto where = parse_node_address(one.address);
    if (!where) {
      one.result.why = '"' + one.address + "\" is no address of a node";
      return;
    }
    if (!options_.tls && !is_loopback(where->host)) {
      one.result.why = "without certificates there are no links to " + one.address;
      return;
    }
    const auto socket = dial(*where, options_.connect_time, stop_.get_token());
    if (!socket) {
      one.result.why = socket.error();
      return;
    }
    auto tls = options_.tls ? std::make_unique<tls_session>(*options_.tls, *socket,
                                                            tls_session::side::client)
                            : nullptr;
    one.result.why = why_silent(*socket, tls.get());
    if (one.result.why.empty()) return greet(one, *socket, std::move(tls));
    tls.reset();
    ::close(*socket);
  }

  /// Waits until there is TLS and the other side has begun to speak: CAF closes at its next tick a
  /// connection that it was given and has read nothing of. Empty: it has.
  std::string why_silent(int socket, tls_session* tls) {
    const auto until = std::chrono::steady_clock::now() + options_.connect_time;
    for (bool is_secured = !tls;;) {
      if (!is_secured) {
        const auto done = tls->shake_hands();
        if (done == tls_session::progress::failed)
          return "the connection was refused: " + tls->why();
        is_secured = done == tls_session::progress::done;
      }
      if (const int error = wait_for(socket, POLLIN, until, stop_.get_token()))
        return std::string{"it does not speak: "} + std::strerror(error);
      if (is_secured) return {};
    }
  }

  /// Hands the connection to CAF, which finds out which actor listens at the other end.
  void greet(job& one, int socket, std::unique_ptr<tls_session> tls) {
    const auto refused = std::make_shared<std::string>();
    const auto guard = std::make_shared<std::mutex>();
    auto scribe =
        make_node_scribe(system_, socket, std::move(tls), [refused, guard](const std::string& why) {
          const std::lock_guard lock{*guard};
          *refused = why;
        });
    caf::scoped_actor self{system_};
    self->request(broker_of(system_), options_.connect_time, caf::connect_atom::value,
                  std::move(scribe), std::uint16_t{0})
        .receive(
            [&](const caf::node_id&, const caf::strong_actor_ptr& ear,
                const std::set<std::string>&) {
              one.result.far = caf::actor_cast<caf::actor>(ear);
              if (!one.result.far) one.result.why = "nobody listens there";
            },
            [&](const caf::error& why) { one.result.why = system_.render(why); });
    const std::lock_guard lock{*guard};
    if (!one.result.far && !refused->empty())
      one.result.why = "the connection was refused: " + *refused;
  }

  caf::actor_system& system_;
  const caf_link_options options_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<job> jobs_;
  std::stop_source stop_;
  std::thread thread_;  // last: it uses what is above
};

void caf_links::prepare(caf::actor_system_config& config) {
  config.load<caf::io::middleman>();
  config.load<random_node_id>();
  config.add_message_type<wire_message>(wire_message_name);
  config.set("middleman.heartbeat-interval", caf::timespan{heartbeat});
  config.set("middleman.connection-timeout", caf::timespan{longest_silence});
}

boost::system::result<std::unique_ptr<caf_links>, std::string> caf_links::open(
    caf::actor_system& system, caf_link_options options) {
  if (!options.tls && !is_loopback(options.address))
    return "other machines reach " + options.address +
           ": there nodes need a certificate, its key and the CA that signed it";
  auto arriving = make_newcomers(options.newcomer_time);
  auto doorman = make_node_doorman(system, options.address, options.port, options.tls, arriving);
  if (!doorman) return doorman.error();
  const auto port = (*doorman)->port();
  std::unique_ptr<caf_links> made{new caf_links{system, std::move(options), port, arriving}};
  caf::anon_send(broker_of(system), caf::publish_atom::value, std::move(*doorman), port,
                 caf::actor_cast<caf::strong_actor_ptr>(made->ear_), std::set<std::string>{});
  return made;
}

caf_links::caf_links(caf::actor_system& system, caf_link_options options, std::uint16_t port,
                     const std::shared_ptr<newcomers>& arriving)
    : system_{system}, port_{port} {
  ear_options ear;
  ear.first_pause = options.first_pause;
  ear.longest_pause = options.longest_pause;
  ear.greeting_time = options.connect_time;
  ear.look_interval = options.newcomer_time / looks_at_newcomers;
  ear.look = [&system, arriving] { close_slow(system, arriving); };
  dialler_ = std::make_unique<dialler>(system, std::move(options));
  ear.dial = [to = dialler_.get()](const caf::actor& by, const node_id& who, std::uint64_t attempt,
                                   const std::string& address) {
    to->want(by, who, attempt, address);
  };
  ear_ = spawn_ear(system, std::move(ear));
}

caf_links::~caf_links() {
  caf::scoped_actor self{system_};
  // The ear first: it uses the dialler.
  self->monitor(ear_);
  self->send_exit(ear_, caf::exit_reason::user_shutdown);
  self->receive([](const caf::down_msg&) {});
  dialler_.reset();
  self->request(broker_of(system_), caf::infinite, caf::close_atom::value, port_)
      .receive([] {}, [](const caf::error&) {});
}

void caf_links::know(const node_id& self, std::vector<known_node> others) {
  caf::anon_send(ear_, know_order{self, std::move(others)});
}

}  // namespace rentwave
