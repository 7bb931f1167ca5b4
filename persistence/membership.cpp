#include "persistence/membership.hpp"

#include "persistence/journal_url.hpp"
#include "persistence/postgres/membership.hpp"

namespace rentwave {

std::string to_string(const node_id& id) {
  return id.name + '.' + std::to_string(id.incarnation);
}

journal_result<std::unique_ptr<membership>> open_membership(std::string_view journal_url) {
  if (is_postgres_url(journal_url)) return postgres::open_membership(journal_url);
  return journal_error{journal_errc::not_found, "the journal " + url_without_password(journal_url) +
                                                    " has one node, and no table of them"};
}

}  // namespace rentwave
