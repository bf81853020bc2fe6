#!/bin/sh
# Stands before a command: counts the calls, and at call FAULT_AT, or for the command FAULT_ON, does what FAULT says. Before
# `timeout`: only what can hang has a limit, by the real one: a step, an owner's script, and every command while a fault
# makes some hang. Of the others the call of `timeout -k N N COMMAND` is one of COMMAND.
name=${0##*/}
if [ "$name" = timeout ]; then
  shift 3
  case $1:${FAULT:-} in
    sh:*) exec "$REAL_TIMEOUT" -k 1 "${STEP_LIMIT:-5}" "$@" ;;
    */*:* | *:hang) exec "$REAL_TIMEOUT" -k 1 2 "$@" ;;
  esac
  if [ ! -x "$FAKES/$1" ] || [ ! -x "$SHIMS/bin/$1" ]; then exec "$@"; fi
  name=$1
  shift
fi
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
# In this very process: a fake is a script as this is.
if [ -x "$FAKES/$name" ]; then
  . "$FAKES/$name"
  exit
fi
exec "$name" "$@"
