# shellcheck shell=sh
# The host keys that sshd waits for.
limit=240
severity=failed

check() {
  host_keys_whole before
}

apply() {
  make_host_keys_whole before
}
