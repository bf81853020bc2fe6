# shellcheck shell=sh
# Packages without questions and without waiting for ever. The options are in apt.conf.
APT_CONFIG=$LIB/apt.conf
DEBIAN_FRONTEND=noninteractive
NEEDRESTART_MODE=l
export APT_CONFIG DEBIAN_FRONTEND NEEDRESTART_MODE

. "$LIB/lib/bundle.sh"

# kept COMMAND...: runs it while the root keeps each write before the next. dpkg syncs what it unpacks and its own word
# "installed", but not what a package's scripts make: a power cut after that word would leave empty files that nothing
# makes again.
kept() {
  remount_root sync
  kept_status=0
  "$@" || kept_status=$?
  remount_root async
  return $kept_status
}

# A root that is not ext4, or a kernel that refuses, goes on as before.
remount_root() {
  grep -q '^[^ ]* / ext4 ' "$PIBAKE_PREFIX/proc/mounts" 2>/dev/null || return 0
  bounded 60 mount --options-source mtab --options-mode prepend -o "remount,$1" / || :
}

# apt_get SECONDS WORD...: its output goes to the step's log, and to RUN/apt.log for apt_reason.
apt_get() {
  kept apt_patient "$@"
}

# By itself apt waits for dpkg's lock alone; while another program has the lists or the archives this asks again for 300 s.
apt_patient() {
  apt_limit=$1
  shift
  apt_tries=0
  until bounded "$apt_limit" apt-get -q -y "$@" >"$RUN/apt.log" 2>&1; do
    cat "$RUN/apt.log"
    apt_tries=$((apt_tries + 1))
    if [ $apt_tries -gt 30 ] || ! grep -q 'Unable to lock directory' "$RUN/apt.log"; then return 1; fi
    sleep 10
  done
  cat "$RUN/apt.log"
}

# apt_fault OTHERWISE: why apt failed, as a word of the list.
apt_fault() {
  if grep -q 'not valid yet' "$RUN/apt.log"; then
    echo apt-release-not-valid-yet
  elif grep -qi 'could not get lock\|is another process using it' "$RUN/apt.log"; then
    echo apt-locked
  elif grep -qi 'no space left\|enough free space' "$RUN/apt.log"; then
    echo disk-full
  elif grep -qi 'is not signed\|signatures\? \(were\|was\|could\)\|NO_PUBKEY\|Clearsigned file' "$RUN/apt.log"; then
    echo apt-not-trusted
  else
    echo "$1"
  fi
}

# apt_reason OTHERWISE: the same where apt needed the network. Without one it matters more why the carried packages did
# not do.
apt_reason() {
  if online; then
    apt_fault "$1"
  elif [ -n "$bundle_reason" ]; then
    apt_fault "$bundle_reason"
  else
    apt_fault offline
  fi
}

# The package lists, once a run.
apt_update() {
  [ ! -e "$RUN/apt-updated" ] || return 0
  enough_space
  await_clock
  apt_get 900 update || give_up "$(apt_reason apt-update-failed)"
  : >"$RUN/apt-updated"
}

# 200 MiB: less would leave a package half unpacked.
enough_space() {
  free=$(df -Pk "$PIBAKE_PREFIX/" | awk 'NR == 2 { print $4 }')
  [ "${free:-0}" -ge 204800 ] || give_up disk-full
}

# installed NAME: unpacked and configured.
installed() {
  # shellcheck disable=SC2016
  case $(bounded 30 dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null) in
    ?i\ *) ;;
    *) return 1 ;;
  esac
}

# Is there nothing that an interrupted dpkg left half done?
dpkg_whole() {
  found=$(bounded 60 dpkg --audit) && [ -z "$found" ]
}

# Configures what is unpacked.
finish_dpkg() {
  forget_half_made
  kept dpkg_patient
}

# ufw's postinst makes these with cp and then chmod, and keeps what is there: also what a power cut has left of them.
# What is the owner's own has something else in it, and stays.
forget_half_made() {
  if installed ufw; then return 0; fi
  for half in before.init after.init before.rules after.rules before6.rules after6.rules; do
    made=$PIBAKE_PREFIX/etc/ufw/$half
    [ -f "$made" ] || continue
    case $half in
      *.init) [ ! -s "$made" ] || [ "$(cat "$made")" = "$(cat "$PIBAKE_PREFIX/usr/share/ufw/$half")" ] || continue ;;
      # Made by ucf, which takes a whole one that is gone for removed by the owner.
      *.rules) [ ! -s "$made" ] || continue ;;
    esac
    rm -f "$made"
  done
}

# Packages with a conffile of which dpkg does not know what it was: it puts a new conffile in its place and notes its sum
# afterwards, and a power cut between the two leaves the word `newconffile` for the sum (deferred_configure_conffile in
# dpkg's configure.c, 1.22). Upgrades would then take it for changed by the owner.
with_unnoted_conffiles() {
  # shellcheck disable=SC2016
  bounded 60 dpkg-query -W -f='${binary:Package}\n${Conffiles}\n' |
    awk '/^[^ ]/ { name = $1 } / newconffile$/ && !seen[name]++ { print name }'
}

# note_conffiles GET: installs those anew, by carried_get or apt_get.
note_conffiles() {
  unnoted=$(with_unnoted_conffiles)
  # shellcheck disable=SC2086
  [ -z "$unnoted" ] || "$1" 1800 --reinstall install $unnoted
}

# dpkg does not wait for its lock by itself, so this asks again for 300 s.
dpkg_patient() {
  tries=0
  until bounded 900 dpkg --force-confdef --force-confold --configure -a >"$RUN/apt.log" 2>&1; do
    cat "$RUN/apt.log"
    tries=$((tries + 1))
    if [ $tries -gt 30 ] || ! grep -q 'lock' "$RUN/apt.log"; then return 1; fi
    sleep 10
  done
}

# Before apt works: the step `dpkg` is done once, and a power cut in a later step leaves packages half done again.
# What dpkg cannot configure apt unpacks anew (-f install), so that is no end here.
after_a_cut() {
  if ! dpkg_whole; then finish_dpkg || :; fi
}
