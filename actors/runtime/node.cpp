#include "actors/runtime/node.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <vector>

#include "actors/runtime/crier.hpp"
#include "actors/runtime/demand.hpp"
#include "actors/runtime/estates.hpp"
#include "actors/runtime/node_context.hpp"
#include "actors/runtime/partition.hpp"
#include "actors/runtime/photo_sweeper.hpp"
#include "actors/runtime/postman.hpp"
#include "actors/runtime/reader.hpp"
#include "actors/runtime/writer.hpp"

namespace rentwave {

struct node::parts {
  caf::actor_system& system;
  std::shared_ptr<node_context> context;
  caf::actor sweeper{};
  std::atomic<int> open{0};
  std::vector<std::atomic<bool>> is_open{};  ///< by partition
  bool stopped = false;
  mutable std::atomic<std::size_t> next_reader{0};
};

journal_result<std::unique_ptr<node>> node::start(caf::actor_system& system, journal_store& store,
                                                  node_options options) {
  auto writing = store.connect();
  if (!writing) return writing.error();
  auto clock = start_clock(**writing, options.clock_rate, options.real_time);
  if (!clock) return clock.error();

  std::unique_ptr<node> made{new node};
  made->parts_.reset(new parts{system, std::make_shared<node_context>()});
  auto& context = *made->parts_->context;
  context.clock = std::move(*clock);
  context.options = std::move(options);
  made->parts_->is_open =
      std::vector<std::atomic<bool>>(static_cast<std::size_t>(context.options.partitions));
  context.is_open = [parts = made->parts_.get()](partition_id id) -> bool {
    return parts->is_open.at(static_cast<std::size_t>(id));
  };
  context.moved = [parts = made->parts_.get(), tell = context.options.door_moved](
                      partition_id id, door_state was, door_state is) {
    parts->is_open.at(static_cast<std::size_t>(id)) = is == door_state::open;
    if (is == door_state::open) ++parts->open;
    if (was == door_state::open) --parts->open;
    if (tell) tell(id, is);
  };
  context.figures =
      std::make_shared<runtime_figures>(static_cast<std::size_t>(context.options.readers));
  for (int i = 0; i < context.options.readers; ++i) {
    auto reading = store.connect();
    if (!reading) {
      made->stop();
      return reading.error();
    }
    // The count outlives whoever reads it.
    std::shared_ptr<std::atomic<std::size_t>> waiting{
        context.figures, &context.figures->questions[static_cast<std::size_t>(i)]};
    context.readers.push_back(
        spawn_reader(system, std::move(*reading), std::move(waiting), context.options.threads));
  }
  auto keeping = store.connect();
  auto fetching = store.connect();
  if (!keeping || !fetching) {
    made->stop();
    return (keeping ? fetching : keeping).error();
  }
  context.keeper =
      spawn_reader(system, std::move(*keeping),
                   {context.figures, &context.figures->photo_questions}, context.options.threads);
  context.fetcher =
      spawn_reader(system, std::move(*fetching), {context.figures, &context.figures->photo_fetches},
                   context.options.threads);
  const context_ptr shared = made->parts_->context;
  context.writer = spawn_writer(system, std::move(*writing), shared);
  made->parts_->sweeper = spawn_photo_sweeper(system, shared);
  auto routes = std::make_shared<routing>();
  routes->payments = spawn_payments(system, shared);
  routes->estates = spawn_estates(system, shared);
  routes->crier = spawn_crier(system, shared);
  routes->postman = spawn_postman(system, shared);
  for (partition_id id = 0; id < context.options.partitions; ++id)
    routes->partitions.push_back(spawn_partition(system, shared, id));
  context.routes = routes;
  made->routes_ = context.routes;
  made->clock_ = context.clock;
  for (const auto& partition : routes->partitions) demand(partition, "a partition");
  demand(routes->payments, "the payment provider's actor");
  demand(routes->estates, "the actor of estates");
  demand(routes->crier, "the crier");
  demand(routes->postman, "the postman");
  demand(context.writer, "the writer");
  for (const auto& reader : context.readers) demand(reader, "a reader");
  demand(context.keeper, "the keeper of photos");
  demand(context.fetcher, "the fetcher of photos");
  demand(made->parts_->sweeper, "the sweeper of photos");
  // The context is complete; from here on it is constant.
  if (context.options.opens_all)
    for (const auto& partition : routes->partitions)
      caf::anon_send(partition, caf::atom_constant<caf::atom("begin")>::value);
  caf::anon_send(made->parts_->sweeper, caf::atom_constant<caf::atom("tick")>::value);
  return made;
}

node::~node() {
  if (!parts_) return;
  stop();
  // The context and the actors hold handles of each other: break the circle.
  parts_->context->writer = nullptr;
  parts_->context->readers.clear();
  parts_->context->keeper = nullptr;
  parts_->context->fetcher = nullptr;
  parts_->context->routes.reset();
}

caf::actor node::reader() const {
  return parts_->context->take_reader(parts_->next_reader++);
}

caf::actor node::keeper() const {
  const auto& context = *parts_->context;
  if (context.figures->photo_questions >= context.options.photo_queue) return {};
  return context.take_keeper();
}

caf::actor node::fetcher() const {
  const auto& context = *parts_->context;
  if (context.figures->photo_fetches >= context.options.photo_fetches) return {};
  return context.take_fetcher();
}

std::shared_ptr<const runtime_figures> node::figures() const {
  return parts_->context->figures;
}

bool node::is_ready() const {
  return parts_ && parts_->open >= parts_->context->options.partitions;
}

void node::stop() {
  if (!parts_ || std::exchange(parts_->stopped, true)) return;
  auto& context = *parts_->context;
  std::vector<caf::actor> ending;
  if (routes_) {
    ending = routes_->partitions;
    ending.push_back(routes_->payments);
    ending.push_back(routes_->estates);
    ending.push_back(routes_->crier);
    ending.push_back(routes_->postman);
  }
  for (const auto& one : {context.writer, context.keeper, context.fetcher, parts_->sweeper})
    if (one) ending.push_back(one);
  ending.insert(ending.end(), context.readers.begin(), context.readers.end());
  for (const auto& actor : ending) caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  if (context.options.threads) {
    caf::scoped_actor self{parts_->system};
    self->wait_for(ending);
  }
}

}  // namespace rentwave
