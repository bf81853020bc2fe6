# shellcheck shell=sh
# What is done. A step is done when its record names this plan's digest and is whole: an empty, torn, older or foreign
# record counts as "not done" (first-boot rule: gate on content, never on existence).

MAX_LOCAL=5
MAX_NETWORK=20

# The digest of the plan this device was made from; empty when there is none that could be one.
plan_digest() {
  digest=$(first_line "$ETC/plan")
  case $digest in
    sha256:*[!0-9a-f]*) digest= ;;
    sha256:????????*) ;;
    *) digest= ;;
  esac
  printf '%s\n' "$digest"
}

# read_record ID: sets record_state, record_reason and record_changed; fails when there is no whole one of this plan.
read_record() {
  if [ -r "$VAR/steps/$1" ]; then
    read -r version digest record_state record_reason record_changed end <"$VAR/steps/$1" || :
    if [ "$version" = 1 ] && [ "$digest" = "$PLAN" ] && [ "$end" = end ]; then return 0; fi
  fi
  record_state=pending
  record_reason=none
  record_changed=no
  return 1
}

# write_record ID STATE REASON CHANGED: what was done is on the medium before the record says so.
write_record() {
  case $2:$4 in ok:yes) bounded 120 sync || return 1 ;; esac
  checkpoint "record.$1"
  put "$VAR/steps/$1" 0644 "1 $PLAN $2 $3 $4 end"
}

phase_done() {
  for id in $(steps_of "$1"); do
    if ! read_record "$id" || [ "$record_state" != ok ]; then return 1; fi
  done
}

# attempts PHASE: how often this plan's phase was begun.
attempts() {
  count=0
  if [ -r "$VAR/attempts.$1" ]; then
    read -r version digest count end <"$VAR/attempts.$1" || :
    if [ "$version" != 1 ] || [ "$digest" != "$PLAN" ] || [ "$end" != end ]; then count=0; fi
  fi
  case $count in '' | *[!0-9]*) count=0 ;; esac
  echo "$count"
}

gave_up() {
  case $1 in
    local) [ "$(attempts local)" -ge $MAX_LOCAL ] ;;
    network) [ "$(attempts network)" -ge $MAX_NETWORK ] ;;
  esac
}

# Counted before the work, so that a start that hangs or loses power counts too.
count_attempt() {
  put "$VAR/attempts.$1" 0644 "1 $PLAN $(($(attempts "$1") + 1)) end"
}

forget_attempts() {
  rm -f "$VAR/attempts.$1"
}

# The pid of a run that is alive; /run is empty after a start, so a stale one cannot outlive a power cut.
running_pid() {
  pid=$(first_line "$RUN/running")
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  kill -0 "$pid" 2>/dev/null || [ -d "/proc/$pid" ] || return 1
  echo "$pid"
}

# One word for everything: pending, running, ok, degraded or failed.
overall() {
  if [ -z "$PLAN" ]; then
    echo failed
    return
  fi
  worst=ok
  missing=0
  for phase in local network; do
    for id in $(steps_of $phase); do
      if ! read_record "$id"; then
        missing=1
        if gave_up $phase; then worst=failed; fi
        continue
      fi
      case $record_state:$worst in
        failed:*) worst=failed ;;
        degraded:ok) worst=degraded ;;
      esac
    done
  done
  if running_pid >/dev/null; then
    echo running
  elif [ $worst != failed ] && [ $missing = 1 ]; then
    echo pending
  else
    echo $worst
  fi
}
