# shellcheck shell=bash
# Sourced by the scripts of this folder: the root of the project in $root, and how they speak.
# shellcheck disable=SC2034 # used by those who source this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export LC_ALL=C.UTF-8
export PATH=$PATH:/usr/sbin:/sbin

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit "${code:-1}"
}
need() {
  local tool
  for tool; do command -v "$tool" >/dev/null || die "$tool is missing: run script/setup"; done
}

# g++ 12's ThreadSanitizer does not start where the kernel scatters mappings widely; such programs run without that.
unscattered() {
  if setarch "$(uname -m)" -R true 2>/dev/null; then setarch "$(uname -m)" -R "$@"; else "$@"; fi
}

# Runs a program so that ctrl-C and SIGTERM end it, with all it has started, and then this script, whose EXIT trap cleans up.
interruptible() {
  local child
  set -m # a process group of its own, in which SIGINT is not ignored
  "$@" </dev/null &
  child=$!
  set +m
  trap 'kill -TERM -- "-$child" 2>/dev/null; wait "$child"; exit 130' INT
  trap 'kill -TERM -- "-$child" 2>/dev/null; wait "$child"; exit 143' TERM
  wait "$child"
}

# The project's own C++ sources, a line each.
cpp_sources() { (cd "$root" && find include src tests bench -path bench/peers -prune -o -name '*.[ch]pp' -print); }
