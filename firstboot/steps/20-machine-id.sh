# shellcheck shell=sh
# An id of the device's own. systemd makes it at the first start; an empty file is what an interrupted one leaves.
limit=30
severity=degraded

check() {
  id=$(first_line "$PIBAKE_PREFIX/etc/machine-id")
  case $id in *[!0-9a-f]*) return 1 ;; esac
  [ ${#id} = 32 ]
}

# systemd-machine-id-setup leaves `uninitialized` as it is: that is process 1's to replace, which has not done it.
apply() {
  file=$PIBAKE_PREFIX/etc/machine-id
  if [ "$(first_line "$file")" = uninitialized ]; then : >"$file"; fi
  bounded 20 systemd-machine-id-setup || give_up machine-id-not-made
  flush "$file"
}
