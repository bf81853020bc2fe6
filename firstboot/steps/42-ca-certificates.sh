# shellcheck shell=sh
# Has the device trust the authorities of first-boot/ca-certificates, names of files in /usr/local/share/ca-certificates, and
# no longer those that an earlier plan brought. Before anything is fetched: an archive may need them.
limit=400
severity=degraded

certs=$PIBAKE_PREFIX/etc/ssl/certs

check() {
  for link in "$certs"/pibake-*.pem; do
    if [ -L "$link" ] && [ ! -e "$link" ]; then return 1; fi
  done
  for name in $(asked ca-certificates); do
    trusted "$PIBAKE_PREFIX/usr/local/share/ca-certificates/$name" || return 1
  done
}

apply() {
  command -v update-ca-certificates >/dev/null || give_up ca-certificates-missing
  bounded 300 update-ca-certificates --fresh || give_up ca-certificates-not-updated
}

# trusted FILE: by the programs that read the folder, and by those that read the one file with all of them.
trusted() {
  verified "$1" -no-CAfile -CApath "$certs" && verified "$1" -no-CApath -CAfile "$certs/ca-certificates.crt"
}

# verified FILE OPTION…; the clock may still be wrong.
verified() {
  file=$1
  shift
  bounded 20 openssl verify -no_check_time -partial_chain -no-CAstore "$@" "$file" >/dev/null 2>&1
}
