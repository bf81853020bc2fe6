# shellcheck shell=sh
# Takes files away that may hold a secret, once it is used. What flash memory keeps all the same: docs/firstboot.md.

# wipe FILE...: each is overwritten, synced, unlinked, synced. Under another name first, so that a power cut in the middle
# leaves no garbage under a name that means something.
wipe() {
  for secret in "$@"; do
    doomed=${secret%/*}/.${secret##*/}.doomed
    mv -f "$secret" "$doomed" || return 1
    flush "${secret%/*}" || return 1
    checkpoint "wipe.${secret##*/}"
    wipe_doomed "$doomed" || return 1
  done
}

# wipe_rest DIRECTORY: what a cut in `wipe` has left there.
wipe_rest() {
  for doomed in "$1"/.*.doomed; do
    if [ -f "$doomed" ]; then wipe_doomed "$doomed" || return 1; fi
  done
}

# shred syncs the file before it ends.
wipe_doomed() {
  bounded 120 shred -n 1 "$1" || return 1
  rm -f "$1" || return 1
  flush "${1%/*}"
}
