// The contract for people: what http/openapi.yaml says of each operation, as parts of `/docs`. It
// is a document of ours, which tests have looked through: what is not in it is simply not shown.
// Pure.
#pragma once

#include <map>
#include <string>

#include "http/pages/html.hpp"

namespace rentwave::http {

struct contract_pages {
  /// By heading, its operations: each closed until somebody opens it, with what it takes, what it
  /// answers, and examples.
  std::map<std::string, markup, std::less<>> operations;
  /// Rows of a table: status, codes, when.
  markup general_errors;
};

/// Takes a while, so whoever needs it keeps it.
contract_pages read_contract();

}  // namespace rentwave::http
