# shellcheck shell=sh
# Enables and starts the units of first-boot/units, which only a package has brought.
limit=900
severity=degraded

check() {
  for unit in $(asked units); do
    is_enabled "$unit" || return 1
  done
}

# What is started may listen, so that comes only behind a packet filter. One that is missing keeps no other away.
apply() {
  guard || give_up firewall-not-loaded
  reason=
  for unit in $(asked units); do
    if is_enabled "$unit"; then continue; fi
    if ! bounded 30 systemctl cat "$unit" >/dev/null; then
      reason="unit-missing"
    elif bounded 60 systemctl enable "$unit"; then
      bounded 60 systemctl start --no-block "$unit" || :
    else
      reason="unit-not-enabled"
    fi
  done
  [ -z "$reason" ] || give_up "$reason"
}

# "static" is none: such a unit is not started by itself.
is_enabled() {
  case $(bounded 30 systemctl is-enabled "$1" 2>/dev/null) in
    enabled | alias) ;;
    *) return 1 ;;
  esac
}
