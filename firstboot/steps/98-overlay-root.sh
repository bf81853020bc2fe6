# shellcheck shell=sh
# Has every later start leave the root file system as it is: after all other steps, and only if all of them are done.
limit=1200
severity=degraded

check() {
  [ "$(asked overlay-root)" = yes ] || return 0
  kernel_word overlayroot=
}

# All kernels: a board takes the one that is for it. Without an initramfs the word would be of no effect.
apply() {
  for phase in local network; do
    for step in $(steps_of $phase); do
      [ "$step" != overlay-root ] || continue
      if ! read_record "$step" || [ "$record_state" != ok ]; then give_up overlay-waits; fi
    done
  done
  [ -e "$PIBAKE_PREFIX/usr/share/initramfs-tools/scripts/init-bottom/overlayroot" ] || give_up overlayroot-missing
  grep -q '^ *\(auto_initramfs=1\|initramfs \)' "$PIBAKE_PREFIX$FAT/config.txt" 2>/dev/null || give_up initramfs-not-loaded
  bounded 1000 update-initramfs -u -k all || give_up initramfs-not-made
  set_kernel_word "$OVERLAY" || give_up boot-not-writable
}
