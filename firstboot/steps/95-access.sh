# shellcheck shell=sh
# Who gets in, and how they become root, as sshd and sudo of the running device see it, held against what the plan was
# proved to give. What differs is said and stays: whatever changed it, an owner may have wanted it.
limit=240
severity=degraded

check() {
  found=$(differences)
  [ -n "$found" ] || return 0
  printf '%s\n' "$found"
  return 1
}

apply() {
  give_up access-differs
}

# A line for each difference. first-boot/access has a line for each owner: NAME KEY PASSWORD SUDO, the two in the middle
# yes or no, the last password, nopasswd or none; KEY and PASSWORD are `-` where there is no SSH.
differences() {
  asked access | while read -r user key password sudo; do
    [ "$key" = - ] || sshd_differences "$user" "$key" "$password"
    sudo_differences "$user" "$sudo"
  done
  port=$(asked ssh-port)
  [ -z "$port" ] || listens "$port" || echo "nothing listens on port $port"
}

# sshd's own answer for a client in a home network (sshd(8), -T and -C).
sshd_differences() {
  said=$(bounded 30 sshd -T -C "user=$1,host=localhost,addr=192.168.1.10" 2>/dev/null) || {
    echo "$1: sshd refuses its configuration"
    return 0
  }
  [ "$2" = "$(setting pubkeyauthentication)" ] || [ "$2" = no ] || echo "$1: sshd takes no keys"
  [ "$3" = "$(takes_passwords)" ] || case $3 in
    yes) echo "$1: sshd takes no password" ;;
    *) echo "$1: sshd takes a password" ;;
  esac
  [ "$2$3" = nono ] || admitted "$1" || echo "$1: sshd turns this account away"
}

# setting KEYWORD: its first value in what sshd said.
setting() {
  printf '%s\n' "$said" | awk -v keyword="$1" '$1 == keyword { print $2; exit }'
}

takes_passwords() {
  case "$(setting passwordauthentication) $(setting kbdinteractiveauthentication) $(setting usepam)" in
    'yes '* | 'no yes yes') echo yes ;;
    *) echo no ;;
  esac
}

# Names as they stand; a pattern or a host in the list is left to the proof.
admitted() {
  printf '%s\n' "$said" | awk -v user="$1" '
    $1 == "denyusers" && $2 == user { denied = 1 }
    $1 == "allowusers" { listed = 1; if ($2 == user || $2 ~ /[*?@]/) named = 1 }
    END { exit denied || listed && !named }'
}

# Of the rules for all commands the last one counts, and sudo lists them in its order.
sudo_differences() {
  has=$(bounded 30 sudo -n -l -U "$1" 2>/dev/null | awk '
    / NOPASSWD: ALL$/ { has = "nopasswd"; next }
    /\) (PASSWD: )?ALL$/ { has = "password" }
    END { print has == "" ? "none" : has }')
  [ "$2" = "$has" ] || echo "$1: sudo: $has in place of $2"
}

# Is the TCP port open on any address? The kernel's tables, state 0A (listening).
listens() {
  hex=$(printf '%04X' "$1")
  for table in tcp tcp6; do
    if grep -q "^ *[0-9]*: [0-9A-F]*:$hex [0-9A-F]*:0000 0A " "$PIBAKE_PREFIX/proc/net/$table" 2>/dev/null; then return 0; fi
  done
  return 1
}
