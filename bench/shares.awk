# The five largest shares of a perf report (overhead, shared object, symbol) by kind of work.

BEGIN { FS = "\t" }
/^#/ || NF < 3 { next }
{
  share = $1 + 0
  where = $2
  symbol = $3
  if (where ~ /kernel/) {
    name = symbol
    sub(/^.* _*/, "", name)
    if (name ~ /^finish_task_switch|sched|futex|wake|ttwu|queue_task|pick_|balance|idle/) part = "kernel: switching threads"
    else if (name ~ /^(tcp|sock|skb|inet|ip|net|loopback|ep|epoll|unix|sk|nf|dev|bbr|napi|sys_epoll|sys_send|sys_recv)/) part = "kernel: network"
    else if (name ~ /ext4|jbd2|xfs|blk|block|bio|virtblk|fsync|folio|filemap|mark_buffer|mpage|xas|iov|overlay|vfs|pwrite|pread/) part = "kernel: files"
    else if (name ~ /slab|kmem|kmalloc|kfree|memcg|page|mem(set|cpy)|sheaf|vma|mmap/) part = "kernel: memory"
    else if (name ~ /raw_spin_unlock_irq|irq|iowrite|tsc|clock|timer/) part = "kernel: interrupts, timers"
    else if (name ~ /syscall|x64_sys|fdget|fput|[gp][eu]t_user|copy_user|entry_/) part = "kernel: system calls"
    else part = "kernel: rest"
  } else if (where ~ /sqlite/) part = "SQLite"
  else if (where ~ /libpq/) part = "libpq, libpqxx"
  else if (where ~ /libcrypto|libssl|sodium/) part = "cryptography"
  else if (where ~ /libcaf/ || symbol ~ /caf::/) part = "CAF"
  else if (symbol ~ /malloc|free|calloc|realloc|operator new|operator delete|tcache|unlink_chunk/) part = "memory allocation"
  else if (symbol ~ /nlohmann|json/) part = "JSON"
  else if (symbol ~ /boost::(asio|beast)/) part = "Asio, Beast"
  else if (where ~ /rentwave/) {
    if (symbol ~ /rentwave::http/) part = "our http/"
    else part = "our actors/, persistence/"
  } else if (where ~ /libc[.-]/) part = "libc"
  else if (where ~ /stdc\+\+/) part = "libstdc++"
  else part = where
  sums[part] += share
}
END {
  for (n = 0; n < 5; n++) {
    best = ""
    for (part in sums) if (best == "" || sums[part] > sums[best]) best = part
    if (best == "") break
    printf "%s%s %.0f %%", n ? ", " : "", best, sums[best]
    delete sums[best]
  }
  print ""
}
