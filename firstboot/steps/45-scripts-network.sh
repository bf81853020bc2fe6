# shellcheck shell=sh
# The owner's scripts that want a network and come before packages and upgrades. What they start may listen: behind a packet filter.
limit=7200
severity=degraded

check() {
  ! scripts_left scripts-network
}

apply() {
  online || give_up offline
  guard || give_up firewall-not-loaded
  run_scripts scripts-network
}
