# shellcheck shell=sh
# The root file system that is read and never written: `overlayroot=` of cmdline.txt, which the script of the package overlayroot reads
# in the initramfs. Without `recurse=0` it would take the other file systems of fstab into memory as well.
OVERLAY=overlayroot=tmpfs:recurse=0
# A word that no kernel acts on: this start may write, and the program puts OVERLAY back for the one after it.
UNLOCKED=pibake.unlocked

# Is the root of this start in memory, by a word of cmdline.txt?
in_memory() {
  grep -q '^[^ ]* / overlay ' "$PIBAKE_PREFIX/proc/mounts" 2>/dev/null && locked_start
}

# Was this start to have its root in memory?
locked_start() {
  grep -q '\(^\| \)overlayroot=' "$PIBAKE_PREFIX/proc/cmdline" 2>/dev/null
}

# kernel_word WORD: is it, or one that begins so, in cmdline.txt?
kernel_word() {
  awk -v word="$1" '{ for (i = 1; i <= NF; i++) if (index($i, word) == 1) found = 1 } END { exit !found }' \
    "$PIBAKE_PREFIX$FAT/cmdline.txt" 2>/dev/null
}

# set_kernel_word [WORD]: cmdline.txt with this one of our words and no other; fails where it cannot be written.
set_kernel_word() {
  grep -q " $FAT vfat rw" "$PIBAKE_PREFIX/proc/mounts" 2>/dev/null || return 1
  words=$(awk -v word="${1:-}" -v unlocked="$UNLOCKED" 'NR == 1 {
    line = ""
    for (i = 1; i <= NF; i++) if ($i !~ /^overlayroot=/ && $i != unlocked) line = line (line == "" ? "" : " ") $i
    print line (word == "" ? "" : " ") word
  }' "$PIBAKE_PREFIX$FAT/cmdline.txt") || return 1
  # A device without root= would not start again.
  case " $words " in *' root='*) ;; *) return 1 ;; esac
  put "$PIBAKE_PREFIX$FAT/cmdline.txt" 0644 "$words" pibake.new
}

all_done() {
  phase_done local && phase_done network
}

# Before the steps of a start. A start that was unlocked is the only one; and a plan that is not done yet is not done in memory,
# where it would be lost.
settle_overlay() {
  [ "$(asked overlay-root)" = yes ] || return 0
  if in_memory; then
    if all_done; then return 0; fi
    set_kernel_word "$UNLOCKED" || return 0
    say "run: unlocked, for the plan is not done; starting again"
    bounded 30 systemctl reboot --no-block || :
    exit 0
  fi
  if kernel_word "$UNLOCKED" && all_done; then
    set_kernel_word "$OVERLAY" || say "run: the next start can be written as well, for cmdline.txt cannot"
  fi
}

command_unlock() {
  if [ "$(asked overlay-root)" != yes ]; then
    say "unlock: the root file system is not locked by pibake"
    exit 1
  fi
  if ! set_kernel_word "$UNLOCKED"; then
    say "unlock: failed (boot-not-writable)"
    exit 1
  fi
  say "unlock: the next start can be written, the one after it cannot; now: systemctl reboot"
}
