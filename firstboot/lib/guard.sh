# shellcheck shell=sh
# Is a packet filter in force? Without one pibake-ssh-only.target runs in place of everything else.

interim_loaded() {
  tables=$(bounded 10 nft list tables 2>/dev/null) || return 1
  case $tables in *"table inet pibake"*) ;; *) return 1 ;; esac
}

ufw_active() {
  case $(bounded 15 ufw status 2>/dev/null) in "Status: active"*) ;; *) return 1 ;; esac
}

# Some default-deny is in force, or none is asked for.
guarded() {
  [ "$(asked firewall)" = ufw ] || return 0
  interim_loaded || ufw_active
}

# Loads the interim table where there is no filter yet.
guard() {
  guarded || bounded 10 nft -f "$ETC/interim.nft"
}

# A filter is in force now: what waited for one may start.
leave_ssh_only() {
  [ -e "$PIBAKE_PREFIX/run/pibake-ssh-only" ] || return 0
  rm -f "$PIBAKE_PREFIX/run/pibake-ssh-only"
  bounded 30 systemctl stop --no-block pibake-ssh-only.target || :
  bounded 30 systemctl start --no-block default.target || :
}
