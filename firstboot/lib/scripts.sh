# shellcheck shell=sh
# The owner's scripts of one folder of first-boot, in the order of their names, each until it has succeeded once. A script may hold a
# secret, so it is taken away once it has succeeded.
#
# first-boot/script-limits has a line for each script where the spec sets limits: NAME WHEN SECONDS RETRIES, `-` for no end. Without one
# a script has 600 s and no end of tries; while it fails those after it wait. One with an end is tried that often again, and then
# left: those after it are run. A try is counted before it begins, so that one that power or the device's end cuts off counts too.

# scripts_left FOLDER: is there one that has not succeeded, or the rest of one?
scripts_left() {
  for script in "$ASK/$1"/* "$ASK/$1"/.*.doomed; do
    [ ! -f "$script" ] || return 0
  done
  return 1
}

run_scripts() {
  wipe_rest "$ASK/$1" || give_up script-not-wiped
  left=no
  for script in "$ASK/$1"/*; do
    [ -f "$script" ] || continue
    limits_of "${script##*/}"
    if script_done "$script" || run_script "$script"; then
      wipe "$script" || give_up script-not-wiped
    else
      left=yes
    fi
  done
  [ $left = no ] || give_up script-gave-up
}

# limits_of NAME: sets script_seconds and script_retries.
limits_of() {
  script_seconds=600
  script_retries=-
  [ -r "$ASK/script-limits" ] || return 0
  while read -r listed _ listed_seconds listed_retries; do
    if [ "$listed" = "$1" ]; then
      script_seconds=$listed_seconds
      script_retries=$listed_retries
    fi
  done <"$ASK/script-limits"
}

# run_script SCRIPT: fails when its tries are used up, now or before. Any other failure ends the step.
run_script() {
  if [ "$script_retries" != - ]; then
    tries=$(tries_of "$1")
    [ "$tries" -le "$script_retries" ] || return 1
    tries=$((tries + 1))
    put "$VAR/scripts/${1##*/}.tries" 0600 "$(script_digest "$1") $tries end" || give_up state-not-writable
  fi
  status=0
  (cd / && HOME=/root bounded "$script_seconds" "$1") || status=$?
  if [ $status = 0 ]; then
    bounded 300 sync || give_up state-not-writable
    checkpoint scripts.ran
    # A guess of a secret in it could be held against the digest.
    put "$VAR/scripts/${1##*/}" 0600 "$(script_digest "$1") end" || give_up state-not-writable
    return 0
  fi
  if [ "$script_retries" != - ] && [ "$tries" -gt "$script_retries" ]; then return 1; fi
  case $status in
    124 | 137) give_up script-timeout ;;
    *) give_up script-failed ;;
  esac
}

script_digest() {
  bounded 60 sha256sum -- "$1"
}

script_done() {
  [ "$(first_line "$VAR/scripts/${1##*/}")" = "$(script_digest "$1") end" ]
}

# tries_of SCRIPT: how often these very bytes were begun.
tries_of() {
  noted=$(first_line "$VAR/scripts/${1##*/}.tries")
  count=${noted#"$(script_digest "$1") "}
  count=${count%" end"}
  case $noted in "$(script_digest "$1") $count end") ;; *) count=0 ;; esac
  case $count in '' | *[!0-9]*) count=0 ;; esac
  echo "$count"
}

forget_tries() {
  rm -f "$VAR"/scripts/*.tries
}

# A line for each script of script-limits, for root: what became of it, and its limits.
scripts_text() {
  [ -r "$ASK/script-limits" ] || return 0
  while read -r name when seconds retries; do
    script_state "$name" "$when"
    case $retries in
      -) ends='until it succeeds' ;;
      *) ends="$tries of $((retries + 1)) tries" ;;
    esac
    printf 'script %s (%s): %s, %s, %s s each\n' "$name" "$when" "$state_of" "$ends" "$seconds"
  done <"$ASK/script-limits"
}

scripts_json() {
  separator=
  printf ',"scripts":['
  while read -r name when seconds retries; do
    script_state "$name" "$when"
    [ "$retries" != - ] || retries=null
    printf '%s{"name":"%s","when":"%s","state":"%s","tries":%s,"retries":%s,"timeoutS":%s}' \
      "$separator" "$name" "$when" "$state_of" "$tries" "$retries" "$seconds"
    separator=,
  done <"$ASK/script-limits"
  printf ']'
}

# script_state NAME WHEN: sets state_of to done, waiting or gave-up, and tries.
script_state() {
  case $2 in
    last) script=$ASK/scripts/$1 ;;
    *) script=$ASK/scripts-$2/$1 ;;
  esac
  limits_of "$1"
  tries=0
  state_of="done"
  [ -f "$script" ] || return 0
  tries=$(tries_of "$script")
  if script_done "$script"; then return 0; fi
  state_of=waiting
  if [ "$script_retries" != - ] && [ "$tries" -gt "$script_retries" ]; then state_of=gave-up; fi
}
