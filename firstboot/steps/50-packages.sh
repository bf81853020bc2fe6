# shellcheck shell=sh
# The packages of first-boot/packages-install: from the image where it carries them, else from the network. There all at
# once; if apt refuses that, one by one, so that a name the archive does not have keeps none of the others away.
limit=5400
severity=degraded
. "$LIB/lib/apt.sh"

check() {
  for package in $(asked packages-install); do
    installed "$package" || return 1
  done
  [ -z "$(with_unnoted_conffiles)" ]
}

apply() {
  after_a_cut
  if bundled && open_bundle; then
    if install_carried; then return 0; fi
    bundle_reason=$(apt_fault bundle-not-installed)
  fi
  install_fetched
}

# Closed before open: the firewall first, then what bans, then the rest. A kill in between leaves the interim firewall.
# What the owner asked for may listen as soon as it is installed, so it comes only behind a packet filter.
FIREWALL='iptables|nftables|ufw'

install_carried() {
  dpkg_whole || carried_get 1800 -f install || return 1
  for group in "$FIREWALL" 'fail2ban|python3-systemd' '.*'; do
    [ "$group" != '.*' ] || guard || give_up firewall-not-loaded
    # shellcheck disable=SC2046
    set -- $(carried_names $(asked packages-install | grep -xE -e "$group"))
    if [ $# -gt 0 ]; then carried_get 1800 install "$@" || return 1; fi
    checkpoint packages.group
  done
  note_conffiles carried_get || return 1
  check
}

install_fetched() {
  apt_update
  dpkg_whole || apt_get 900 -f install || :
  if ! guard; then
    # shellcheck disable=SC2046
    apt_get 1800 install $(asked packages-install | grep -xE -e "$FIREWALL") || :
    guard || give_up firewall-not-loaded
  fi
  # shellcheck disable=SC2046
  if apt_get 1800 install $(asked packages-install) && note_conffiles apt_get; then return 0; fi
  reason=$(apt_reason package-not-installed)
  for package in $(asked packages-install); do
    apt_get 900 install "$package" || reason=$(apt_reason package-not-installed)
  done
  check || give_up "$reason"
}
