# shellcheck shell=sh
# The owner's scripts that want to be run before there is a network. sshd waits for them, so their limits are short.
limit=200
severity=degraded

check() {
  ! scripts_left scripts-before-network
}

apply() {
  run_scripts scripts-before-network
}
