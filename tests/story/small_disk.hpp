// A file system of a few megabytes that really fills up: a tmpfs over a folder, in a mount
// namespace of this process's own, so that nothing is left behind. Needs root.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace rentwave::testing {

class small_disk {
 public:
  /// Throws std::system_error when the machine does not permit it (EPERM in most containers).
  small_disk(std::filesystem::path folder, std::int64_t bytes);
  ~small_disk();
  small_disk(const small_disk&) = delete;

  /// Writes a file until no byte is left.
  void fill();
  /// Deletes that file.
  void clear();

 private:
  std::filesystem::path folder_;
};

}  // namespace rentwave::testing
