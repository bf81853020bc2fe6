# shellcheck shell=sh
# Builds the locale of first-boot/locale; /etc/default/locale names it already.
limit=1000
severity=degraded

# locale(1) complains on stderr about one it does not have.
check() {
  locale=$(asked locale)
  [ -z "$locale" ] || [ -z "$(LC_ALL=$locale bounded 10 locale charmap 2>&1 >/dev/null)" ]
}

apply() {
  command -v locale-gen >/dev/null || give_up locale-gen-missing
  locale=$(asked locale)
  charset=ISO-8859-1
  case $locale in *.*) charset=${locale#*.} ;; esac
  charset=${charset%%@*}
  list=$PIBAKE_PREFIX/etc/locale.gen
  if ! grep -qxF "$locale $charset" "$list"; then
    put "$list" 0644 "$(cat "$list" && echo "$locale $charset")" || give_up state-not-writable
  fi
  bounded 900 locale-gen || give_up locale-not-built
}
