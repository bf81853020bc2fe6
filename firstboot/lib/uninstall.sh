# shellcheck shell=sh
# Takes the program, its units and its state away. The settings, accounts and packages of the plan stay.

command_uninstall() {
  if pid=$(running_pid); then
    printf 'pibake: uninstall: a run is going on (process %s)\n' "$pid" >&2
    exit 1
  fi
  if in_memory; then
    printf 'pibake: uninstall: the root file system is in memory; first: pibake-firstboot unlock\n' >&2
    exit 1
  fi
  if [ "$(asked overlay-root)" = yes ]; then set_kernel_word || :; fi
  units='pibake-firstboot.service pibake-firstboot-network.service pibake-firstboot-network.timer'
  if [ -d "$PIBAKE_PREFIX/run/systemd/system" ]; then
    # shellcheck disable=SC2086
    bounded 60 systemctl stop $units || :
  fi
  for unit in $units; do
    rm -f "$PIBAKE_PREFIX/etc/systemd/system/multi-user.target.wants/$unit" \
      "$PIBAKE_PREFIX/etc/systemd/system/timers.target.wants/$unit" \
      "$PIBAKE_PREFIX/usr/lib/systemd/system/$unit" \
      "$PIBAKE_PREFIX/etc/systemd/system/$unit.d/pibake-scripts.conf"
    rmdir "$PIBAKE_PREFIX/etc/systemd/system/$unit.d" 2>/dev/null || :
  done
  led_restore
  for secret in "$ASK"/scripts*/* "$ASK"/host-keys.d/*; do
    if [ -f "$secret" ]; then wipe "$secret" || :; fi
  done
  for folder in "$ASK"/scripts*; do wipe_rest "$folder" || :; done
  rm -f "$PIBAKE_PREFIX/usr/sbin/pibake-firstboot" "$PIBAKE_PREFIX$FAT/pibake-status.txt" "$PIBAKE_PREFIX$FAT/pibake.new"
  rm -rf "$VAR/steps" "$VAR/scripts" "$VAR/log" "$VAR/packages" "$ASK" "${LIB:?}/lib" "$LIB/steps"
  rm -f "$VAR"/attempts.* "$VAR/status.json" "$VAR/upgraded" "$VAR/bundle-done" "$ETC/plan" "$LIB/apt.conf" "$LIB/pibake-firstboot"
  if [ -d "$PIBAKE_PREFIX/run/systemd/system" ]; then bounded 60 systemctl daemon-reload || :; fi
  # Other parts of a plan may keep files here.
  rmdir "$VAR" "$ETC" "$LIB" 2>/dev/null || :
  flush "$PIBAKE_PREFIX/usr/lib" "$PIBAKE_PREFIX/etc" "$PIBAKE_PREFIX/var/lib"
  say "uninstall: ok"
}
