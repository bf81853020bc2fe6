# shellcheck shell=sh
# A whole pair for each type in first-boot/host-keys. A good private key is never replaced: it is the device's identity.
# 0-byte, truncated and mismatched ones are what a power cut leaves (armbian/build#10696).

# host_keys before|after: the types that sshd waits for, and the others. It does not wait for an RSA key where it has
# another: the search for the primes takes up to minutes on the smallest boards. One that was made beforehand needs no
# search, and its owner knows it.
host_keys() {
  slow=
  quick=
  for type in $(asked host-keys); do
    if is_slow "$type"; then slow="$slow $type"; else quick="$quick $type"; fi
  done
  case $1:$quick in
    before:) echo "$slow" ;;
    before:*) echo "$quick" ;;
    after:) ;;
    after:*) echo "$slow" ;;
  esac
}

is_slow() {
  case $1 in rsa*) [ ! -e "$(baked_path rsa)" ] ;; *) return 1 ;; esac
}

# host_keys_whole before|after
host_keys_whole() {
  for type in $(host_keys "$1"); do
    key=$(key_path "$type")
    [ ! -e "$(baked_path "$type")" ] && good_private "$type" "$key" && good_public "$key" || return 1
  done
}

# make_host_keys_whole before|after
make_host_keys_whole() {
  damaged=no
  for type in $(host_keys "$1"); do
    key=$(key_path "$type")
    baked=$(baked_path "$type")
    if [ -e "$baked" ]; then
      if chmod 0600 "$baked" && good_private "$type" "$baked"; then
        put_in_force "$baked" "$key"
      else
        damaged=yes
      fi
    fi
    if ! good_private "$type" "$key"; then make_pair "$type" "$key"; fi
    if ! good_public "$key"; then
      put "$key.pub" 0644 "$public" || give_up host-key-not-made
    fi
  done
  # sshd has a key all the same, so the owner gets in; but it is not the one that the owner knows.
  [ $damaged = no ] || give_up baked-host-key-damaged
}

# key_path TYPE: rsa-4096 is a longer rsa.
key_path() {
  echo "$PIBAKE_PREFIX/etc/ssh/ssh_host_${1%%-*}_key"
}

# A key that was made before the first start. It is not in /etc/ssh because Bookworm's first start empties that.
baked_path() {
  echo "$ASK/host-keys.d/ssh_host_${1%%-*}_key"
}

# put_in_force BAKED KEY: in place of whatever the system has made meanwhile. BAKED is there until the very rename that
# puts it in force, so a power cut at any point begins anew, and no second copy of the secret is left.
put_in_force() {
  put "$2.pub" 0644 "$public" || give_up host-key-not-made
  checkpoint host-keys.public
  mv -f "$1" "$2"
  flush "${2%/*}" "${1%/*}"
}

# good_private TYPE KEY: sets `public` to type and blob that belong to it. Fails for a key that does not parse or that
# asks for a passphrase, and for one that others may read, which sshd ignores.
good_private() {
  [ -s "$2" ] || return 1
  case $(ls -ln "$2") in -rw------*) ;; *) return 1 ;; esac
  public=$(bounded 20 ssh-keygen -y -P '' -f "$2" 2>/dev/null) || return 1
  case $1:$public in
    ed25519:ssh-ed25519\ * | rsa:ssh-rsa\ * | rsa-4096:ssh-rsa\ * | ecdsa:ecdsa-sha2-*\ *) ;;
    *) return 1 ;;
  esac
}

# good_public KEY: does KEY.pub say the `public` of the private key that was looked at last?
good_public() {
  [ -s "$1.pub" ] || return 1
  read -r stored_type stored_blob _ <"$1.pub" || :
  # The comment may differ.
  case $public in
    "$stored_type $stored_blob" | "$stored_type $stored_blob "*) ;;
    *) return 1 ;;
  esac
}

# The private key takes its place last, so that "there is a private key" means "there is a pair".
make_pair() {
  new=$2.new
  rm -f "$new" "$new.pub"
  mkdir -p "${2%/*}"
  seconds=220
  case $1 in
    rsa) bits=3072 ;;
    rsa-4096) bits=4096 seconds=1500 ;;
    *) bits=256 ;;
  esac
  bounded $seconds ssh-keygen -q -t "${1%%-*}" -b $bits -N '' -C "root@$(first_line "$PIBAKE_PREFIX/etc/hostname")" -f "$new" ||
    give_up host-key-not-made
  checkpoint host-keys.generated
  if ! good_private "$1" "$new" || ! good_public "$new"; then give_up host-key-not-made; fi
  flush "$new" "$new.pub"
  mv -f "$new.pub" "$2.pub"
  flush "${2%/*}"
  checkpoint host-keys.public
  mv -f "$new" "$2"
  flush "${2%/*}"
}
