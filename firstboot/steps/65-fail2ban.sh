# shellcheck shell=sh
# fail2ban answers, with the jails of the image. A configuration it refuses is not started: it would stay dead.
limit=240
severity=degraded

check() {
  [ "$(asked fail2ban)" = yes ] || return 0
  bounded 20 fail2ban-client ping >/dev/null 2>&1
}

apply() {
  command -v fail2ban-client >/dev/null || give_up fail2ban-missing
  bounded 60 fail2ban-client -t || give_up fail2ban-config-refused
  bounded 90 systemctl restart fail2ban.service || give_up fail2ban-not-running
  tries=0
  until check; do
    tries=$((tries + 1))
    [ $tries -lt 15 ] || give_up fail2ban-not-running
    sleep 2
  done
}
