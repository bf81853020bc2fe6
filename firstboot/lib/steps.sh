# shellcheck shell=sh
# The steps are the files steps/NN-ID.sh, in the order of their numbers: 10-39 local (before ssh, without a network),
# 40-99 network (nothing waits for them). Each sets
#   limit     seconds after which it is ended
#   severity  what its failure makes of the device: failed or degraded
# and defines check (is it as wanted? writes nothing) and apply (make it so, or give_up REASON; only after check said no).

# steps_of PHASE: the ids of its steps, in order.
steps_of() {
  case $1 in
    local) set -- "$LIB"/steps/[1-3][0-9]-*.sh ;;
    network) set -- "$LIB"/steps/[4-9][0-9]-*.sh ;;
  esac
  for file in "$@"; do
    file=${file##*/??-}
    echo "${file%.sh}"
  done
}

load_step() {
  for file in "$LIB"/steps/[0-9][0-9]-"$1".sh; do
    . "$file"
  done
}

# The lines of /etc/pibake/first-boot/NAME, none when nothing was asked.
asked() {
  [ ! -r "$ASK/$1" ] || cat "$ASK/$1"
}
