# shellcheck shell=sh
# Puts owners into groups that a package makes: first-boot/groups has a line for each, USER:GROUP. A group is not made
# here: it would have another number than the package's, or stay without what its members are to reach.
limit=240
severity=degraded

check() {
  for pair in $(asked groups); do
    member "${pair%%:*}" "${pair#*:}" || return 1
  done
}

apply() {
  missing=no
  for pair in $(asked groups); do
    user=${pair%%:*} group=${pair#*:}
    if member "$user" "$group"; then continue; fi
    if ! group_there "$group"; then
      missing=yes
      continue
    fi
    bounded 30 gpasswd -a "$user" "$group" || give_up group-not-joined
  done
  [ $missing = no ] || give_up group-missing
}

group_there() {
  grep -q "^$1:" "$PIBAKE_PREFIX/etc/group"
}

# member USER GROUP: as /etc/group has it.
member() {
  awk -F: -v user="$1" -v group="$2" '
    $1 == group { count = split($4, members, ","); for (i = 1; i <= count; i++) if (members[i] == user) found = 1 }
    END { exit !found }' "$PIBAKE_PREFIX/etc/group"
}
