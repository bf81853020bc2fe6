# shellcheck shell=sh
# Takes the carried packages away once they are in use, unless first-boot/bundle-keep says that they stay.
limit=300
severity=degraded
. "$LIB/lib/apt.sh"

check() {
  [ "$(asked bundle-keep)" = yes ] || [ ! -e "$CARRIED" ]
}

# Marked as used up before the first file goes: half a repository is then no damage but one that is being removed.
apply() {
  for step in packages upgrade; do
    if ! read_record "$step" || [ "$record_state" != ok ]; then give_up bundle-still-needed; fi
  done
  put "$VAR/bundle-done" 0644 "$PLAN end"
  checkpoint packages-carried.marked
  rm -rf "$CARRIED"
  flush "$VAR"
}
