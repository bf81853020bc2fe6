#!/bin/busybox sh
# Process 1 of the guest of the power-cut sweep. It says what happens in lines that begin with @ and takes its task from
# the serial line:
#   cut FAULT   one start with PIBAKE_FAULT=FAULT; then waits for its end without syncing anything
#   settle      a start that nothing disturbs, and after unmounting everything one more; the writes of both are counted
export PATH=/bin
/bin/busybox mkdir -p /proc /sys /dev /device
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec </dev/ttyS0 >/dev/ttyS0 2>&1
stty -echo

load() {
  while read -r module; do insmod "/modules/$module" || echo "@broken insmod $module"; done <"/modules/$1"
}

mount_device() {
  mount -t ext4 -o noatime /dev/vda2 /device && mount -t vfat /dev/vda1 /device/boot/firmware || return 1
  mount -t proc proc /device/proc && mount -t devtmpfs devtmpfs /device/dev
  mount -t tmpfs -o mode=0755 tmpfs /device/run
  mkdir /device/run/pibake
  # Where the program notes the checkpoints it passes: they are seen here at once.
  ln -s /dev/ttyS0 /device/run/pibake/checkpoints
  # ext4 notes at the first opening of a file where it is mounted; that is not to be counted as ours.
  : </device/etc/hostname
}

unmount_device() {
  umount /device/run /device/dev /device/proc /device/boot/firmware /device
}

# Sectors written to the disk since the guest runs (Documentation/admin-guide/iostats.rst, field 7).
written() {
  sync
  awk '{ print $7 }' /sys/class/block/vda/stat
}

# What a start is here: the interim firewall's unit, then the first-boot unit.
start() {
  chroot /device /usr/sbin/nft -f /etc/pibake/interim.nft || echo "@broken nft"
  chroot /device /usr/bin/env -i "PIBAKE_FAULT=$1" /usr/lib/pibake/pibake-firstboot run local
  echo "@end $?"
}

load early
# Nothing of a disk is known yet: this is the moment that is saved, and the state that every run continues from.
# shellcheck disable=SC3045 # busybox's read knows -t.
until read -r -t 0.3 task fault; do echo @ready; done
load disk
tries=0
until [ -b /dev/vda2 ] || [ $tries -gt 100 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
mount_device || echo "@broken mount"
case $task in
  cut)
    start "$fault"
    sleep 1000
    ;;
  settle)
    before=$(written)
    start none
    echo "@written $(($(written) - before))"
    echo "@status $(chroot /device /usr/lib/pibake/pibake-firstboot status --json)"
    unmount_device || echo "@broken umount"
    mount_device || echo "@broken mount again"
    before=$(written)
    start none
    echo "@written $(($(written) - before))"
    unmount_device || echo "@broken umount again"
    ;;
esac
reboot -f
