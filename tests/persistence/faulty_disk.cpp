#include "tests/persistence/faulty_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace rentwave::testing_journal {
namespace {

sqlite3_vfs* real_vfs = nullptr;

/// SQLite allocates this with the real file behind it.
struct file {
  sqlite3_file base;
  bool is_log;
  bool is_kept;  ///< the journal or its log; neither temporary nor shared memory
};

file* of(sqlite3_file* any) {
  return reinterpret_cast<file*>(any);
}
sqlite3_file* real(sqlite3_file* any) {
  return reinterpret_cast<sqlite3_file*>(of(any) + 1);
}

int write(sqlite3_file* any, const void* bytes, int count, sqlite3_int64 offset) {
  auto& disk = faulty_disk::get();
  auto* to = real(any);
  if (!of(any)->is_kept) return to->pMethods->xWrite(to, bytes, count, offset);
  if (const auto fault = disk.next_fault(false)) {
    if (count > 1) to->pMethods->xWrite(to, bytes, count / 2, offset);
    return *fault;
  }
  sqlite3_int64 size = 0;
  to->pMethods->xFileSize(to, &size);
  const auto growth = std::max<std::int64_t>(0, offset + count - size);
  const auto missing = growth - disk.take_room(growth);
  const int fits = count - static_cast<int>(std::min<std::int64_t>(missing, count));
  if (of(any)->is_log) disk.wrote_log();
  const int code = fits > 0 ? to->pMethods->xWrite(to, bytes, fits, offset) : SQLITE_OK;
  return code == SQLITE_OK && fits < count ? SQLITE_FULL : code;
}

int sync(sqlite3_file* any, int flags) {
  auto& disk = faulty_disk::get();
  if (of(any)->is_kept)
    if (const auto fault = disk.next_fault(true)) return *fault;
  const int code = real(any)->pMethods->xSync(real(any), flags);
  if (code == SQLITE_OK && of(any)->is_log) disk.synced_log();
  return code;
}

/// Passes a method on to the real file.
template <auto Method, class... Ts>
int pass(sqlite3_file* any, Ts... values) {
  auto* to = real(any);
  return (to->pMethods->*Method)(to, values...);
}

using io = sqlite3_io_methods;

void shm_barrier(sqlite3_file* any) {
  real(any)->pMethods->xShmBarrier(real(any));
}

const io methods = {
    3,
    pass<&io::xClose>,
    pass<&io::xRead, void*, int, sqlite3_int64>,
    write,
    pass<&io::xTruncate, sqlite3_int64>,
    sync,
    pass<&io::xFileSize, sqlite3_int64*>,
    pass<&io::xLock, int>,
    pass<&io::xUnlock, int>,
    pass<&io::xCheckReservedLock, int*>,
    pass<&io::xFileControl, int, void*>,
    pass<&io::xSectorSize>,
    pass<&io::xDeviceCharacteristics>,
    pass<&io::xShmMap, int, int, int, void volatile**>,
    pass<&io::xShmLock, int, int, int>,
    shm_barrier,
    pass<&io::xShmUnmap, int>,
    pass<&io::xFetch, sqlite3_int64, int, void**>,
    pass<&io::xUnfetch, sqlite3_int64, void*>,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* any, int flags, int* out_flags) {
  auto* made = of(any);
  made->base.pMethods = nullptr;
  made->is_log = (flags & SQLITE_OPEN_WAL) != 0;
  made->is_kept = made->is_log || (flags & SQLITE_OPEN_MAIN_DB) != 0;
  // What the real one does when the system refuses a file for writing.
  if (faulty_disk::get().is_protected() && (flags & SQLITE_OPEN_MAIN_DB) != 0)
    flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
  const int code = real_vfs->xOpen(real_vfs, name, real(any), flags, out_flags);
  if (real(any)->pMethods) made->base.pMethods = &methods;
  return code;
}

}  // namespace

faulty_disk& faulty_disk::get() {
  static sqlite3_vfs vfs;
  static faulty_disk disk;
  if (!real_vfs) {
    real_vfs = sqlite3_vfs_find(nullptr);
    vfs = *real_vfs;
    vfs.zName = "faulty";
    vfs.szOsFile = static_cast<int>(sizeof(file)) + real_vfs->szOsFile;
    vfs.xOpen = open;
    sqlite3_vfs_register(&vfs, 1);
  }
  return disk;
}

bool faulty_disk::repair() {
  room_.reset();
  protected_ = false;
  countdown_ = 0;
  return std::exchange(failed_, false);
}

std::optional<int> faulty_disk::next_fault(bool is_sync) {
  if (paused_ || (is_sync && code_ == SQLITE_FULL)) return std::nullopt;
  if (countdown_ == 0 || --countdown_ > 0) return std::nullopt;
  failed_ = true;
  return code_;
}

std::int64_t faulty_disk::take_room(std::int64_t bytes) {
  if (!room_ || paused_) return bytes;
  const auto taken = std::min(bytes, *room_);
  *room_ -= taken;
  return taken;
}

}  // namespace rentwave::testing_journal
