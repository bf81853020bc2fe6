# shellcheck shell=sh
# Finishes what an interrupted dpkg left half done; apt refuses to work before.
limit=1200
severity=degraded
. "$LIB/lib/apt.sh"

check() {
  found=$(bounded 60 dpkg --audit) && [ -z "$found" ]
}

# dpkg does not wait for its lock by itself, so this asks again for 300 s.
apply() {
  tries=0
  until bounded 900 dpkg --force-confdef --force-confold --configure -a >"$RUN/apt.log" 2>&1; do
    cat "$RUN/apt.log"
    tries=$((tries + 1))
    if [ $tries -gt 30 ] || ! grep -q 'lock' "$RUN/apt.log"; then give_up "$(apt_reason dpkg-not-configured)"; fi
    sleep 10
  done
}
