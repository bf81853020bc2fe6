# shellcheck shell=sh
# Files that survive a power cut, and commands that end.

# bounded SECONDS COMMAND...: the command with a limit, without a terminal and without our lock.
bounded() {
  seconds=$1
  shift
  if command -v timeout >/dev/null 2>&1; then
    timeout -k 10 "$seconds" "$@" </dev/null 9>&-
  else
    "$@" </dev/null 9>&-
  fi
}

# flush PATH...: on the medium before the next line runs (fsync of the files or directories named).
flush() {
  bounded 60 sync -- "$@"
}

# The first line of a file, nothing when there is none.
first_line() {
  line=
  if [ -r "$1" ]; then IFS= read -r line <"$1" || :; fi
  printf '%s\n' "$line"
}

# put FILE MODE TEXT [TEMPORARY]: replaces the file as a whole, or leaves it; writes nothing when it already says TEXT.
put() {
  if [ -f "$1" ] && [ "$(cat "$1")" = "$3" ]; then return 0; fi
  directory=${1%/*}
  temporary=$directory/${4:-.${1##*/}.new}
  [ -d "$directory" ] || mkdir -p "$directory" || return 1
  # Read back: a full card may take the name and not the bytes.
  if ! printf '%s\n' "$3" >"$temporary" || [ "$(cat "$temporary")" != "$3" ]; then
    rm -f "$temporary"
    return 1
  fi
  chmod "$2" "$temporary" || return 1
  flush "$temporary" || return 1
  checkpoint "put.${1##*/}"
  mv -f "$temporary" "$1" || return 1
  # The file too: on FAT its first cluster and size reach the new name with the file, not with the directory; without
  # that a cut leaves the new name pointing to the old file's clusters, which are free already.
  flush "$1" "$directory"
}

# Is there a route to the world? The kernel's two tables, destination 0; the `lo` entry of IPv6 is always there.
online() {
  if [ -r "$PIBAKE_PREFIX/proc/net/route" ]; then
    while read -r _ destination _; do
      [ "$destination" != 00000000 ] || return 0
    done <"$PIBAKE_PREFIX/proc/net/route"
  fi
  if [ -r "$PIBAKE_PREFIX/proc/net/ipv6_route" ]; then
    while read -r destination width _ _ _ _ _ _ _ device; do
      case $destination:$width:$device in
        *[!0]*:00:* | *:lo) ;;
        00000000000000000000000000000000:00:*) return 0 ;;
      esac
    done <"$PIBAKE_PREFIX/proc/net/ipv6_route"
  fi
  return 1
}
