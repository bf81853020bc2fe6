# shellcheck shell=sh
# Switches ufw on, after proving that its rules load and let ssh in; then the interim table may go. Rules that do not
# load leave ufw's policies at DROP with no rule at all, which shuts out everybody, so a failure switches ufw off
# again: the interim table stays and still admits ssh.
limit=240
severity=degraded

# In force now, which ufw tells by the kernel's chains alone, and at the next start.
check() {
  [ "$(asked firewall)" = ufw ] || return 0
  case $(bounded 60 ufw status 2>/dev/null) in "Status: active"*) ;; *) return 1 ;; esac
  grep -qi '^ENABLED=yes' "$PIBAKE_PREFIX/etc/ufw/ufw.conf"
}

apply() {
  command -v ufw >/dev/null || give_up ufw-missing
  rules=$PIBAKE_PREFIX/etc/ufw
  bounded 30 iptables-restore -n --test "$rules/user.rules" || give_up ufw-rules-refused
  bounded 30 ip6tables-restore -n --test "$rules/user6.rules" || give_up ufw-rules-refused
  ssh_admitted || give_up ufw-shuts-ssh-out
  if ! bounded 90 ufw --force enable; then
    bounded 90 ufw --force disable || :
    give_up ufw-not-enabled
  fi
  bounded 30 systemctl start --no-block pibake-interim-firewall-yield.service || :
  leave_ssh_only
}

# Is there a rule, or the default, by which the port of ssh is reached? (From where, the plan has proved.)
ssh_admitted() {
  port=$(asked ssh-port)
  if [ -z "$port" ] || grep -q '^DEFAULT_INPUT_POLICY="ACCEPT"' "$PIBAKE_PREFIX/etc/default/ufw"; then return 0; fi
  awk -v port="$port" '
    /^-A ufw6?-user-input / && / -j (ACCEPT|ufw6?-user-limit-accept)/ && !/ -p udp / {
      ports = ""
      for (i = 1; i < NF; i++) if ($i == "--dport" || $i == "--dports") ports = $(i + 1)
      if (ports == "") found = 1
      count = split(ports, list, ",")
      for (i = 1; i <= count; i++) {
        ends = split(list[i], range, ":")
        if (port + 0 >= range[1] + 0 && port + 0 <= range[ends] + 0) found = 1
      }
    }
    END { exit !found }' "$rules/user.rules" "$rules/user6.rules"
}
