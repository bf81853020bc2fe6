# shellcheck shell=sh
# The packages of first-boot/packages-install. All at once; if apt refuses that, one by one, so that a name the archive
# does not have keeps none of the others away.
limit=3600
severity=degraded
. "$LIB/lib/apt.sh"

check() {
  for package in $(asked packages-install); do
    installed "$package" || return 1
  done
}

apply() {
  apt_update
  # shellcheck disable=SC2046
  if apt_get 1800 install $(asked packages-install); then return 0; fi
  reason=$(apt_reason package-not-installed)
  for package in $(asked packages-install); do
    apt_get 900 install "$package" || reason=$(apt_reason package-not-installed)
  done
  check || give_up "$reason"
}
