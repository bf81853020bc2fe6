# shellcheck shell=sh
# The owner's scripts, in the order of their names, each until it has succeeded once. A power cut or a failure in the
# middle runs that script again, so it has to bear that. One that fails keeps the ones after it waiting. A script may
# hold a secret, so it is taken away once it has succeeded.
limit=7200
severity=degraded

check() {
  for script in "$ASK"/scripts/* "$ASK"/scripts/.*.doomed; do
    [ ! -f "$script" ] || return 1
  done
}

apply() {
  wipe_rest "$ASK/scripts" || give_up script-not-wiped
  for script in "$ASK"/scripts/*; do
    [ -f "$script" ] || continue
    script_done "$script" || run_script "$script"
    wipe "$script" || give_up script-not-wiped
  done
}

run_script() {
  status=0
  (cd / && HOME=/root bounded 600 "$1") || status=$?
  case $status in
    0) ;;
    124 | 137) give_up script-timeout ;;
    *) give_up script-failed ;;
  esac
  bounded 300 sync
  checkpoint scripts.ran
  # A guess of a secret in it could be held against the digest.
  put "$VAR/scripts/${1##*/}" 0600 "$(script_digest "$1") end"
}

script_digest() {
  bounded 60 sha256sum -- "$1"
}

script_done() {
  [ "$(first_line "$VAR/scripts/${1##*/}")" = "$(script_digest "$1") end" ]
}
