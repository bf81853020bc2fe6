import { append, edit, image, link, mode, type Planted, remove, threeWays, twoWays, write } from '../support/planted.ts'

const KIND = 'pam'
/** A line before all that /etc/pam.d/NAME has. */
const before = (name: string, line: string) => edit(`/etc/pam.d/${name}`, /^/, `${line}\n`)
const first = (id: string, name: string, line: string) => image(KIND, id, [before(name, line)])
const access = (...lines: string[]) => write('/etc/security/access.conf', lines.join('\n'))
const USE_ACCESS = before('sshd', 'account required pam_access.so')

/** PAM's stacks, and the files of its modules and of libwrap, nsswitch and the login shell. */
export const pam: readonly Planted[] = [
  ...twoWays(KIND, 'nologin', write('/etc/nologin', 'closed')),
  image(KIND, 'nologin by a link', [link('/etc/nologin', '/etc/hostname')]),
  ...twoWays(KIND, 'nologin of a file that sshd alone looks at', write('/var/run/nologin', 'closed')),
  first('all are denied by sshd’s account stack', 'sshd', 'account required pam_deny.so'),
  first('all are denied by sshd’s session stack', 'sshd', 'session required pam_deny.so'),
  first('sshd’s auth stack denies: keys do not pass it', 'sshd', 'auth required pam_deny.so'),
  first('all are denied, in common-account', 'common-account', 'account requisite pam_deny.so'),
  first('all are denied, in common-session', 'common-session', 'session requisite pam_deny.so'),
  first('whoever tries is in: common-auth', 'common-auth', 'auth sufficient pam_permit.so'),
  first('whoever tries is in: login', 'login', 'auth sufficient pam_permit.so'),
  first('whoever tries is in: sudo', 'sudo', 'auth sufficient pam_permit.so'),
  first('whoever tries is root: su', 'su', 'auth sufficient pam_permit.so'),
  first('a group is in without a password: su', 'su', 'auth sufficient pam_wheel.so trust group=users'),
  first('sudo denies all', 'sudo', 'auth requisite pam_deny.so'),
  first('a module that is not there is skipped', 'sshd', '-account required pam_site.so'),
  first('a module that is not there', 'sshd', 'account required pam_site.so'),
  first('a comment', 'sshd', '# account required pam_deny.so'),
  first('messages of the day', 'sshd', 'session optional pam_echo.so file=/etc/motd'),
  image(KIND, 'a list of those who are in, without the owner', [
    write('/etc/allowed', 'root'),
    before('sshd', 'account required pam_listfile.so item=user sense=allow file=/etc/allowed onerr=fail'),
  ]),
  image(KIND, 'a list of those who are in, with the owner', [
    write('/etc/allowed', 'alice\nbob'),
    before('sshd', 'account required pam_listfile.so item=user sense=allow file=/etc/allowed onerr=fail'),
  ]),
  image(KIND, 'a time at which nobody is in', [
    write('/etc/security/time.conf', 'sshd;*;*;!Al0000-2400'),
    before('sshd', 'account required pam_time.so'),
  ]),
  ...threeWays(KIND, 'access.conf that denies all, and is used', access('-:ALL:ALL'), { steps: [USE_ACCESS] }),
  ...twoWays(KIND, 'access.conf that denies all, and is not used', access('-:ALL:ALL')),
  ...twoWays(
    KIND,
    'access.conf that allows the owner from one network',
    access('+:alice:192.0.2.', '+:bob:ALL', '-:ALL:ALL'),
    { steps: [USE_ACCESS] },
  ),
  ...twoWays(KIND, 'access.d that denies all, and is used', write('/etc/security/access.d/site.conf', '-:ALL:ALL'), {
    steps: [USE_ACCESS],
  }),
  ...threeWays(KIND, 'limits: nobody logs in', write('/etc/security/limits.d/site.conf', '* hard maxlogins 0')),
  ...twoWays(
    KIND,
    'limits: the owner does not log in',
    write('/etc/security/limits.d/site.conf', 'alice - maxlogins 0'),
  ),
  ...twoWays(KIND, 'limits: no process', write('/etc/security/limits.d/site.conf', '* hard nproc 0')),
  ...twoWays(KIND, 'limits: many files', write('/etc/security/limits.d/site.conf', '* hard nofile 65536')),
  ...threeWays(KIND, 'hosts.deny: all', write('/etc/hosts.deny', 'ALL: ALL')),
  ...twoWays(KIND, 'hosts.deny: sshd from one network', write('/etc/hosts.deny', 'sshd: 10.')),
  ...twoWays(KIND, 'hosts.deny: all, with hosts.allow', write('/etc/hosts.deny', 'ALL: ALL'), {
    steps: [write('/etc/hosts.allow', 'sshd: 192.0.2.')],
  }),
  ...twoWays(KIND, 'hosts.deny: another service', write('/etc/hosts.deny', 'vsftpd: ALL')),
  ...threeWays(
    KIND,
    'nsswitch without files',
    write('/etc/nsswitch.conf', 'passwd: systemd\ngroup: systemd\nshadow: systemd\nhosts: files dns'),
  ),
  ...twoWays(
    KIND,
    'nsswitch with sss before files',
    write(
      '/etc/nsswitch.conf',
      'passwd: sss files systemd\ngroup: sss files systemd\nshadow: sss files\nhosts: files dns\nsudoers: sss files',
    ),
  ),
  ...twoWays(
    KIND,
    'nsswitch where sudoers is not a file',
    write('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nshadow: files\nsudoers: sss'),
  ),
  ...twoWays(
    KIND,
    'no account may log in without a password, spelt out',
    write(
      '/etc/pam.d/common-password',
      'password [success=1 default=ignore] pam_unix.so obscure use_authtok try_first_pass yescrypt\npassword requisite pam_deny.so\npassword required pam_permit.so',
    ),
  ),
  image(KIND, 'sshd has no stack', [remove('/etc/pam.d/sshd')]),
  image(KIND, 'sshd’s stack is empty', [write('/etc/pam.d/sshd', '')]),
  image(KIND, 'common-session is missing', [remove('/etc/pam.d/common-session')]),
  image(KIND, 'other denies', [
    write(
      '/etc/pam.d/other',
      'auth required pam_deny.so\naccount required pam_deny.so\nsession required pam_deny.so\npassword required pam_deny.so',
    ),
  ]),
  image(KIND, 'the shell may not be run', [mode('/usr/bin/bash', 0o744)]),
  image(KIND, 'the shell is not there', [remove('/usr/bin/bash'), link('/usr/bin/bash', '/usr/bin/no-such-shell')]),
  image(KIND, 'shells of /etc/shells without bash', [write('/etc/shells', '/bin/sh')]),
  ...twoWays(KIND, 'a profile that ends the session', write('/etc/profile.d/site.sh', 'exit 0')),
  ...twoWays(KIND, 'an environment for all', write('/etc/environment', 'SITE=1')),
  ...twoWays(
    KIND,
    'an environment in which nothing is found',
    write('/etc/security/pam_env.conf', 'PATH DEFAULT=/nowhere'),
  ),
  image(KIND, 'a motd that never ends', [write('/etc/update-motd.d/99-site', '#!/bin/sh\nsleep 1d', 0o755)]),
  image(KIND, 'hosts.deny by another’s line end', [append('/etc/hosts.deny', 'sshd: ALL EXCEPT 192.0.2.')]),
]
