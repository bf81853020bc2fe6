# shellcheck shell=sh
# `status`: reads the records, and as root also looks whether what they claim is still so.

WAIT_LIMIT=3600

command_status() {
  wait=no json=no
  for word in "$@"; do
    case $word in
      --wait) wait=yes ;;
      --json) json=yes ;;
      *)
        usage >&2
        exit 64
        ;;
    esac
  done
  state=$(overall)
  waited=0
  while [ $wait = yes ] && [ $waited -lt $WAIT_LIMIT ]; do
    case $state in pending | running) ;; *) break ;; esac
    sleep 2
    waited=$((waited + 2))
    state=$(overall)
  done
  # Only root may read the private keys and ask the firewall.
  if [ "$state" = ok ] && [ -w "$VAR" ] && drifted; then state=degraded; fi
  show_scripts=yes
  if [ $json = yes ]; then
    status_json "$state"
  else
    status_text "$state"
    scripts_text
  fi
  case $state in
    ok) exit 0 ;;
    failed) exit 1 ;;
    degraded) exit 2 ;;
    *) exit 3 ;;
  esac
}

# Are the records right and the device is not? Names the steps and what differs on stderr; `run --repair` heals what can
# be healed.
drifted() {
  found=1
  for phase in local network; do
    for id in $(steps_of $phase); do
      if differs=$( (load_step "$id" && check) 2>/dev/null); then continue; fi
      printf '%s\n' "${differs:-no longer as it was set up}" | while IFS= read -r line; do
        printf 'pibake: %s: %s\n' "$id" "$line" >&2
      done
      found=0
    done
  done
  return $found
}
