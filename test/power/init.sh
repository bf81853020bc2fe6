#!/bin/busybox sh
# Process 1 of the guest of the power-cut sweep. It says what happens in lines that begin with @ and takes its task from
# the serial line:
#   cut FAULT HALVES      one start with PIBAKE_FAULT=FAULT; then waits for its end without syncing anything
#   settle none HALVES    a start that nothing disturbs, and after unmounting everything one more; the writes of both are
#                         counted
# HALVES is what of the first start is run: `local`, or `local network`.
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
  : >/device/run/off
  if [ -S /device/run/fail2ban/fail2ban.sock ]; then chroot /device /usr/bin/fail2ban-client stop >/dev/null; fi
  tries=0
  while grep -qs 'fail2ban-serve[r]' /proc/[0-9]*/cmdline && [ $tries -lt 50 ]; do
    tries=$((tries + 1))
    sleep 0.2
  done
  umount /device/usr/bin/systemctl 2>/dev/null
  umount /device/run /device/dev /device/proc /device/boot/firmware /device
}

# Sectors written to the disk since the guest runs (Documentation/admin-guide/iostats.rst, field 7).
written() {
  sync
  awk '{ print $7 }' /sys/class/block/vda/stat
}

# In seconds.
uptime_now() {
  cut -d . -f 1 /proc/uptime
}

# What a start is here: the firewall's units, then those of the first start.
start() {
  chroot /device /usr/sbin/nft -f /etc/pibake/interim.nft || echo "@broken nft"
  case $2 in *network*) start_services ;; esac
  # A board has no clock of its own: it starts in 1970, and is set forth to 2040, which no 32-bit time can hold, and back.
  date -s @1 >/dev/null
  (sleep 2; date -s @2208988800; sleep 3; date -s @1763000000) >/dev/null &
  for half in $2; do
    echo "@begin $half"
    began=$(uptime_now)
    chroot /device /usr/bin/env -i "PIBAKE_FAULT=$1" /usr/lib/pibake/pibake-firstboot run "$half"
    status=$?
    echo "@took $half $(($(uptime_now) - began))"
  done
  echo "@end $status"
}

# There is no systemd. What it would do for the network half: ufw's unit, directories in /run, and of systemctl what the
# steps ask for.
start_services() {
  ip link set lo up
  cat >/bin/systemctl <<'PROGRAM'
#!/bin/sh
exec >/dev/null 2>&1 </dev/null
case $* in
  'restart fail2ban.service')
    fail2ban-client stop
    # As its unit with pibake's drop-in does: a start that ends is tried again.
    (until [ -e /run/off ] || fail2ban-server -xf start; do sleep 5; done) &
    ;;
  *pibake-interim-firewall-yield*) /usr/lib/pibake/interim-firewall-yield ;;
esac
PROGRAM
  chmod 755 /bin/systemctl
  mkdir -p /device/run/fail2ban /device/run/lock
  mount -o bind /bin/systemctl /device/usr/bin/systemctl
  if [ -x /device/usr/lib/ufw/ufw-init ]; then chroot /device /usr/lib/ufw/ufw-init start >/dev/null; fi
}

# Its unit would have at the start, where an earlier one has finished with it. It answers before its jails are up.
start_fail2ban() {
  chroot /device /usr/bin/fail2ban-client ping >/dev/null 2>&1 || chroot /device /usr/bin/systemctl restart fail2ban.service
  tries=0
  until chroot /device /usr/bin/fail2ban-client status sshd >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 30 ] || { tail -n 20 /device/var/log/fail2ban.log; return; }
    sleep 1
  done
}

# What holds after a whole first start, in words of the device's own programs.
account_for() {
  echo "@audit $(chroot /device /usr/bin/dpkg --audit | tr '\n' ' ')"
  # shellcheck disable=SC2046 # one word a package
  chroot /device /usr/bin/dpkg --verify $(cat /device/etc/pibake/first-boot/packages-install) | while read -r line; do echo "@verify $line"; done
  chroot /device /usr/sbin/ufw status | while read -r line; do echo "@ufw $line"; done
  chroot /device /usr/sbin/iptables -S INPUT | while read -r line; do echo "@input $line"; done
  echo "@fail2ban $(chroot /device /usr/bin/fail2ban-client status 2>&1 | tr '\n' ' ')"
}

load early
# Nothing of a disk is known yet: this is the moment that is saved, and the state that every run continues from.
# shellcheck disable=SC3045 # busybox's read knows -t.
until read -r -t 0.3 task fault halves; do echo @ready; done
load disk
tries=0
until [ -b /dev/vda2 ] || [ $tries -gt 100 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
mount_device || echo "@broken mount"
case $task in
  cut)
    start "$fault" "$halves"
    sleep 1000
    ;;
  settle)
    before=$(written)
    start none "$halves"
    echo "@written $(($(written) - before))"
    case $halves in *network*) start_fail2ban ;; esac
    echo "@status $(chroot /device /usr/lib/pibake/pibake-firstboot status --json)"
    case $halves in *network*) account_for ;; esac
    unmount_device || echo "@broken umount"
    mount_device || echo "@broken mount again"
    before=$(written)
    start none "$halves"
    echo "@written $(($(written) - before))"
    unmount_device || echo "@broken umount again"
    ;;
esac
reboot -f
