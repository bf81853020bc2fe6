# shellcheck shell=sh
# Some default-deny is in force before anything else goes on: the interim nftables table, or ufw when it is there. The
# interim table's own unit has loaded it long ago; where that failed, or ufw was switched off since, this loads it.
limit=40
severity=degraded

check() {
  guarded
}

apply() {
  command -v nft >/dev/null || command -v ufw >/dev/null || give_up firewall-tool-missing
  guard || give_up firewall-not-loaded
  leave_ssh_only
}
