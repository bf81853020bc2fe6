# shellcheck shell=sh
# Some default-deny is in force before anything else goes on: the interim nftables table, or ufw when it is there. The
# interim table's own unit has loaded it long ago; where that failed, or ufw was switched off since, this loads it.
limit=20
severity=degraded

check() {
  [ "$(asked firewall)" = ufw ] || return 0
  interim_loaded || ufw_active
}

apply() {
  command -v nft >/dev/null || command -v ufw >/dev/null || give_up firewall-tool-missing
  bounded 10 nft -f "$ETC/interim.nft" || give_up firewall-not-loaded
}

interim_loaded() {
  tables=$(bounded 10 nft list tables 2>/dev/null) || return 1
  case $tables in *"table inet pibake"*) ;; *) return 1 ;; esac
}

ufw_active() {
  case $(bounded 15 ufw status 2>/dev/null) in "Status: active"*) ;; *) return 1 ;; esac
}
