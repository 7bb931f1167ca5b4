#include "tests/simulation/network.hpp"

#include <caf/all.hpp>

#include <algorithm>

#include "cluster/wire_form.hpp"

namespace rentwave::simulation {
namespace {

using std::chrono::seconds;

/// As caf_link.hpp has it: a link that is silent for so long has ended.
constexpr sim_time longest_silence = seconds{3};
/// Of a message, at most.
constexpr sim_time usual_time{5};

/// One end of a link: takes what the peer beside it says to the other node.
caf::behavior pipe(caf::event_based_actor* self, const caf::actor& peer,
                   const std::function<void(const wire_message&)>& post,
                   const std::function<void()>& ended) {
  self->monitor(peer);
  self->set_down_handler([self, ended](caf::down_msg&) {
    ended();
    self->quit();
  });
  return {[post](const wire_message& message) { post(message); }};
}

}  // namespace

class network::door final : public links {
 public:
  door(network& whole, int node) : whole_{whole}, node_{node} {}
  void know(const node_id& self, std::vector<known_node> others) override {
    whole_.know(node_, self, others);
  }

 private:
  network& whole_;
  int node_;
};

std::unique_ptr<links> network::enter(int node, caf::actor_system& system) {
  ends_[node].system = &system;
  return std::make_unique<door>(*this, node);
}

void network::leave(int node) {
  ends_.erase(node);
  std::erase_if(dead_ends_, [node](const auto& one) { return one.second.first == node; });
  for (auto next = links_.begin(); next != links_.end();) {
    auto& [number, ends] = *next;
    if (ends[0].node != node && ends[1].node != node) {
      ++next;
      continue;
    }
    auto& far = ends[ends[0].node == node ? 1 : 0];
    dead_ends_[number] = {far.node, std::move(far.pipe)};
    const auto unnoticed = dice_.one_in(2) ? sim_time{0} : sim_time{dice_.between(0, 3'000)};
    coming_.in(unnoticed, [this, gone = number] {
      ++mishaps_;
      if (const auto found = dead_ends_.extract(gone))
        caf::anon_send_exit(found.mapped().second, caf::exit_reason::kill);
    });
    next = links_.erase(next);
  }
}

// --- making links -------------------------------------------------------------------------------

void network::know(int node, const node_id& self, const std::vector<known_node>& others) {
  auto& here = ends_[node];
  here.self = self;
  here.others.clear();
  for (const auto& one : others) here.others[one.id] = one.peer;
  for (const auto& [other, there] : ends_)
    if (other != node)
      coming_.in(some_time() * 10, [this, node, other = other] { connect(node, other); });
}

void network::connect(int one, int other) {
  if (!know_each_other(one, other) || find(one, other) != 0) return;
  if (is_cut(one, other) || is_cut(other, one)) {
    coming_.in(sim_time{500}, [this, one, other] { connect(one, other); });
    return;
  }
  const auto number = ++last_number_;
  auto& made = links_[number];
  made = {open_end(number, 0, one, other), open_end(number, 1, other, one)};
  for (const auto& end : made) caf::anon_send(end.peer, link_up{end.pipe});
  ++counts_["links"];
}

network::link_end network::open_end(std::uint64_t number, std::size_t side, int node, int other) {
  const auto& here = ends_.at(node);
  const auto peer = here.others.at(ends_.at(other).self);
  const auto post_here = [this, number, side](const wire_message& what) {
    post(number, side, what);
  };
  const auto ended = [this, number] { coming_.in({}, [this, number] { end(number); }); };
  const auto made =
      here.system->spawn(pipe, peer, std::function<void(const wire_message&)>{post_here},
                         std::function<void()>{ended});
  return {node, peer, made, coming_.now()};
}

bool network::know_each_other(int one, int other) const {
  const auto here = ends_.find(one);
  const auto there = ends_.find(other);
  return here != ends_.end() && there != ends_.end() &&
         here->second.others.contains(there->second.self) &&
         there->second.others.contains(here->second.self);
}

std::uint64_t network::find(int one, int other) const {
  for (const auto& [number, ends] : links_)
    if ((ends[0].node == one && ends[1].node == other) ||
        (ends[0].node == other && ends[1].node == one))
      return number;
  return 0;
}

void network::end(std::uint64_t number) {
  const auto found = links_.extract(number);
  if (!found) return;
  ++mishaps_;
  for (const auto& each : found.mapped()) caf::anon_send_exit(each.pipe, caf::exit_reason::kill);
  const auto one = found.mapped()[0].node;
  const auto other = found.mapped()[1].node;
  coming_.in(sim_time{is_calm_ ? 1 : dice_.between(10, 2'000)},
             [this, one, other] { connect(one, other); });
}

// --- what goes over them ------------------------------------------------------------------------

sim_time network::some_time() {
  return is_calm_ ? sim_time{0} : sim_time{dice_.between(0, usual_time.count())};
}

void network::post(std::uint64_t number, std::size_t from, const wire_message& what) {
  const auto found = links_.find(number);
  if (found == links_.end()) return;
  ++counts_["messages"];
  if (hits(weather_.lost)) {
    ++counts_["messages lost"];
    ++mishaps_;
    return;
  }
  auto when = coming_.now() + some_time();
  if (hits(weather_.late)) {
    ++counts_["messages late"];
    ++mishaps_;
    when += sim_time{dice_.between(50, 2'500)};
  }
  const auto arrive = [this, number, to = 1 - from, what] { bring(number, to, what); };
  auto& last = found->second[from].last;
  if (hits(weather_.overtaken)) {
    ++counts_["messages reordered"];
    when += sim_time{dice_.between(0, 200)};
  } else {
    when = last = std::max(when, last);
  }
  coming_.at(when, arrive);
  if (!hits(weather_.repeated)) return;
  ++counts_["messages repeated"];
  coming_.at(when + sim_time{dice_.between(0, 1'000)}, arrive);
}

void network::bring(std::uint64_t number, std::size_t to, const wire_message& what) {
  const auto found = links_.find(number);
  if (found == links_.end()) return;
  auto& from_end = found->second[1 - to];
  const auto& to_end = found->second[to];
  if (is_cut(from_end.node, to_end.node)) {
    const auto until = cut_until_[{from_end.node, to_end.node}];
    from_end.last = std::max(from_end.last, until);  // what is sent meanwhile comes after it
    coming_.at(until, [this, number, to, what] { bring(number, to, what); });
    return;
  }
  if (use_of(what) == wire_use::call)
    if (const auto call = call_from_wire(what, {}))
      if (const auto* command = std::get_if<command_ptr>(&call->what))
        if (!once_.insert((*command)->id).second) again_.insert((*command)->id);
  caf::anon_send(to_end.peer, what);
}

// --- faults -------------------------------------------------------------------------------------

bool network::is_cut(int from, int to) const {
  const auto found = cut_until_.find({from, to});
  return found != cut_until_.end() && found->second > coming_.now();
}

void network::cut(int from, int to, sim_time length) {
  ++counts_["ways cut"];
  auto& until = cut_until_[{from, to}];
  until = std::max(until, coming_.now() + length);
  if (length > longest_silence)
    coming_.in(longest_silence, [this, from, to] {
      if (is_cut(from, to)) end(find(from, to));
    });
}

void network::silence(int node, sim_time length) {
  if (length <= longest_silence) return;
  coming_.in(longest_silence, [this, node] {
    if (is_calm_) return;
    std::vector<std::uint64_t> silent;
    for (const auto& [number, ends] : links_)
      if (ends[0].node == node || ends[1].node == node) silent.push_back(number);
    for (const auto number : silent) end(number);
  });
}

void network::calm() {
  is_calm_ = true;
  weather_ = {};
}

bool network::is_held_up() const {
  const auto now = coming_.now();
  const auto comes_late = [now](const link_end& one) { return one.last > now + usual_time; };
  return std::ranges::any_of(cut_until_, [now](const auto& way) { return way.second > now; }) ||
         std::ranges::any_of(links_, [&](const auto& each) {
           return std::ranges::any_of(each.second, comes_late);
         });
}

}  // namespace rentwave::simulation
