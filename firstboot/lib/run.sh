# shellcheck shell=sh
# Runs what is left of the first start, one step after another, each as a process of its own with a limit.

command_run() {
  repair=no
  phases=
  unsaved=no
  for word in "$@"; do
    case $word in
      --repair) repair=yes ;;
      local | network) phases="$phases $word" ;;
      *)
        usage >&2
        exit 64
        ;;
    esac
  done
  mkdir -p "$RUN"
  if [ -z "$PLAN" ]; then
    say "run: failed (plan-missing)"
    led failed
    exit 1
  fi
  one_at_a_time
  echo $$ >"$RUN/running"
  rm -f "$RUN/apt-updated"
  # A run that was killed earlier in this boot may have left finished work in memory only.
  if [ -e "$RUN/began" ]; then bounded 120 sync || :; fi
  : >"$RUN/began"
  settle_overlay
  for phase in ${phases:-local network}; do
    run_phase "$phase"
  done
  rm -f "$RUN/running"
  if [ $unsaved = yes ]; then
    say "run: failed (state-not-writable)"
    led failed
    exit 1
  fi
  state=$(overall)
  led "$state"
  exit_for "$state"
}

# The lock is in /run: a power cut leaves none behind. Nobody else may read it, for who can open a file can lock it
# (flock(2)). Without flock(1) the units' order has to do.
one_at_a_time() {
  umask 077
  exec 9>"$RUN/lock"
  umask 022
  command -v flock >/dev/null 2>&1 || return 0
  if flock -n 9; then return 0; fi
  # Who asks for a repair wants it done. `bounded` would keep the lock from flock(1).
  if [ "$repair" = yes ]; then
    say "run: waiting for another run to end"
    if timeout -k 10 1800 flock 9; then return 0; fi
  fi
  say "run: already running"
  exit 0
}

# A state that cannot be written (`unsaved`) is said at the end; the work is done all the same.
run_phase() {
  if [ "$repair" = yes ]; then
    forget_attempts "$phase" || unsaved=yes
    forget_tries || unsaved=yes
  elif phase_done "$phase"; then
    stop_retrying "$phase"
    return 0
  elif gave_up "$phase"; then
    say "$phase: gave up after $(attempts "$phase") starts; 'pibake-firstboot run --repair' tries again"
    stop_retrying "$phase"
    return 0
  fi
  led running
  # Waiting for a network is not a failed attempt.
  if [ "$phase" = local ] || online; then count_attempt "$phase" || unsaved=yes; fi
  write_reports || unsaved=yes
  for id in $(steps_of "$phase"); do
    if [ "$repair" = no ] && read_record "$id" && [ "$record_state" = ok ]; then continue; fi
    run_step "$id" || unsaved=yes
  done
  rm -f "$RUN/running"
  if phase_done "$phase" || gave_up "$phase"; then stop_retrying "$phase"; fi
  write_reports || unsaved=yes
  echo $$ >"$RUN/running"
}

# A step that has nothing to do is only looked at. The others work in a process of their own, which has the step's limit.
run_step() {
  load_step "$1"
  log=/dev/null
  if mkdir -p "$VAR/log" && (umask 077 && : >"$VAR/log/$1") 2>/dev/null; then log=$VAR/log/$1; fi
  if (check) >"$log" 2>&1; then
    say "$1: ok"
    write_record "$1" ok none no
    return
  fi
  rm -f "$RUN/reason"
  status=0
  bounded "$limit" sh "$LIB/pibake-firstboot" step "$1" >>"$log" 2>&1 || status=$?
  if [ $status = 0 ]; then
    say "$1: ok (done now)"
    write_record "$1" ok none yes
    return
  fi
  reason=$(first_line "$RUN/reason")
  case $status:$reason in
    124:* | 137:) reason=timeout ;;
    *:) reason=command-failed ;;
  esac
  say "$1: $severity ($reason)"
  write_record "$1" "$severity" "$reason" yes
}

# The step's own process. `apply` stands alone, so that set -e holds inside it.
run_here() {
  load_step "$1"
  checkpoint "$1.begin"
  apply
  check || give_up not-as-wanted
  checkpoint "$1.end"
}

# --no-block: a unit that waits for systemd while systemd waits for the unit hangs for ever.
stop_retrying() {
  if [ "$1" != network ] || [ ! -d "$PIBAKE_PREFIX/run/systemd/system" ]; then return 0; fi
  bounded 30 systemctl stop --no-block pibake-firstboot-network.timer || :
}
