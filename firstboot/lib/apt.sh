# shellcheck shell=sh
# Packages without questions and without waiting for ever. The options are in apt.conf.
APT_CONFIG=$LIB/apt.conf
DEBIAN_FRONTEND=noninteractive
NEEDRESTART_MODE=l
export APT_CONFIG DEBIAN_FRONTEND NEEDRESTART_MODE

# apt_get SECONDS WORD...: its output goes to the step's log, and to RUN/apt.log for apt_reason.
apt_get() {
  apt_limit=$1
  shift
  if bounded "$apt_limit" apt-get -q -y "$@" >"$RUN/apt.log" 2>&1; then
    cat "$RUN/apt.log"
  else
    cat "$RUN/apt.log"
    return 1
  fi
}

# apt_reason OTHERWISE: why apt failed, as a word of the list.
apt_reason() {
  if grep -q 'not valid yet' "$RUN/apt.log"; then
    echo apt-release-not-valid-yet
  elif grep -qi 'could not get lock\|is another process using it' "$RUN/apt.log"; then
    echo apt-locked
  elif grep -qi 'no space left\|enough free space' "$RUN/apt.log"; then
    echo disk-full
  elif grep -qi 'is not signed\|signatures\? \(were\|was\|could\)\|NO_PUBKEY\|Clearsigned file' "$RUN/apt.log"; then
    echo apt-not-trusted
  elif ! online; then
    echo offline
  else
    echo "$1"
  fi
}

# The package lists, once a run.
apt_update() {
  [ ! -e "$RUN/apt-updated" ] || return 0
  enough_space
  await_clock
  apt_get 900 update || give_up "$(apt_reason apt-update-failed)"
  : >"$RUN/apt-updated"
}

# 200 MiB: less would leave a package half unpacked.
enough_space() {
  free=$(df -Pk "$PIBAKE_PREFIX/" | awk 'NR == 2 { print $4 }')
  [ "${free:-0}" -ge 204800 ] || give_up disk-full
}

# installed NAME: unpacked and configured.
installed() {
  # shellcheck disable=SC2016
  case $(bounded 30 dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null) in
    ?i\ *) ;;
    *) return 1 ;;
  esac
}
