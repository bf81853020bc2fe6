# Asks the sshd of this root what it makes of each folder of /tmp/lines, and whom it then lets in. Printed for each: a
# first byte 1, then fields that end with byte 2: `sshd -t`'s status and words, `sshd -T -C` for alice, and who logged in.
cd /tmp/lines
for address in 192.0.2.1 192.0.2.2 10.1.2.3 203.0.113.7; do ip address add "$address/32" dev lo; done
ip address add 2001:db8::1/128 dev lo nodad
ip address add 2001:db8::7/128 dev lo nodad

# try USER ADDRESS KEY-OR-PASSWORD PORT: prints "key alice 10.1.2.3" if a shell of that user answers.
try() {
  local user=$1 from=$2 how=$3 port=$4 to=192.0.2.1 set
  case $from in *:*) to=2001:db8::1 ;; esac
  if [ "$how" = key ]; then set='-o BatchMode=yes -i /root/alice'; else set='-o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1'; fi
  # shellcheck disable=SC2086 # several words
  said=$(SSH_ASKPASS=/root/ask SSH_ASKPASS_REQUIRE=force DISPLAY=:0 timeout 12 ssh -n -F none -b "$from" -p "$port" \
    -o ConnectTimeout=5 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null $set "$user@$to" 'id -un' 2>/dev/null)
  [ "$said" != "$user" ] || echo "$how $user $from"
}

for folder in $(ls | sort -n); do
  rm -rf /etc/ssh/sshd_config.d
  cp -r "$folder/ssh/." /etc/ssh/
  said=$(/usr/sbin/sshd -t 2>&1); starts=$?
  printf '\001%s\002%s\002' "$starts" "$said"
  /usr/sbin/sshd -T -C user=alice,host=192.0.2.2,addr=192.0.2.2,laddr=192.0.2.1,lport=22 2>&1
  printf '\002'
  if [ "$starts" = 0 ]; then
    /usr/sbin/sshd -D 2>/dev/null & server=$!
    for attempt in $(seq 20); do
      grep -q ':0016 .* 0A ' /proc/net/tcp /proc/net/tcp6 && break
      [ -e "/proc/$server" ] || break
      sleep 0.05
    done
    for address in 192.0.2.2 10.1.2.3 203.0.113.7 2001:db8::7; do try alice "$address" key 22 & tries="$tries $!"; done
    # shellcheck disable=SC2086
    wait $tries; tries=
    for user in alice mallory root; do
      for address in 192.0.2.2 10.1.2.3; do
        /usr/sbin/sshd -T -C "user=$user,host=$address,addr=$address,laddr=192.0.2.1,lport=22" 2>/dev/null |
          grep -qE '^(passwordauthentication|kbdinteractiveauthentication) yes' || continue
        try "$user" "$address" password 22 & tries="$tries $!"
      done
    done
    # shellcheck disable=SC2086
    [ -z "$tries" ] || wait $tries; tries=
    kill $server 2>/dev/null
    wait $server
  fi
done
