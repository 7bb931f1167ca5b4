// The house rules as plain functions over text, so that a test can show each of them failing.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rentwave::house {

/// Where (`path` or `path:line`) and what is wrong.
using findings = std::vector<std::string>;

/// What the files of a folder may include (design.md section 3). Everything is a prefix of the
/// included path. Third-party and standard headers are free unless they are banned.
struct include_rule {
  std::string_view folder;
  std::vector<std::string_view> ours;
  std::vector<std::string_view> banned;
};

/// The table. The first rule whose folder holds a file applies; a file without one is free.
std::span<const include_rule> include_rules();

/// Checks one C++ file's includes, headers, length, tabs and line widths, and that the domain asks
/// for neither time nor chance. `path` is relative to the
/// repository's root and decides which rules apply; nothing is read.
findings check_source(std::string_view path, std::string_view text);

/// A source that no build file lists is never compiled, and its tests never run. `name` is the path
/// relative to the build file's folder.
bool lists(std::string_view build_file, std::string_view name);

/// Only the length counts.
findings check_readme(std::string_view path, std::string_view text);

}  // namespace rentwave::house
