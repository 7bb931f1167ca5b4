// How often entities of one partition that fail are started again, and when they no longer are: a
// plain class of the partition, which is their supervisor (design.md section 4). All times are
// real.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/domain/entity.hpp"
#include "actors/domain/time.hpp"

namespace rentwave {

class restart_budget {
 public:
  struct limits {
    duration backoff = std::chrono::milliseconds{100};  ///< after the second failure in a row;
                                                        ///< none after the first, then doubled
    duration longest_backoff = std::chrono::seconds{30};
    int failures = 8;  ///< in a row; the next one means quarantine
    duration forgotten_after = std::chrono::minutes{10};  ///< without a failure
    /// Entities that are remembered for failing, and as many in quarantine. When there is no room
    /// for another among the former, that one has the longest backoff, and the one with the fewest
    /// failures is forgotten; among the latter, the one that is longest in it, which may start.
    std::size_t most = 10'000;
  };
  enum class verdict { start, wait, quarantined };
  struct quarantined {
    entity_ref entity;
    std::string reason;  ///< of the last failure, shortened
    instant since;
  };

  explicit restart_budget(limits given) : limits_{given} {}

  verdict ask(const entity_ref& entity, instant now) const;
  /// It failed by its own fault. When it may be started again; never: it is quarantined now.
  std::optional<instant> failed(const entity_ref& entity, const std::string& why, instant now);
  /// Something happened to it: what went before is forgotten.
  void served(const entity_ref& entity);
  /// False: it was not quarantined.
  bool release(const entity_ref& entity);
  std::size_t quarantine_size() const { return quarantine_.size(); }
  /// Those that are longest in it, `limit` at most.
  std::vector<quarantined> in_quarantine(std::size_t limit) const;
  std::optional<quarantined> in_quarantine(const entity_ref& entity) const;

 private:
  struct failing {
    int failures = 0;
    instant last;
    instant next_start;
  };
  struct confined {
    std::string reason;
    instant since;
  };
  void forget_one();
  bool has_room_for(const entity_ref& entity, instant now);
  void confine(const entity_ref& entity, const std::string& why, instant now);

  limits limits_;
  std::unordered_map<entity_ref, failing> failing_;
  std::unordered_map<entity_ref, confined> quarantine_;
};

}  // namespace rentwave
