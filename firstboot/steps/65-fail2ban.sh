# shellcheck shell=sh
# fail2ban runs, with every jail of first-boot/fail2ban. A configuration it refuses is not started: it would stay dead.
limit=240
severity=degraded

# It answers before its jails are up, and a jail that fails to start does not end it.
check() {
  jails=$(asked fail2ban)
  [ -n "$jails" ] || return 0
  running=$(bounded 20 fail2ban-client status 2>/dev/null) || return 1
  # `- Jail list:<tab>recidive, sshd
  running=${running##*"Jail list:"?}
  for jail in $jails; do
    case ", $running, " in *", $jail, "*) ;; *) return 1 ;; esac
  done
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
