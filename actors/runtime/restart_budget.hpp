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
  };
  enum class verdict { start, wait, quarantined };
  struct quarantined {
    entity_ref entity;
    std::string reason;  ///< of the last failure
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
  std::vector<quarantined> in_quarantine() const;
  std::optional<quarantined> in_quarantine(const entity_ref& entity) const;

  /// How many entities are remembered for failing: beyond it, those in quarantine only.
  static constexpr std::size_t most = 10'000;

 private:
  struct record {
    int failures = 0;
    instant last;
    instant next_start;
    std::string reason;
    bool quarantined = false;
  };
  void make_room(instant now);

  limits limits_;
  std::unordered_map<entity_ref, record> records_;
};

}  // namespace rentwave
