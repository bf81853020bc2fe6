# shellcheck shell=sh
# Upgrades once, after the firewall is up (a new kernel takes the running one's modules away). Where the image carries
# packages, they are the upgrades: those of the day on which it was made, and newer ones come as all later ones do. Else
# `security` is what unattended-upgrades calls so in this image, `full` all that needs no removal.
limit=7200
severity=degraded
. "$LIB/lib/apt.sh"

check() {
  case $(asked upgrade) in
    security | full) ;;
    *) bundled || return 0 ;;
  esac
  [ "$(first_line "$VAR/upgraded")" = "$PLAN end" ]
}

apply() {
  after_a_cut
  if ! upgrade_carried; then upgrade_fetched; fi
  bounded 300 sync
  put "$VAR/upgraded" 0644 "$PLAN end"
}

upgrade_carried() {
  bundled && open_bundle || return 1
  dpkg_whole || carried_get 1800 -f install || :
  if carried_get 6000 --with-new-pkgs upgrade && carried_in_force; then return 0; fi
  bundle_reason=$(apt_fault bundle-not-installed)
  return 1
}

upgrade_fetched() {
  case $(asked upgrade) in
    full)
      apt_update
      apt_get 6600 --with-new-pkgs upgrade || give_up "$(apt_reason upgrade-failed)"
      ;;
    security)
      apt_update
      command -v unattended-upgrade >/dev/null || give_up unattended-upgrades-missing
      kept bounded 6600 unattended-upgrade || give_up upgrade-failed
      ;;
    # Nothing but what was carried was wanted.
    *) give_up "$bundle_reason" ;;
  esac
}
