# shellcheck shell=sh
# Boards without a clock of their own start in the past, where signatures are "not valid yet". Only time from the
# network time protocol is trusted (an HTTP date is anybody's).

clock_synced() {
  if [ -e "$PIBAKE_PREFIX/run/systemd/timesync/synchronized" ]; then return 0; fi
  [ -d "$PIBAKE_PREFIX/run/systemd/system" ] || return 1
  [ "$(bounded 10 timedatectl show -p NTPSynchronized --value 2>/dev/null)" = yes ]
}

# Waits 90 s at most, then lets apt try all the same.
await_clock() {
  waited=0
  while [ $waited -lt 90 ] && ! clock_synced; do
    sleep 5
    waited=$((waited + 5))
  done
}
