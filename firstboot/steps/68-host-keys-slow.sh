# shellcheck shell=sh
# The host keys that sshd does not wait for. After what guards the device: until then sshd offers its other keys.
limit=1700
severity=degraded

check() {
  host_keys_whole after
}

apply() {
  make_host_keys_whole after
  checkpoint host-keys-slow.made
  [ ! -d "$PIBAKE_PREFIX/run/systemd/system" ] || read_host_keys_again || give_up sshd-not-reloaded
}

# sshd reads its keys when it starts. A reload tests the configuration first, and no connection ends by it. An sshd that
# its socket started cannot reload: it binds the port itself, which systemd holds, and then it ends (OpenSSH 10.0) or
# answers nobody (9.2). systemd gives a new one the socket; KillMode=process of ssh.service leaves the connections alone.
read_host_keys_again() {
  if systemctl --quiet is-active ssh.socket; then
    bounded 60 sshd -t && bounded 60 systemctl try-restart ssh.service
  else
    bounded 60 systemctl try-reload-or-restart ssh.service
  fi
}
