# shellcheck shell=sh
# Upgrades once, after the firewall is up (a new kernel takes the running one's modules away). `security` is what
# unattended-upgrades calls so in this image; `full` is everything that needs no removal.
limit=7200
severity=degraded
. "$LIB/lib/apt.sh"

check() {
  case $(asked upgrade) in
    security | full) [ "$(first_line "$VAR/upgraded")" = "$PLAN end" ] ;;
  esac
}

apply() {
  apt_update
  if [ "$(asked upgrade)" = full ]; then
    apt_get 6600 --with-new-pkgs upgrade || give_up "$(apt_reason upgrade-failed)"
  else
    command -v unattended-upgrade >/dev/null || give_up unattended-upgrades-missing
    bounded 6600 unattended-upgrade || give_up upgrade-failed
  fi
  bounded 300 sync
  put "$VAR/upgraded" 0644 "$PLAN end"
}
