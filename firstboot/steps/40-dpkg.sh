# shellcheck shell=sh
# Finishes what an interrupted dpkg left half done; apt refuses to work before.
limit=1200
severity=degraded
. "$LIB/lib/apt.sh"

check() {
  dpkg_whole
}

apply() {
  finish_dpkg || give_up "$(apt_fault dpkg-not-configured)"
}
