# shellcheck shell=sh
# Has every later start leave the root file system as it is: after all other steps, and only if all of them are done.
limit=1200
severity=degraded

check() {
  [ "$(asked overlay-root)" = yes ] || return 0
  kernel_word overlayroot= || return 1
  if locked_start && ! in_memory && [ ! -e "$RUN/locked-anew" ]; then
    echo 'the root file system is written, in a start that was to keep it in memory'
    return 1
  fi
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
  # The shell of klibc ends overlayroot's script at its first `trap … EXIT`, and the root would be written.
  for image in "$PIBAKE_PREFIX"/boot/initrd.img-*; do
    bounded 120 lsinitramfs "$image" >"$RUN/initramfs" || give_up initramfs-not-made
    grep -q '\(^\|/\)bin/busybox$' "$RUN/initramfs" || give_up initramfs-without-busybox
  done
  set_kernel_word "$OVERLAY" || give_up boot-not-writable
  : >"$RUN/locked-anew"
}
