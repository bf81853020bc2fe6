# shellcheck shell=sh
# The host keys that sshd does not wait for. After what guards the device: until then sshd offers its other keys.
limit=280
severity=degraded

check() {
  host_keys_whole after
}

apply() {
  make_host_keys_whole after
  checkpoint host-keys-slow.made
  # sshd reads its keys when it starts. The reload tests the configuration first, and no connection ends by it.
  [ ! -d "$PIBAKE_PREFIX/run/systemd/system" ] || bounded 60 systemctl try-reload-or-restart ssh.service ||
    give_up sshd-not-reloaded
}
