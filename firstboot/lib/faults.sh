# shellcheck shell=sh
# Named places at which a test may cut the power or let a step fail: PIBAKE_FAULT=NAME:cut or NAME:fail.
# With any PIBAKE_FAULT, `none` too, the names passed are noted in RUN/checkpoints, so a test need not know them.
# Only root can set root's environment, so this opens nothing that root does not have.

checkpoint() {
  [ -z "${PIBAKE_FAULT:-}" ] || echo "checkpoint $1" >>"$RUN/checkpoints"
  case ${PIBAKE_FAULT:-} in
    "$1:cut")
      # `b` restarts at once, without sync and without unmounting: what a pulled plug does.
      echo b >"$PIBAKE_PREFIX/proc/sysrq-trigger" || :
      kill -9 "$$"
      ;;
    "$1:fail") give_up fault-injected ;;
  esac
}

# Ends the step with a reason of the list in docs/firstboot.md.
give_up() {
  printf '%s\n' "$1" >"$RUN/reason"
  exit 1
}
