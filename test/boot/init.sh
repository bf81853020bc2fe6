#!/bin/busybox sh
# Process 1 of the emulated device until its own systemd takes over: the part of Raspberry Pi OS's initramfs that every
# start needs. It finds the card's root by the PARTUUID on the kernel's command line, mounts it read-only, and hands over.
export PATH=/bin
/bin/busybox mkdir -p /proc /sys /dev /root
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev

while read -r module; do insmod "/modules/$module"; done </modules/root
until [ -b /dev/vda ]; do sleep 0.1; done

wanted=$(sed -n 's/.*root=PARTUUID=\([0-9a-f]*-[0-9]*\).*/\1/p' /proc/cmdline)
# The disk's id: four bytes at 440 of the MBR, the lowest first.
id=$(dd if=/dev/vda bs=1 skip=440 count=4 2>/dev/null | hexdump -e '1/4 "%08x"')
[ "${wanted%-*}" = "$id" ] || echo "no disk has the id of $wanted"
partition=${wanted#*-}
mount -t ext4 -o ro "/dev/vda${partition#0}" /root || echo 'the root cannot be mounted'

for place in proc sys dev; do mount -o move "/$place" "/root/$place"; done
exec switch_root /root /sbin/init
