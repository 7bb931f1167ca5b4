#include "persistence/sqlite/store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "persistence/sqlite/error.hpp"
#include "persistence/sqlite/journal.hpp"
#include "persistence/sqlite/schema.hpp"

namespace rentwave::sqlite {
namespace {

namespace fs = std::filesystem;

/// A file descriptor.
class descriptor {
 public:
  descriptor(const fs::path& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&&) = delete;
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

journal_error failed(const fs::path& path) {
  return {journal_errc::unavailable, path.string() + ": " + std::system_category().message(errno)};
}

journal_result<descriptor> lock(const fs::path& file) {
  const auto path = file.string() + ".lock";
  descriptor held(path, O_RDWR | O_CREAT);
  if (!held) return failed(path);
  if (::flock(held.get(), LOCK_EX | LOCK_NB) == 0) return held;
  if (errno != EWOULDBLOCK) return failed(path);
  return journal_error{journal_errc::in_use, "another program has " + file.string() + " open"};
}

/// An empty file that only we may read, and a directory entry that survives a loss of power.
journal_result<void> make(const fs::path& file) {
  const descriptor made(file, O_RDWR | O_CREAT);
  if (!made) return failed(file);
  const descriptor directory(file.parent_path(), O_RDONLY | O_DIRECTORY);
  if (!directory || ::fsync(directory.get()) != 0) return failed(file.parent_path());
  return {};
}

class writing_store final : public journal_store {
 public:
  writing_store(fs::path file, descriptor lock) : file_(std::move(file)), lock_(std::move(lock)) {}

  journal_result<std::unique_ptr<journal>> connect() override {
    return guarded([&]() -> journal_result<std::unique_ptr<journal>> {
      return std::make_unique<sqlite_journal>(file_, access::read_write);
    });
  }
  std::string promise() const override {
    return "survives the death of the process and loss of power, not of the disk";
  }

 private:
  fs::path file_;
  descriptor lock_;
};

class reading_store final : public journal_store {
 public:
  explicit reading_store(fs::path file) : file_(std::move(file)) {}

  journal_result<std::unique_ptr<journal>> connect() override {
    return guarded([&]() -> journal_result<std::unique_ptr<journal>> {
      return std::make_unique<sqlite_journal>(file_, access::read_only);
    });
  }
  std::string promise() const override { return "is only read"; }

 private:
  fs::path file_;
};

/// Absolute, so that a change of directory does not matter; canonical, so that all agree on the
/// lock.
fs::path whole(const fs::path& file, std::error_code& code) {
  auto path = fs::absolute(file, code);
  return code ? path : fs::weakly_canonical(path, code);
}

void use_write_ahead_log(connection& on) {
  std::string mode;
  auto answer = on.prepared("PRAGMA journal_mode = WAL").query();
  if (answer.next()) answer.read(mode);
  if (mode != "wal") throw error(0, "this file system cannot keep a write-ahead log");
}

template <class Open>
journal_result<std::unique_ptr<journal_store>> named(const fs::path& path, Open&& open) {
  auto opened = guarded(open);
  if (opened) return opened;
  return journal_error{opened.error().code, path.string() + ": " + opened.error().detail};
}

}  // namespace

journal_result<std::unique_ptr<journal_store>> open_file(const fs::path& file) {
  std::error_code code;
  const auto path = whole(file, code);
  if (!code) fs::create_directories(path.parent_path(), code);
  if (code) return journal_error{journal_errc::unavailable, file.string() + ": " + code.message()};
  auto held = lock(path);
  if (!held) return held.error();
  if (const auto made = make(path); !made) return made.error();
  return named(path, [&]() -> journal_result<std::unique_ptr<journal_store>> {
    connection first(path, access::read_write);
    use_write_ahead_log(first);
    if (const auto migrated = migrate(first); !migrated) return migrated.error();
    return std::make_unique<writing_store>(path, *std::move(held));
  });
}

journal_result<std::unique_ptr<journal_store>> open_file_read_only(const fs::path& file) {
  std::error_code code;
  const auto path = whole(file, code);
  if (code || !fs::exists(path, code))
    return journal_error{journal_errc::not_found, file.string() + ": no such journal"};
  return named(path, [&]() -> journal_result<std::unique_ptr<journal_store>> {
    connection first(path, access::read_only);
    if (const auto known = check_schema(first); !known) return known.error();
    return std::make_unique<reading_store>(path);
  });
}

}  // namespace rentwave::sqlite
