# shellcheck shell=bash
# Sourced by ./run and ./test, from the repository's root: installs the listed packages that are
# missing, configures and builds a preset. Costs well under a second when nothing changed.

say() { printf '== %s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

# retry COMMAND...: three times, with a pause that grows.
retry() {
  local pause
  for pause in 5 20 0; do
    if "$@"; then return 0; fi
    if ((pause)); then
      say "failed, trying again in $pause s"
      sleep "$pause"
    fi
  done
  return 1
}

# listed_packages FILE...: their packages, one a line.
listed_packages() { sed 's/#.*//; s/[[:space:]]//g; /^$/d' "$@" | sort -u; }

# missing_packages FILE...: those of them that are not installed.
missing_packages() {
  local wanted
  mapfile -t wanted < <(listed_packages "$@")
  comm -13 \
    <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
      sed -n 's/^installed //p' | sort -u) \
    <(printf '%s\n' "${wanted[@]}")
}

fetch_packages() {
  apt-get -q -o DPkg::Lock::Timeout=300 update &&
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
      install --no-install-recommends "$@"
}

# install_missing FILE...: the packages that they list.
install_missing() {
  local missing
  if ! command -v dpkg-query >/dev/null; then
    say "not a Debian system: install what $* names yourself"
    return
  fi
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then return; fi
  if ((EUID != 0)); then
    fail "packages are missing; as root: apt-get install --no-install-recommends ${missing[*]}"
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  retry fetch_packages "${missing[@]}" || fail "apt-get could not install them, see above"
}

# delete_journal FILE: the SQLite journal, unless a node has it open. The lock file stays: whoever
# made a new one would not see who holds the old one.
delete_journal() {
  local file=$1 lock
  mkdir -p "$(dirname "$file")"
  exec {lock}>>"$file.lock"
  if ! flock -n "$lock"; then fail "$file belongs to a running node; stop it first"; fi
  rm -f -- "$file" "$file-wal" "$file-shm"
  exec {lock}>&-
}

# option_value NAME OPTION...: what the options, or else the environment, say of it.
option_value() {
  local name=$1 before= option variable
  variable=RENTWAVE_$(tr 'a-z.-' 'A-Z__' <<<"$name")
  local value=${!variable-}
  shift
  for option; do
    if [[ $before == "--$name" ]]; then value=$option; fi
    if [[ $option == "--$name="* ]]; then value=${option#*=}; fi
    before=$option
  done
  printf '%s' "$value"
}

# default_journal FILE OPTION...: whether the options, as the environment, leave the journal at FILE.
default_journal() {
  local file=$1 url from
  shift
  url=$(option_value journal.url "$@")
  from=$(option_value config-file "$@")
  # A file may name any journal, unless somebody says which it is.
  if [[ -z $url && -n $from ]]; then return 1; fi
  [[ ${url:-sqlite:$file} == "sqlite:$file" ]]
}

# wants_demo FILE OPTION...: whether FILE will be a new journal, that of the options, and nobody says
# anything about the demo, which is for this machine only.
wants_demo() {
  local file=$1 address option
  if [[ -e $file ]] || ! default_journal "$@"; then return 1; fi
  shift
  # A file may say anything.
  if [[ -n $(option_value config-file "$@") || -n ${RENTWAVE_DEMO-} ]]; then return 1; fi
  for option; do
    if [[ $option == --demo || $option == --demo=* ]]; then return 1; fi
  done
  address=$(option_value http.address "$@")
  [[ -z $address || $address == 127.* || $address == ::1 ]]
}

# build PRESET [TARGET]: into build/PRESET; all targets if none is named.
build() {
  local dir="build/$1"
  if [[ ! -f $dir/build.ninja ]] ||
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$dir/CMakeCache.txt"; then
    say "configuring $dir"
    cmake --fresh --preset "$1" >&2
  fi
  say "building $dir${2:+ ($2)}"
  cmake --build "$dir" --parallel "$(nproc)" ${2:+--target "$2"} >&2
}
