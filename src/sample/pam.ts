import type { Release } from '../device/inspect/inventory.ts'
import { file, type Layout } from './layout.ts'

/** libpam-modules' and systemd's modules that are in both releases, as far as the stacks below name them. */
const MODULES =
  'access cap deny debug env exec faildelay faillock group keyinit limits listfile loginuid mail mkhomedir motd nologin permit pwhistory rootok securetty selinux shells succeed_if systemd time umask unix usertype wheel'

/** The stacks of Debian's packages (libpam-runtime, openssh-server, login, util-linux, sudo) and its name service switch. */
export function pamFiles(release: Release, architecture: string): Layout {
  const old = release === 'bookworm'
  const triplet = architecture === 'armhf' ? 'arm-linux-gnueabihf' : 'aarch64-linux-gnu'
  const names = [...MODULES.split(' '), ...(old ? ['lastlog'] : [])]
  return {
    ...Object.fromEntries(names.map((name) => [`/usr/lib/${triplet}/security/pam_${name}.so`, file('')])),
    ...Object.fromEntries(Object.entries(stacks(old)).map(([name, text]) => [`/etc/pam.d/${name}`, file(text)])),
    ...Object.fromEntries(Object.entries(AUTH_UPDATE).map(([path, text]) => [path, file(text)])),
    '/etc/security/access.conf': file('# Login access control table.\n# -:ALL EXCEPT root:tty1\n'),
    '/etc/security/limits.conf': file('# /etc/security/limits.conf\n#*               soft    core            0\n'),
    '/etc/security/pam_env.conf': file('# Lines: VARIABLE [DEFAULT=[value]] [OVERRIDE=[value]]\n'),
    '/etc/security/time.conf': file('# services;ttys;users;times\n'),
    '/etc/nsswitch.conf': file(
      'passwd:         files\ngroup:          files\nshadow:         files\ngshadow:        files\n\nhosts:          files mdns4_minimal [NOTFOUND=return] dns\nnetworks:       files\n\nprotocols:      db files\nservices:       db files\nethers:         db files\nrpc:            db files\n\nnetgroup:       nis\n',
    ),
  }
}

/** A stack as pam-auth-update keeps it, between its marks. */
function managed(type: string, primary: string, fixed = '', additional = ''): string {
  return [
    '# here are the per-package modules (the "Primary" block)\n',
    `${type}\t${primary}\n`,
    "# here's the fallback if no module succeeds\n",
    `${type}\trequisite\t\t\tpam_deny.so\n${type}\trequired\t\t\tpam_permit.so\n${fixed}`,
    '# and here are more per-package modules (the "Additional" block)\n',
    `${additional}# end of pam-auth-update config\n`,
  ].join('')
}

const JUMP = '[success=end default=ignore]'
const ACCOUNT = '[success=end new_authtok_reqd=done default=ignore]\tpam_unix.so'

/** The profiles of libpam-runtime and libpam-systemd, and what pam-auth-update notes of the stacks. */
const AUTH_UPDATE: Readonly<Record<string, string>> = {
  '/usr/share/pam-configs/unix': `Name: Unix authentication
Default: yes
Priority: 256
Auth-Type: Primary
Auth:
\t${JUMP}\tpam_unix.so nullok try_first_pass
Auth-Initial:
\t${JUMP}\tpam_unix.so nullok
Account-Type: Primary
Account:
\t${ACCOUNT}
Account-Initial:
\t${ACCOUNT}
Session-Type: Additional
Session:
\trequired\tpam_unix.so
Session-Initial:
\trequired\tpam_unix.so
Password-Type: Primary
Password:
\t${JUMP}\tpam_unix.so obscure use_authtok try_first_pass yescrypt
Password-Initial:
\t${JUMP}\tpam_unix.so obscure yescrypt
`,
  '/usr/share/pam-configs/systemd': `Name: Register user sessions in the systemd control group hierarchy
Default: yes
Priority: 0
Session-Interactive-Only: yes
Session-Type: Additional
Session:
\toptional\tpam_systemd.so
`,
  '/var/lib/pam/seen': 'unix\nsystemd\n',
  '/var/lib/pam/auth': `Module: unix\n${JUMP}\tpam_unix.so nullok\n`,
  '/var/lib/pam/account': `Module: unix\n${ACCOUNT}\n`,
  '/var/lib/pam/password': `Module: unix\n${JUMP}\tpam_unix.so obscure yescrypt\n`,
  '/var/lib/pam/session':
    'Module: null\n[default=1]\t\t\tpam_permit.so\nModule: unix\nrequired\tpam_unix.so\nModule: systemd\noptional\tpam_systemd.so\n',
  '/var/lib/pam/session-noninteractive':
    'Module: null\n[default=1]\t\t\tpam_permit.so\nModule: unix\nrequired\tpam_unix.so\n',
}

function stacks(old: boolean): Readonly<Record<string, string>> {
  const selinux = (verb: string) =>
    `session [success=ok ignore=ignore module_unknown=ignore default=bad] pam_selinux.so ${verb}\n`
  const umask = old ? '' : 'session optional\t\t\tpam_umask.so\n'
  const session = (more: string) =>
    managed('session', '[default=1]\t\t\tpam_permit.so', umask, `session\trequired\tpam_unix.so \n${more}`)
  const common = '@include common-auth\n@include common-account\n'
  return {
    'common-auth': managed('auth', '[success=1 default=ignore]\tpam_unix.so nullok'),
    'common-account': managed('account', '[success=1 new_authtok_reqd=done default=ignore]\tpam_unix.so '),
    'common-password': managed('password', '[success=1 default=ignore]\tpam_unix.so obscure yescrypt'),
    'common-session': session('session\toptional\tpam_systemd.so \n'),
    'common-session-noninteractive': session(''),
    other: `${common}@include common-session\n`,
    sshd: `@include common-auth\naccount    required     pam_nologin.so\n@include common-account\n${selinux('close')}session    required     pam_loginuid.so\nsession    optional     pam_keyinit.so force revoke\n@include common-session\nsession    optional     pam_motd.so  motd=/run/motd.dynamic\nsession    optional     pam_motd.so noupdate\nsession    optional     pam_mail.so standard noenv # [1]\nsession    required     pam_limits.so\nsession    required     pam_env.so # [1]\nsession    required     pam_env.so${old ? ' user_readenv=1' : ''} envfile=/etc/default/locale\n${selinux('open')}`,
    login: `auth       optional   pam_faildelay.so  delay=3000000\nauth       requisite  pam_nologin.so\n${selinux('close')}session    required     pam_loginuid.so\nsession    optional   pam_motd.so motd=/run/motd.dynamic\nsession    optional   pam_motd.so noupdate\n${selinux('open')}session       required   pam_env.so readenv=1\nsession       required   pam_env.so readenv=1 envfile=/etc/default/locale\n@include common-auth\nauth       optional   pam_group.so\nsession    required   pam_limits.so\n${old ? 'session    optional   pam_lastlog.so\n' : ''}session    optional   pam_mail.so standard\nsession    optional   pam_keyinit.so force revoke\n@include common-account\n@include common-session\n`,
    sudo: `session    required   pam_limits.so\n\n@include common-auth\n@include common-account\n@include common-session-noninteractive\n`,
    su: `auth       sufficient pam_rootok.so\nsession       required   pam_env.so readenv=1\nsession       required   pam_env.so readenv=1 envfile=/etc/default/locale\nsession    optional   pam_mail.so nopen\nsession    required   pam_limits.so\n${common}@include common-session\n`,
    'su-l':
      'auth\t\tinclude\t\tsu\naccount\t\tinclude\t\tsu\npassword\tinclude\t\tsu\nsession\t\toptional\tpam_keyinit.so force revoke\nsession\t\tinclude\t\tsu\n',
  }
}
