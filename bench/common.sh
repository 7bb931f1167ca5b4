# shellcheck shell=bash
# Sourced by the measuring scripts, from the repository's root, after deploy/setup.sh.

out=build/bench

# build_bench TARGET...: the release preset with the measuring programs.
build_bench() {
  install_missing deploy/packages.txt deploy/packages-bench.txt
  say "building $out"
  cmake --preset release -B "$out" -DRENTWAVE_BENCH=ON >/dev/null
  cmake --build "$out" --parallel "${JOBS:-$(nproc)}" --target "$@" >&2
  folder=$(mktemp -d "$out/run.XXXXXX")
  trap clean_up EXIT
}

started=()
# The last first: nodes before what they write to.
stop_started() {
  local i each
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do
    each=${started[i]}
    kill "$each" 2>/dev/null || continue
    wait "$each" 2>/dev/null || true
  done
  started=()
}
clean_up() {
  stop_started
  rm -rf -- "$folder"
}

# await COMMAND...: until it succeeds, for some 20 s.
await() {
  local i
  for ((i = 0; i < 2000; i++)); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.01
  done
  fail "waited in vain for: $*"
}

# What a node is started by: nothing, or by_machine NAME.
by=()
# by_machine NAME: nodes start as on this machine, of which others cannot see whether its processes
# live. As root.
by_machine() {
  echo "the machine $1" >"$folder/machine.$1"
  # shellcheck disable=SC2016  # for the inner shell
  by=(unshare --mount sh -c 'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"'
    "$PWD/$folder/machine.$1")
}

# start_node URL [OPTION...]: sets node, its process, and port; it is ready.
start_node() {
  local log url=$1
  shift
  log=$(mktemp "$folder/node.XXXXXX")
  "${by[@]}" "$out/rentwave" --http.port=0 --journal.url="$url" --log.level=error \
    --limits.enabled=false "$@" >"$log" &
  node=$!
  started+=("$node")
  await grep -q ' at http' "$log"
  port=$(sed -n 's|.* at http://127.0.0.1:\([0-9]*\).*|\1|p' "$log")
}

# make_journal sqlite|postgres [RENTALS IDS [AT EVERY_S COUNT]]: sets url, and the descriptors and
# the process of bench_fill_rentals, if there is something to fill or a server to keep, in filling
# and filler.
make_journal() {
  local where=$1
  if [[ $1 == sqlite ]]; then
    where=$(mktemp -d "$folder/sqlite.XXXXXX")
    url=sqlite:$where/journal.db
    if (($# == 1)); then return; fi
  fi
  coproc filling {
    exec "$out/bench/bench_fill_rentals" "$where" "${2:-1}" "${3:-/dev/null}" "${@:4}"
  }
  filler=$filling_PID
  started+=("$filler")
  read -r _ url <&"${filling[0]}"
}

now_ms() { date +%s%3N; }
# median_and_range: of the numbers on standard input, one a line.
median_and_range() {
  sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] " (" v[1] "–" v[NR] ")" }'
}

# rss_mib PID: what of its memory is in RAM.
rss_mib() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }

# call METHOD PATH [BODY]: what rentwave at $port answers, without the head.
call() {
  local answer body=${3-} eol=$'\r\n'
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf '%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s%s%s\r\n\r\n%s' "$1" "$2" \
    "Content-Type: application/json$eol" "${TOKEN:+Authorization: Bearer $TOKEN$eol}" \
    "Content-Length: ${#body}" "$body" >&3
  answer=$(timeout 10 cat <&3)
  exec 3>&-
  [[ $answer == HTTP/1.1\ 2* ]] || fail "$1 $2: $answer"
  printf '%s' "${answer#*$'\r\n\r\n'}"
}
# join NAME: signs up and in; sets TOKEN, for calls and for wrk's scripts.
join() {
  local account="{\"username\": \"$1\", \"password\": \"correct horse\"}"
  TOKEN='' call POST /api/users "$account" >/dev/null
  TOKEN=$(TOKEN='' call POST /api/sessions "$account" | field access_token)
  export TOKEN
}
field() { grep -o "\"$1\": *\"[^\"]*\"" | head -1 | cut -d'"' -f4; }

# line_for_loads WHAT SECOND TICKS: of wrk's figures on standard input, as loads.awk reads them.
line_for_loads() {
  awk -F'\t' -v OFS='\t' -v what="$1" -v second="$2" -v ticks="$3" -v hz="$(getconf CLK_TCK)" \
    '/^figures/ { print what, second, $3, $4, $5, ticks / hz / $2 * 1e6, $6 }'
}

# cpu_ticks PID: utime + stime of the whole process.
cpu_ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }
