/**
 * Lists of rules, one list a line, rules separated by ` ; `. Each list is given to the real ufw of both releases
 * (test/system/ufw.test.ts) and to pibake; `golden.json` holds what the real one wrote.
 */
export const corpus: readonly (readonly string[])[] = `
allow 22
allow 22/tcp
deny 22/udp
reject 25/tcp
reject 25
reject 53/udp
limit 22/tcp
limit ssh
limit ssh/tcp
limit 22
allow ssh
allow http ; allow https ; allow domain ; allow ntp ; allow smtp ; allow mail
allow domain/tcp ; allow domain/udp
allow snmp-trap
allow 80,443/tcp
allow 443,80/tcp
allow 22,6000:6007,80/tcp
allow 6007,6000:6002,6000/udp
allow 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15/tcp
allow 6000:6007/tcp
deny 6000:6007/udp
allow 22/any
rule allow 22
allow in 22
allow out 53
deny out 25/tcp
reject out 25/tcp
limit out 80/tcp
allow out 53,853/tcp
allow in ssh ; allow out http
allow from 192.0.2.7
deny from 203.0.113.7
reject from 203.0.113.7
limit from 203.0.113.7
allow from 192.0.2.0/24
allow from 192.0.2.77/24
allow from 10.1.2.3/8 to any port 22 proto tcp
allow from 192.0.2.0/255.255.255.0
allow from 192.0.2.0/255.0.255.0
allow from 192.0.2.9/32 ; deny from 192.0.2.9/255.255.255.255
allow from 0.0.0.0/0 to any port 22
allow from 10.0.0.0/0
allow from any
allow to any
deny from any to any
allow from any to any port 22 proto tcp
allow proto tcp from any to any port 22
allow to any port 22 proto tcp from 192.0.2.1
allow to any port 22 from any port 1024:65535 proto tcp
allow from 10.0.0.0/8 port 1024:65535 to any port 22,2222 proto tcp
allow from any port 53
allow from any port 80,443 proto tcp
allow from 192.0.2.1 port 67 to 192.0.2.255 port 68 proto udp
deny from 192.0.2.7 to any port 30
deny from 203.0.113.7 to any port 30
allow from 192.0.2.0/24 to any port 80 proto tcp
allow from 192.0.2.0/24 to 198.51.100.1 port 22 proto tcp
allow from 2001:db8::/32 to any port 22 proto tcp
allow from 2001:DB8:0:0:0:0:0:1
allow from 2001:db8::1/128
allow from 2001:db8:0:1:0:0:0:1
allow from 2001:db8:1:0:0:1:0:0
allow from 2001:0:0:1:0:0:0:1 ; allow from 1:0:0:2:0:0:3:4 ; allow from 1:2:3:4:5:6:7:0
allow from ::ffff:192.0.2.1 ; allow from ::192.0.2.1 ; allow from ::1 ; allow from ::
allow from ::/0 to any port 22
allow from ::1/0
allow to ff02::fb port 5353 proto udp
allow from fe80::/10 to any port 22
allow to 192.0.2.1 proto esp
allow to any proto esp ; allow to any proto ah ; allow to any proto gre ; allow to any proto vrrp
allow to any proto igmp ; allow to any proto ipv6
allow from 192.0.2.1 proto ipv6
deny proto gre from 192.0.2.0/24 to any
reject to any proto esp
limit to any proto gre
allow to any proto tcp ; allow to any proto udp ; allow to any proto any
allow in on eth0
allow in on eth0 to any port 80 proto tcp
allow in on eth0 to any port 1883 proto tcp comment 'mqtt'
allow out on wlan0 to any port 443 proto tcp
allow in on eth0 from 192.0.2.0/24
allow in on eth0 proto tcp
deny in on wlan0 ; reject out on wlan0 ; limit in on eth+
allow in on br-lan.100@eth0
allow in on vport ; allow in on vport to any port 22
allow out on tun0 from 10.8.0.0/24 to any
allow in on lo ; allow in on eth_0 ; allow in on 0123456789abcde
deny out to any ; allow out to 192.0.2.1 port 53 ; deny out from any
allow log 22/tcp
allow log-all 22/tcp
deny log 22
deny log-all from 192.0.2.1
reject log 25
reject log-all 25/tcp
limit log ssh
limit log-all 22
allow in log 22/tcp
allow out log 53
allow in on eth0 log
allow in on eth0 log to any port 22 proto tcp
allow in on eth0 log-all from 192.0.2.0/24
reject log to any proto esp
route allow in on eth0 out on eth1
route allow in on eth0 out on eth1 to 10.0.0.2 port 80 proto tcp
route allow out on eth1 in on eth0
route allow in on eth0 out on eth1 ; route allow out on eth1 in on eth0 ; route deny in on eth0 out on eth1
route allow in on eth0
route reject out on eth1 to any port 25 proto tcp
route allow 80/tcp
route allow from 10.0.0.0/8 to any
route limit in on eth0 to any port 22 proto tcp
route allow in on eth0 log out on eth1 to any port 22
route allow in on eth0 out on eth1 log to any port 22
route allow in on eth0 to 10.0.0.2 out on eth1 port 80 proto tcp
route deny log-all in on wg0 out on eth0
route deny in on wg0 out on eth0 log-all
allow OpenSSH
limit OpenSSH
allow openssh
allow 'WWW Full'
allow "www full"
allow WWW\\ Full
allow in CIFS
deny log CIFS
allow out DNS
allow from 192.0.2.0/24 to any app OpenSSH
allow in on eth0 to any app CIFS
allow from any app OpenSSH to any
allow from any app CIFS to any app NFS
allow from any app OpenSSH to any app OpenSSH
allow from any app DNS to any app OpenSSH
allow from any port 1024:65535 to any app OpenSSH
allow from any app SSH to any port 1000
allow from 2001:db8::/32 to any app NFS
route allow to 10.0.0.2 app 'WWW Full'
allow MSN ; allow KTorrent ; allow "Kerberos Full"
allow 22/tcp comment 'the way in'
allow 22/tcp comment "double \\"quoted\\" text"
allow 22/tcp comment plain
allow comment 'in front' 22/tcp
allow 22 comment 'Grüße aus Österreich ☃'
allow 22 comment ''
allow from any to any port 22 comment 'a # b; c $HOME %n ! \\\\'
allow OpenSSH comment 'an app'
allow 22/tcp ; allow 22/tcp
allow 22/tcp ; deny 22/tcp
allow 22/tcp ; allow 22
allow 22/tcp ; allow 80/tcp ; deny 22/tcp
allow 22/tcp ; allow 22/tcp comment 'later'
allow 22/tcp comment a ; allow 22/tcp comment b ; allow 22/tcp
allow 22/tcp ; allow log 22/tcp
limit 22/tcp ; allow ssh
allow 22/tcp ; allow in on eth0 to any port 22 proto tcp ; deny out 22/tcp ; route allow 22/tcp
allow 80,443/tcp ; allow 443,80/tcp ; deny 443,80/tcp
allow from 192.0.2.1 ; deny from 192.0.2.1/32
allow OpenSSH ; allow 22/tcp ; deny OpenSSH
allow from 10.0.0.0/8 ; allow from 10.9.9.9/8
prepend deny from 203.0.113.7
allow 22/tcp ; prepend deny from 203.0.113.7
allow 22/tcp ; prepend deny from 2001:db8::7
allow 22/tcp ; prepend deny 80/tcp ; prepend deny 443/tcp
allow 22/tcp ; prepend deny 22/tcp
allow 22/tcp ; prepend allow CIFS ; prepend allow NFS
prepend allow CIFS
allow 22/tcp ; insert 1 deny from 203.0.113.7
allow 22/tcp ; allow 80/tcp ; insert 2 allow 443/tcp
allow 22/tcp ; allow 80/tcp ; insert 3 allow 443/tcp
allow 22/tcp ; allow 80/tcp ; insert 4 allow 443/tcp
allow 22/tcp ; insert 2 deny from 2001:db8::7
allow 22/tcp ; insert 1 deny from 2001:db8::7
allow 22/tcp ; insert 2 deny from 203.0.113.7
allow 22/tcp ; insert 5 allow 80/tcp
insert 1 allow 22/tcp
allow CIFS ; allow 22/tcp ; insert 2 allow 80/tcp
allow CIFS ; allow 22/tcp ; insert 1 allow NFS
allow CIFS ; insert 1 allow 80/tcp
allow 22/tcp ; allow CIFS ; insert 2 allow 80/tcp ; insert 3 deny 81/tcp
allow from 192.0.2.1 ; allow 22/tcp ; insert 2 allow 80/tcp ; insert 3 allow 81/tcp
allow from 2001:db8::1 ; allow 22/tcp ; insert 1 allow 80/tcp
route allow in on a out on b ; route insert 1 deny in on a out on c ; route prepend reject in on d out on e
allow 22/tcp ; insert 1 allow 22/tcp ; insert 1 deny 22/tcp
allow 0 ; allow 65536 ; allow 70000/tcp ; allow 22:22/tcp ; allow 30:20/tcp ; allow ssh
allow 80,443 ; allow 6000:6007 ; allow to any port 80,443
allow 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16/tcp ; allow 1:2,3:4,5:6,7:8,9:10,11:12,13:14,15:16/tcp
allow 22/sctp ; allow 22/esp ; allow to any port 22 proto esp ; allow to any proto icmp
allow ssh/udp ; allow ssh,http/tcp ; allow nosuchservice ; allow 22/tcp/udp ; allow ssh-
allow ntp/tcp ; allow to any port ntp proto tcp ; allow from any port ssh to any port ntp
allow from any port domain to any port ssh ; allow from any port domain to any port domain
allow from 192.0.2.256 ; allow from 192.0.2 ; allow from example.org ; allow from 192.0.2.0/33 ; allow from 192.0.02.1
allow from 2001:db8::/129 ; allow from 2001::db8::1 ; allow from 12345::1 ; allow from 2001:db8::1/255.0.0.0
allow from 192.0.2.1 to 2001:db8::1 ; allow from 0.0.0.0/0 to ::1 ; allow from 2001:db8::1 proto igmp
allow in on ; allow on eth0 ; allow in on eth0:1 ; allow in on . ; allow in on eth!0 ; allow in on 0123456789abcdef
allow in on eth0 22 ; allow to any in on eth0 ; route allow in 80 ; route allow out from any ; route allow in on a in on b
allow ; 22/tcp ; permit 22 ; allow 22 tcp ; allow from ; allow port 22 ; allow proto tcp ; allow from any from any
allow to any proto tcp proto udp ; allow from any app ; allow from any app CIFS proto tcp ; allow NoSuchApp
allow log ; allow 22/tcp log ; allow from any log ; allow 22 comment ; allow 22 comment "it's"
insert 0 allow 22 ; insert x allow 22 ; insert allow 22 ; allow to any app openssh ; allow from any app openssh
deny 22/tcp ; allow from 192.0.2.0/24 to any port 22 proto tcp ; limit 2222/tcp ; allow out 53 ; allow out 123/udp ; allow out 80,443/tcp
`
  .trim()
  .split('\n')
  .map((line) => line.split(' ; '))
