#include "tests/persistence/journal_contract.hpp"

#include <stdlib.h>

#include <system_error>

namespace rentwave::testing_journal {

temporary_folder::temporary_folder() {
  auto name = (std::filesystem::temp_directory_path() / "rentwave-journal-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  path_ = name;
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

new_event event(std::uint32_t command, int n, std::string type) {
  new_event made;
  made.type = std::move(type);
  made.schema = 3;
  made.data = R"({"n":1,"fee":250})";
  made.time = at(command);
  made.command = nth<command_id>(command);
  made.n = n;
  made.actor = "account/7";
  made.trace = nth<trace_id>(command + 1000);
  return made;
}

entity_append to_entity(entity_ref entity, std::int64_t version, std::vector<new_event> events) {
  entity_append made;
  made.entity = std::move(entity);
  made.version = version;
  made.events = std::move(events);
  return made;
}

partition_append to_partition(partition_id partition, const partition_lease& lease,
                              std::vector<entity_append> entities) {
  return {partition, lease.epoch, lease.position, std::move(entities), {}, {}, {}};
}

Journal::Journal() : store_(GetParam().make(folder_.path())), journal_(value(store_->connect())) {}

partition_result Journal::append(std::vector<entity_append> entities,
                                 std::vector<offset_change> offsets) {
  if (lease_.epoch == 0) lease_ = value(journal_->take_over(1, "node-a"));
  auto wanted = to_partition(1, lease_, std::move(entities));
  wanted.offsets = std::move(offsets);
  auto result = value(journal_->append({wanted})).at(0);
  if (result.fenced) throw std::runtime_error("the partition is fenced");
  lease_.position = result.position;
  return result;
}

void Journal::write(std::vector<row_change> rows) {
  auto wanted = to_entity(rental_n(999), 0);
  wanted.rows = std::move(rows);
  const auto result = append({wanted});
  if (result.entities.at(0).failed) throw std::runtime_error(result.entities.at(0).failed->detail);
}

}  // namespace rentwave::testing_journal
