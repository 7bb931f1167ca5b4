#include "persistence/sqlite/store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "persistence/sqlite/error.hpp"
#include "persistence/sqlite/journal.hpp"
#include "persistence/sqlite/log_mover.hpp"
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

/// Makes the entries of a folder survive a loss of power.
journal_result<void> sync_folder(const fs::path& folder) {
  const descriptor opened(folder, O_RDONLY | O_DIRECTORY);
  if (!opened || ::fsync(opened.get()) != 0) return failed(folder);
  return {};
}

/// Makes what is missing of these folders, durably.
journal_result<void> make_folders(const fs::path& folder) {
  auto existing = folder;
  std::error_code code;
  while (!fs::exists(existing, code) && existing.has_relative_path())
    existing = existing.parent_path();
  fs::create_directories(folder, code);
  if (code)
    return journal_error{journal_errc::unavailable, folder.string() + ": " + code.message()};
  for (auto made = folder; made != existing; made = made.parent_path())
    if (auto synced = sync_folder(made.parent_path()); !synced) return synced;
  return {};
}

/// The file's one name, so that all agree on the lock, with the file made: a symbolic link to what
/// is not there has no other name yet.
journal_result<fs::path> make(const fs::path& file) {
  std::error_code code;
  const auto whole = fs::absolute(file, code);
  if (code) return journal_error{journal_errc::unavailable, file.string() + ": " + code.message()};
  if (const auto made = make_folders(whole.parent_path()); !made)
    return journal_error{made.error().code, file.string() + ": " + made.error().detail};
  if (const descriptor made(whole, O_RDWR | O_CREAT); !made) return failed(whole);
  auto path = fs::canonical(whole, code);
  if (code) return journal_error{journal_errc::unavailable, file.string() + ": " + code.message()};
  if (const auto synced = sync_folder(path.parent_path()); !synced) return synced.error();
  return path;
}

/// Only we may read what is in it, whoever made it.
journal_result<void> make_private(const fs::path& file) {
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    const auto path = file.string() + suffix;
    if (::chmod(path.c_str(), 0600) != 0 && errno != ENOENT)
      return journal_error{journal_errc::unavailable,
                           "it cannot be kept from others' eyes with mode 0600: " +
                               std::system_category().message(errno)};
  }
  return {};
}

class writing_store final : public journal_store {
 public:
  writing_store(fs::path file, descriptor lock, log_limits limits)
      : file_(std::move(file)),
        lock_(std::move(lock)),
        limits_(limits),
        mover_(std::make_shared<log_mover>(file_)) {}

  journal_result<std::unique_ptr<journal>> connect() override {
    return guarded([&]() -> journal_result<std::unique_ptr<journal>> {
      return std::make_unique<sqlite_journal>(file_, access::read_write, limits_, mover_);
    });
  }
  std::string promise() const override {
    return "survives the death of the process and loss of power, not of the disk";
  }

 private:
  fs::path file_;
  descriptor lock_;
  log_limits limits_;
  std::shared_ptr<log_mover> mover_;
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

journal_result<std::unique_ptr<journal_store>> open_file(const fs::path& file, log_limits limits) {
  const auto path = make(file);
  if (!path) return path.error();
  auto held = lock(*path);
  if (!held) return held.error();
  return named(*path, [&]() -> journal_result<std::unique_ptr<journal_store>> {
    // Somebody else's file is left as it is, to the byte. SQLite makes the log with the file's
    // mode.
    if (const auto ours = check_is_ours(*std::make_unique<connection>(*path, access::read_write));
        !ours)
      return ours.error();
    if (const auto made = make_private(*path); !made) return made.error();
    connection first(*path, access::read_write);
    use_write_ahead_log(first);
    if (const auto migrated = migrate(first); !migrated) return migrated.error();
    return std::make_unique<writing_store>(*path, *std::move(held), limits);
  });
}

journal_result<std::unique_ptr<journal_store>> open_file_read_only(const fs::path& file) {
  std::error_code code;
  // Whole, so that a change of directory does not matter.
  const auto path = fs::canonical(file, code);
  if (code) return journal_error{journal_errc::not_found, file.string() + ": no such journal"};
  return named(path, [&]() -> journal_result<std::unique_ptr<journal_store>> {
    connection first(path, access::read_only);
    if (const auto known = check_schema(first); !known) return known.error();
    return std::make_unique<reading_store>(path);
  });
}

}  // namespace rentwave::sqlite
