# shellcheck shell=sh
# The packages of first-boot/packages-remove. A removal that would take away a way in, or what was asked for, is not
# made: what apt would remove with it is looked at first.
limit=1800
severity=degraded
. "$LIB/lib/apt.sh"

check() {
  for package in $(asked packages-remove); do
    if installed "$package"; then return 1; fi
  done
}

apply() {
  after_a_cut
  removals=
  for package in $(asked packages-remove); do
    if installed "$package"; then removals="$removals $package"; fi
  done
  # shellcheck disable=SC2086
  apt_get 300 -s purge $removals || give_up "$(apt_fault package-not-removed)"
  needed=$(
    printf '%s\n' openssh-server sudo network-manager ifupdown systemd-networkd dhcpcd wpasupplicant nftables
    asked packages-install
  )
  going=$(awk '/^(Remv|Purg) / { sub(/:.*/, "", $2); print $2 }' "$RUN/apt.log")
  if printf '%s\n' "$needed" | grep -qxF -e "$going"; then give_up removal-would-shut-out; fi
  # shellcheck disable=SC2086
  apt_get 1200 purge $removals || give_up "$(apt_fault package-not-removed)"
}
