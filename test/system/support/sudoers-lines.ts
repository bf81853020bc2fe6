/** Lines of every form that sudoers(5) has, and near misses of them; one rule file each. */
export const SUDOERS_LINES: readonly string[] = String.raw`
bob ALL=NOPASSWD ALL
bob ALL=(ALL) NOPASSWD ALL
bob ALL=(ALL) NOPASSWD:ALL
bob ALL=(ALL) NOPASSWD : ALL
bob ALL = ( ALL ) NOPASSWD: ALL
bob ALL=(ALL:ALL) NOPASSWD: ALL
bob ALL=(ALL : ALL) NOPASSWD: ALL
bob ALL=(:ALL) NOPASSWD: ALL
bob ALL=() NOPASSWD: ALL
bob ALL=(:) NOPASSWD: ALL
bob ALL=(root:) NOPASSWD: ALL
bob ALL=(#0) NOPASSWD: ALL
bob ALL=(%root) NOPASSWD: ALL
bob ALL=(root, daemon) NOPASSWD: ALL
bob ALL=(ALL, !root) NOPASSWD: ALL
bob ALL=(!root, ALL) NOPASSWD: ALL
%#50 ALL=(ALL) NOPASSWD: ALL
%#2002 ALL=(ALL) NOPASSWD: ALL
%#4711 ALL=(ALL) NOPASSWD: ALL
#2002 ALL=(ALL) NOPASSWD: ALL
#2003 ALL=(ALL) NOPASSWD: ALL
#2002, carol ALL=(ALL) NOPASSWD: ALL
alice, #2002 ALL=(ALL) NOPASSWD: ALL
 #2002 ALL=(ALL) NOPASSWD: ALL
!#2003 ALL=(ALL) NOPASSWD: ALL
# 2002 ALL=(ALL) NOPASSWD: ALL
#-1 ALL=(ALL) NOPASSWD: ALL
#2002bob ALL=(ALL) NOPASSWD: ALL
%:staff ALL=(ALL) NOPASSWD: ALL
%:#50 ALL=(ALL) NOPASSWD: ALL
%:nonunix ALL=(ALL) NOPASSWD: ALL
%:"non unix" ALL=(ALL) NOPASSWD: ALL
"%staff" ALL=(ALL) NOPASSWD: ALL
%"staff" ALL=(ALL) NOPASSWD: ALL
"bob" ALL=(ALL) NOPASSWD: ALL
"%:nonunix" ALL=(ALL) NOPASSWD: ALL
%staff,alice ALL=(ALL) NOPASSWD: ALL
% staff ALL=(ALL) NOPASSWD: ALL
+netgroup ALL=(ALL) NOPASSWD: ALL
bob +netgroup=(ALL) NOPASSWD: ALL
ALL, !bob ALL=(ALL) NOPASSWD: ALL
!bob, ALL ALL=(ALL) NOPASSWD: ALL
ALL,!%staff ALL=(ALL) NOPASSWD: ALL
!alice ALL=(ALL) NOPASSWD: ALL
bob kit=(ALL) NOPASSWD: ALL
bob KIT=(ALL) NOPASSWD: ALL
bob Kit=(ALL) NOPASSWD: ALL
bob k?t=(ALL) NOPASSWD: ALL
bob [jk]it=(ALL) NOPASSWD: ALL
bob kit.example.com=(ALL) NOPASSWD: ALL
bob localhost=(ALL) NOPASSWD: ALL
bob 127.0.0.1=(ALL) NOPASSWD: ALL
bob 192.168.1.0/24=(ALL) NOPASSWD: ALL
bob 192.168.1.0/255.255.255.0=(ALL) NOPASSWD: ALL
bob 10.0.0.1=(ALL) NOPASSWD: ALL
bob fe80::1=(ALL) NOPASSWD: ALL
bob 2001\:db8\:\:1=(ALL) NOPASSWD: ALL
bob ::1=(ALL) NOPASSWD: ALL
bob 0.0.0.0/0=(ALL) NOPASSWD: ALL
bob ALL, !kit=(ALL) NOPASSWD: ALL
bob !kit, ALL=(ALL) NOPASSWD: ALL
bob elsewhere=(ALL) NOPASSWD: ALL
bob "kit"=(ALL) NOPASSWD: ALL
bob kit = (ALL) NOPASSWD: ALL : elsewhere = ALL
bob elsewhere = ALL : kit = NOPASSWD: ALL
bob ALL=NOPASSWD: /usr/bin/id, PASSWD: ALL
bob ALL=NOPASSWD: ALL, PASSWD: /usr/bin/id
bob ALL=NOPASSWD: ALL, !/usr/bin/id
bob ALL=NOPASSWD: !ALL
bob ALL=NOPASSWD: sudoedit /etc/x
bob ALL=NOPASSWD: sudoedit
bob ALL=NOPASSWD: /usr/bin/sudoedit /etc/x
bob ALL=NOPASSWD: sudoedit /etc/x, /usr/bin/id
bob ALL=NOPASSWD: id
bob ALL=NOPASSWD: list
bob ALL=NOPASSWD: /usr/bin/id list
bob ALL=NOPASSWD: /usr/bin/
bob ALL=NOPASSWD: /usr/bin
bob ALL=NOPASSWD: /usr/*/id
bob ALL=NOPASSWD: /*/*/id
bob ALL=NOPASSWD: /usr/bin/i[a-z]
bob ALL=NOPASSWD: /usr/bin/i\d
bob ALL=NOPASSWD: ^/usr/bin/id$
bob ALL=NOPASSWD: ^/usr/bin/(id|env)$
bob ALL=NOPASSWD: ^/usr/bin/.*$
bob ALL=NOPASSWD: ^/usr/bin/(id$
bob ALL=NOPASSWD: /usr/bin/id ^-u$
bob ALL=NOPASSWD: /usr/bin/id *
bob ALL=NOPASSWD: /usr/bin/id ""
bob ALL=NOPASSWD: /usr/bin/id -u
bob ALL=NOPASSWD: /usr/bin/id a\,b
bob ALL=NOPASSWD: /usr/bin/id a=b
bob ALL=NOPASSWD: /usr/bin/id a\=b
bob ALL=NOPASSWD: /usr/bin/id a:b
bob ALL=NOPASSWD: /usr/bin/id # comment
bob ALL=NOPASSWD: ALL # comment
bob ALL=NOPASSWD: ALL#comment
bob ALL=NOPASSWD: /usr/bin/id#comment
bob ALL=NOPASSWD: /usr/bin/id, # comment
bob ALL=NOPASSWD: "/usr/bin/id"
bob ALL=NOPASSWD: /usr/bin/"id"
bob ALL=NOPASSWD: sha256:0000000000000000000000000000000000000000000000000000000000000000 /usr/bin/id
bob ALL=NOPASSWD: sha256:00 /usr/bin/id
bob ALL=NOPASSWD: sha224:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA== /usr/bin/id
bob ALL=NOPASSWD: sha256:0000000000000000000000000000000000000000000000000000000000000000, sha224:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA== /usr/bin/id
bob ALL=NOPASSWD: sha256:0000000000000000000000000000000000000000000000000000000000000000 ALL
bob ALL=NOPASSWD: sha999:00 /usr/bin/id
bob ALL=NOPASSWD: md5:00 /usr/bin/id
bob ALL=CWD=/tmp NOPASSWD: ALL
bob ALL=CWD=* NOPASSWD: ALL
bob ALL=CWD=~ NOPASSWD: ALL
bob ALL=CWD=tmp NOPASSWD: ALL
bob ALL=CWD="/tmp" NOPASSWD: ALL
bob ALL=(ALL) CWD=/tmp NOPASSWD: ALL
bob ALL=CHROOT=/nowhere NOPASSWD: ALL
bob ALL=CHROOT=* NOPASSWD: ALL
bob ALL=CHROOT=nowhere NOPASSWD: ALL
bob ALL=NOTBEFORE=20300101000000Z NOPASSWD: ALL
bob ALL=NOTAFTER=20200101000000Z NOPASSWD: ALL
bob ALL=NOTBEFORE=20200101000000Z NOPASSWD: ALL
bob ALL=NOTAFTER=20380101000000Z NOPASSWD: ALL
bob ALL=NOTBEFORE=2020 NOPASSWD: ALL
bob ALL=NOTBEFORE=20200101 NOPASSWD: ALL
bob ALL=NOTBEFORE=2020010100Z NOPASSWD: ALL
bob ALL=NOTBEFORE=tomorrow NOPASSWD: ALL
bob ALL=NOTBEFORE=20200101000000Z NOTAFTER=20380101000000Z NOPASSWD: ALL
bob ALL=NOTBEFORE=20300101000000Z NOPASSWD: /usr/bin/env, /usr/bin/id
bob ALL=TIMEOUT=10 NOPASSWD: ALL
bob ALL=TIMEOUT=1h30m NOPASSWD: ALL
bob ALL=TIMEOUT=x NOPASSWD: ALL
bob ALL=ROLE=unconfined_r TYPE=unconfined_t NOPASSWD: ALL
bob ALL=ROLE=unconfined_r NOPASSWD: ALL
bob ALL=APPARMOR_PROFILE=x NOPASSWD: ALL
bob ALL=PRIVS=x NOPASSWD: ALL
bob ALL=NOPASSWD: CWD=/tmp ALL
bob ALL=NOPASSWD:SETENV:ALL
bob ALL=NOPASSWD:SETENV ALL
bob ALL=SETENV:NOPASSWD: ALL
bob ALL=NOEXEC:NOPASSWD:ALL
bob ALL=FOLLOW:NOPASSWD:NOFOLLOW:ALL
bob ALL=MAIL:LOG_INPUT:LOG_OUTPUT:NOPASSWD:ALL
bob ALL=INTERCEPT:NOPASSWD:ALL
bob ALL=NOINTERCEPT: NOPASSWD:ALL
bob ALL=NOPASSWD:PASSWD:ALL
bob ALL=PASSWD:NOPASSWD:ALL
bob ALL=nopasswd: ALL
bob ALL=NOPASSWDX: ALL
bob ALL=EDIT: ALL
bob ALL=NOPASSWD: ALL,
bob ALL=NOPASSWD: ,ALL
bob ALL=NOPASSWD:
bob ALL=NOPASSWD: ALL ALL
bob ALL=NOPASSWD: ALL /usr/bin/id
bob ALL=NOPASSWD: ALL extra
bob ALL
bob
bob =ALL
bob ALL=
bob ALL=ALL:
bob ALL ALL=ALL
bob, ALL=ALL
bob ALL,=ALL
bob ALL==ALL
bob ALL=(ALL ALL
bob ALL=ALL)
bob ALL=(ALL)(ALL) ALL
bob ALL=(ALL:ALL:ALL) ALL
bob ALL=(ALL NOPASSWD: ALL
bob ALL=NOPASSWD: (ALL) ALL
bob ALL=NOPASSWD: TOOLS
bob ALL=NOPASSWD: UNDEFINED
bob ALL=NOPASSWD: TOOLS arg
bob ALL=NOPASSWD: !TOOLS, ALL
bob ALL=NOPASSWD: ALL, !TOOLS
ADMINS ALL=NOPASSWD: ALL
!ADMINS ALL=NOPASSWD: ALL
UNDEFINED ALL=NOPASSWD: ALL
bob HERE=NOPASSWD: ALL
bob UNDEFINED=NOPASSWD: ALL
bob ALL=(ROOTS) NOPASSWD: ALL
bob ALL=(UNDEFINED) NOPASSWD: ALL
User_Alias X = bob : Y = carol
User_Alias X = bob
User_Alias X=bob
User_Alias x = bob
User_Alias 1X = bob
User_Alias X = 
User_Alias X bob
User_Alias X = bob,
User_Alias ALL = bob
User_Alias X = bob : Y
User_Alias ADMINS = bob
User_Alias ADMINS += bob
Cmnd_Alias X = /usr/bin/id, !/usr/bin/env
Cmnd_Alias X = id
Cmnd_Alias X = /usr/bin/id : Y = /bin/sh
Cmd_Alias X = /usr/bin/id
Host_Alias X = kit, 10.0.0.0/8
Host_Alias X = 10.0.0.300
Host_Alias X = 10.0.0.0/99
Runas_Alias X = root, #0, %root
Group_Alias X = root
Netgroup_Alias X = a
Defaults
Defaults env_reset
Defaults !env_reset
Defaults !!env_reset
Defaults ! env_reset
Defaults env_reset, !authenticate
Defaults env_reset !authenticate
Defaults env_reset,
Defaults unknown_thing
Defaults unknown_thing=1
Defaults !authenticate
Defaults authenticate=no
Defaults:bob !authenticate
Defaults: bob !authenticate
Defaults :bob !authenticate
Defaults:bob,carol !authenticate
Defaults:bob, carol !authenticate
Defaults@kit !authenticate
Defaults@elsewhere !authenticate
Defaults>root !authenticate
Defaults>daemon !authenticate
Defaults!/usr/bin/id !authenticate
Defaults!/usr/bin/id -u !authenticate
Defaults!ALL !authenticate
Defaults!TOOLS !authenticate
Defaults! /usr/bin/id !authenticate
Defaults:!bob !authenticate
Defaults:%staff !authenticate
Defaults:%#50 !authenticate
Defaults:#2002 !authenticate
Defaults:ALL !authenticate
Defaults:ADMINS !authenticate
Defaults :ADMINS env_reset
Defaults exempt_group=staff
Defaults exempt_group = staff
Defaults exempt_group="staff"
Defaults exempt_group
Defaults !exempt_group
Defaults exempt_group=
Defaults passwd_tries=0
Defaults passwd_tries=3
Defaults passwd_tries=x
Defaults passwd_tries=-1
Defaults passwd_tries
Defaults timestamp_timeout=-1
Defaults timestamp_timeout=0
Defaults timestamp_timeout=1.5
Defaults timestamp_timeout=abc
Defaults timestamp_type=global
Defaults timestamp_type=bogus
Defaults umask=022
Defaults umask=0x
Defaults umask=999
Defaults secure_path=/bin:/usr/bin
Defaults secure_path = /bin
Defaults secure_path="/bin:/usr/bin"
Defaults secure_path='/bin'
Defaults secure_path="/bin
Defaults env_keep += "A B"
Defaults env_keep+="A"
Defaults env_keep -= A
Defaults env_keep = A B
Defaults env_keep=A,B
Defaults !env_keep
Defaults env_check += A
Defaults requiretty
Defaults rootpw
Defaults targetpw
Defaults runaspw
Defaults runas_default=daemon
Defaults runas_default=nosuchuser
Defaults use_pty
Defaults lecture=always
Defaults lecture=bogus
Defaults lecture_file=/nowhere
Defaults logfile=/var/log/sudo.log
Defaults logfile=relative
Defaults log_output
Defaults iolog_dir=/var/log/sudo-io
Defaults runchroot=*
Defaults runchroot=/nowhere
Defaults runcwd=/nowhere
Defaults group_plugin="system_group.so"
Defaults group_plugin="nowhere.so"
Defaults sudoers_locale=de_AT
Defaults closefrom=3
Defaults closefrom=x
Defaults verifypw=never
Defaults listpw=never
Defaults verifypw=bogus
Defaults insults
Defaults insults=yes
Defaults env_file=/nowhere
Defaults mailto="a b"
Defaults passprompt="x \"y\""
Defaults editor=/usr/bin/vim
Defaults intercept
Defaults intercept_type=trace
Defaults log_subcmds
Defaults selinux
Defaults !pam_session
Defaults pam_service=sudo
Defaults pam_service=nowhere
Defaults pam_acct_mgmt
Defaults !pam_acct_mgmt
Defaults ignore_dot
Defaults noexec
Defaults fast_glob
Defaults case_insensitive_user
Defaults !case_insensitive_user
Defaults always_query_group_plugin
Defaults match_group_by_gid
Defaults apparmor_profile=x
Defaults runas_allow_unknown_id
Defaults runas_check_shell
Defaults root_sudo
Defaults !root_sudo
Defaults fqdn
Defaults ignore_local_sudoers
Defaults admin_flag
Defaults cmddenial_message=x
Defaults json_compact
Defaults regex
Defaults tty_tickets
Defaultsenv_reset
defaults env_reset
Defaults	env_reset
@include /nowhere
@include nowhere
@include
@includedir /nowhere
@includedir
#include /nowhere
#includedir /nowhere
#include
@include "/no where"
@include /nowhere extra
@include /nowhere # comment
@bogus /nowhere
include /nowhere
garbage
bob ALL=(ALL) NOPASSWD: ALL;
bob ALL=(ALL) NOPASSWD; ALL
bob ALL:(ALL) NOPASSWD: ALL
bob: ALL=(ALL) NOPASSWD: ALL
bob\ x ALL=ALL
bob\@x ALL=NOPASSWD: ALL
BOB ALL=NOPASSWD: ALL
Bob ALL=NOPASSWD: ALL
bob-x ALL=NOPASSWD: ALL
bob.x ALL=NOPASSWD: ALL
DOM\\bob ALL=NOPASSWD: ALL
b*b ALL=NOPASSWD: ALL
bob ALL=(ALL) ALL, NOPASSWD: /usr/bin/id
bob ALL=(daemon) NOPASSWD: ALL, (root) /usr/bin/env
bob ALL=(daemon) /usr/bin/env, NOPASSWD: /usr/bin/id
bob ALL=NOPASSWD: /usr/bin/env, /usr/bin/id
bob ALL=PASSWD: ALL
bob ALL = ALL
bob	ALL	=	NOPASSWD:	ALL
bob ALL=NOPASSWD:/usr/bin/id,/usr/bin/env
bob ALL=(root)NOPASSWD:/usr/bin/id
bob ALL=(root)ALL
bob,carol,alice ALL=NOPASSWD:ALL
bob , carol ALL=NOPASSWD:ALL
bob ALL=NOPASSWD: /usr/bin/id,!/usr/bin/id
bob ALL=!/usr/bin/id, NOPASSWD: ALL
`
  .split('\n')
  .filter((line) => line !== '')
