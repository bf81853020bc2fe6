# shellcheck shell=sh
# What the owner sees: a line a step on console and journal, a JSON document, a text on the FAT partition.
# Only words of fixed lists and numbers go in, so no secret can.

say() {
  printf 'pibake: %s\n' "$1"
}

exit_for() {
  case $1 in
    ok) exit 0 ;;
    failed) exit 1 ;;
    degraded) exit 2 ;;
  esac
  # The local half is done and the network half has its own unit.
  exit 0
}

# status_json STATE
status_json() {
  boot=$(first_line "$PIBAKE_PREFIX/proc/sys/kernel/random/boot_id")
  up=$(first_line "$PIBAKE_PREFIX/proc/uptime")
  synced=false
  if clock_synced; then synced=true; fi
  exhausted=false
  if gave_up local || gave_up network; then exhausted=true; fi
  printf '{"schema":1,"plan":"%s","state":"%s"' "$PLAN" "$1"
  printf ',"attempts":{"local":%s,"network":%s},"gaveUp":%s' "$(attempts local)" "$(attempts network)" $exhausted
  printf ',"bootId":"%s","monotonicS":%s,"clockSynced":%s,"steps":[' "$boot" "${up%% *}" $synced
  comma=
  for phase in local network; do
    for id in $(steps_of $phase); do
      read_record "$id" || :
      case $record_changed in yes) changed=true ;; *) changed=false ;; esac
      printf '%s{"id":"%s","phase":"%s","state":"%s","reason":"%s","changed":%s}' \
        "$comma" "$id" "$phase" "$record_state" "$record_reason" $changed
      comma=,
    done
  done
  printf ']'
  # Names of the owner's, which are on no partition that others read.
  if [ -n "${show_scripts:-}" ] && [ -r "$ASK/script-limits" ]; then scripts_json; fi
  printf '}\n'
}

# status_text STATE: the same for people.
status_text() {
  printf 'state: %s\n' "$1"
  for phase in local network; do
    for id in $(steps_of $phase); do
      read_record "$id" || :
      case $record_reason in
        none) printf '%s: %s\n' "$id" "$record_state" ;;
        *) printf '%s: %s (%s)\n' "$id" "$record_state" "$record_reason" ;;
      esac
    done
    ! gave_up $phase || printf '%s\n' "gave up on the $phase steps; 'sudo pibake-firstboot run --repair' tries again"
  done
}

write_reports() {
  state=$(overall)
  put "$VAR/status.json" 0644 "$(status_json "$state")" || return 1
  write_fat "$(status_text "$state")" || :
}

# The one file written on the FAT partition; nothing depends on it, and a card that refuses it is no failure.
write_fat() {
  grep -q " $FAT vfat rw" "$PIBAKE_PREFIX/proc/mounts" 2>/dev/null || return 0
  # On FAT a short name is one entry, so a cut cannot leave half of it; a long one is several.
  put "$PIBAKE_PREFIX$FAT/pibake-status.txt" 0644 "$1" pibake.new
}
