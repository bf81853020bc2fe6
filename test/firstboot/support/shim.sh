#!/bin/sh
# Stands before a command: counts the calls, and at call FAULT_AT, or for the command FAULT_ON, does what FAULT says.
name=${0##*/}
read -r count <"$SHIMS/count"
count=$((count + 1))
echo $count >"$SHIMS/count"
if [ "$count" = "${FAULT_AT:-}" ] || [ "$name" = "${FAULT_ON:-}" ]; then
  echo "$name $*" >>"$SHIMS/fired"
  case $FAULT in
    fail) exit 1 ;;
    hang)
      PATH=$REAL_PATH
      exec sleep 60
      ;;
    kill)
      # All up to the test, the topmost first, so that none of them sees another die: what a pulled plug does.
      chain= pid=$$
      while [ "$pid" != "$TEST_PID" ] && [ "$pid" -gt 1 ]; do
        chain="$pid $chain"
        read -r line <"/proc/$pid/stat"
        line=${line##*) }
        line=${line#* }
        pid=${line%% *}
      done
      kill -9 $chain
      ;;
  esac
fi
PATH=$REAL_PATH
if [ -x "$FAKES/$name" ]; then exec "$FAKES/$name" "$@"; fi
exec "$name" "$@"
