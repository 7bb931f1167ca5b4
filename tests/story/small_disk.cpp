#include "tests/story/small_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace rentwave::testing {
namespace {

void must(int result, const char* what) {
  if (result < 0) throw std::system_error{errno, std::generic_category(), what};
}

std::filesystem::path filler(const std::filesystem::path& folder) {
  return folder / "filler";
}

}  // namespace

small_disk::small_disk(std::filesystem::path folder, std::int64_t bytes)
    : folder_{std::move(folder)} {
  must(unshare(CLONE_NEWNS), "a mount namespace");
  must(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "private mounts");
  const auto size = "size=" + std::to_string(bytes);
  must(mount("tmpfs", folder_.c_str(), "tmpfs", 0, size.c_str()), "a small tmpfs");
}

small_disk::~small_disk() {
  umount2(folder_.c_str(), MNT_DETACH);
}

void small_disk::fill() {
  const int file = open(filler(folder_).c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  must(file, "the filler");
  constexpr std::array<char, 4096> block{};
  while (write(file, block.data(), block.size()) > 0) {
  }
  const int why = errno;
  close(file);
  if (why != ENOSPC) throw std::system_error{why, std::generic_category(), "filling the disk"};
}

void small_disk::clear() {
  std::filesystem::remove(filler(folder_));
}

}  // namespace rentwave::testing
