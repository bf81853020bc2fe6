# shellcheck shell=sh
# The owner's scripts, in the order of their names, each until it has succeeded once. A power cut or a failure in the
# middle runs that script again, so it has to bear that. One that fails keeps the ones after it waiting.
limit=7200
severity=degraded

check() {
  for script in "$ASK"/scripts/*; do
    if [ -f "$script" ] && ! script_done "$script"; then return 1; fi
  done
}

apply() {
  for script in "$ASK"/scripts/*; do
    if script_done "$script"; then continue; fi
    status=0
    (cd / && HOME=/root bounded 600 "$script") || status=$?
    case $status in
      0) ;;
      124 | 137) give_up script-timeout ;;
      *) give_up script-failed ;;
    esac
    bounded 300 sync
    checkpoint scripts.ran
    put "$VAR/scripts/${script##*/}" 0644 "$(script_digest "$script") end"
  done
}

script_digest() {
  bounded 60 sha256sum -- "$1"
}

script_done() {
  [ "$(first_line "$VAR/scripts/${1##*/}")" = "$(script_digest "$1") end" ]
}
