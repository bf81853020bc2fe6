import {
  account,
  append,
  capability,
  copy,
  edit,
  image,
  link,
  mode,
  type Planted,
  packaged,
  type Step,
  twoWays,
  write,
} from '../support/planted.ts'

const KIND = 'other ways in'
const SYSTEM = '/etc/systemd/system'
const own = (id: string, ...steps: (Step | readonly Step[])[]) => image(KIND, id, steps.flat())
const alone = (id: string, steps: readonly Step[]) => image(KIND, id, steps, { alone: true })
const wants = (target: string, name: string, from = `${SYSTEM}/${name}`) =>
  link(`${SYSTEM}/${target}.wants/${name}`, from)
const getty = (user: string) => `[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin ${user} --noclear %I $TERM`
/** A whole getty of the image's own, as guides to kiosks have it. */
const WHOLE = `[Unit]\nAfter=systemd-user-sessions.service\n[Service]\nExecStart=-/sbin/agetty --autologin root --noclear tty1 linux\nType=idle\nRestart=always\nStandardInput=tty\nStandardOutput=tty\nTTYPath=/dev/tty1\nTTYReset=yes\nTTYVHangup=yes\n[Install]\nWantedBy=getty.target`
const SHELL = `[Service]\nExecStart=/bin/bash\nStandardInput=tty\nStandardOutput=tty\nTTYPath=/dev/tty9\nType=idle\n[Install]\nWantedBy=multi-user.target`
const DES = 'abhfCpXqd4GrI'
const into = (group: string, user: string) =>
  edit('/etc/group', new RegExp(`^(${group}:[^:]*:\\d+:)(.*)$`, 'm'), `$1${user}`)
const hashOf = (name: string, field: string) =>
  edit('/etc/shadow', new RegExp(`^${name}:[^:]*:`, 'm'), `${name}:${field}:`)
const keysOf = (home: string) => write(`${home}/.ssh/authorized_keys`, '{mallory}', 0o600)

/** Whoever gets in, or up, without being named in a spec. */
export const others: readonly Planted[] = [
  own('root without a password, in passwd', edit('/etc/passwd', /^root:[^:]*:/m, 'root::')),
  own('root without a password, in shadow', hashOf('root', '')),
  own('root with a password', hashOf('root', '{hash}')),
  own('root with a password, in passwd', edit('/etc/passwd', /^root:[^:]*:/m, 'root:{hash}:')),
  own('root with a lock, in passwd', edit('/etc/passwd', /^root:[^:]*:/m, 'root:!:')),
  own('root with a lock, in shadow', hashOf('root', '!*')),
  own('a second root', account('toor', { uid: 0, gid: 0, home: '/root' })),
  own(
    'a second root without a password, in passwd',
    account('toor', { uid: 0, gid: 0, password: '', inPasswd: true, home: '/root' }),
  ),
  own('a second root that is locked', account('toor', { uid: 0, gid: 0, password: '!', home: '/root' })),
  own('an account with a password', account('mallory')),
  own('an account without a password, in passwd', account('guest', { password: '', inPasswd: true })),
  own('an account without a password, in shadow', account('guest', { password: '' })),
  own('an account with a hash in passwd', account('mallory', { inPasswd: true })),
  own('an account with a traditional DES hash', account('mallory', { password: DES })),
  own('an account with a DES hash, in passwd', account('mallory', { password: DES, inPasswd: true })),
  own('an account with an MD5 hash', account('mallory', { password: '$1$pibake$KXgzY1r3g.5ksIDneHfQz.' })),
  own('an account with a lock', account('mallory', { password: '!' })),
  own('an account with a star', account('mallory', { password: '*' })),
  own('an account with a word that is no hash', account('mallory', { password: 'x' })),
  own('an account with a password and no shell', account('mallory', { shell: '/usr/sbin/nologin' })),
  own('an account with a password and a shell that is not there', account('mallory', { shell: '/usr/bin/no-such' })),
  own('an account with a password and no shell field', account('mallory', { shell: '' })),
  own(
    'an account with a password that is over',
    account('mallory'),
    edit('/etc/shadow', /^(mallory:.*)7:::$/m, '$17::1:'),
  ),
  own('a system account with a password', hashOf('backup', '{hash}')),
  own(
    'a system account with a password and a shell',
    hashOf('backup', '{hash}'),
    edit('/etc/passwd', /^(backup:.*:)[^:]*$/m, '$1/bin/sh'),
  ),
  own('an account whose shadow line is missing', append('/etc/passwd', 'mallory:x:1500:1500::/home/mallory:/bin/bash')),
  own('a plus in passwd', append('/etc/passwd', '+::::::')),
  own('keys of root', keysOf('/root')),
  own('keys of an account', account('mallory', { password: '*' }), keysOf('/home/mallory')),
  own(
    'keys of an account, and AllowUsers that is read first',
    account('mallory', { password: '*' }),
    write('/home/mallory/.ssh/authorized_keys', '{mallory}', 0o600, 1500),
    write('/etc/ssh/sshd_config.d/00-a.conf', 'AllowUsers mallory'),
  ),
  own(
    'keys for the owner by another file',
    write('/etc/keys/alice', '{mallory}'),
    write('/etc/ssh/sshd_config.d/00-a.conf', 'AuthorizedKeysFile .ssh/authorized_keys /etc/keys/%u'),
  ),
  own(
    'keys for the owner by a program',
    write('/usr/local/bin/keys', '#!/bin/sh\necho "{mallory}"', 0o755),
    write(
      '/etc/ssh/sshd_config.d/00-a.conf',
      'AuthorizedKeysCommand /usr/local/bin/keys\nAuthorizedKeysCommandUser nobody',
    ),
  ),
  own(
    'a second file of keys in the owner’s home',
    write('/home/alice/.ssh/authorized_keys2', '{mallory}', 0o600, 1001),
  ),
  own(
    'hosts that are trusted',
    write('/etc/ssh/shosts.equiv', '192.0.2.2'),
    write('/etc/ssh/sshd_config.d/50-a.conf', 'HostbasedAuthentication yes'),
  ),
  ...twoWays(
    KIND,
    'autologin of root by a drop-in',
    write(`${SYSTEM}/getty@tty1.service.d/autologin.conf`, getty('root')),
  ),
  ...twoWays(
    KIND,
    'autologin of the owner by a drop-in',
    write(`${SYSTEM}/getty@tty1.service.d/autologin.conf`, getty('alice')),
  ),
  ...twoWays(
    KIND,
    'autologin by a drop-in of the vendor',
    write('/usr/lib/systemd/system/getty@.service.d/site.conf', getty('root')),
  ),
  ...twoWays(
    KIND,
    'autologin by a drop-in for every getty',
    write(`${SYSTEM}/getty@.service.d/site.conf`, getty('root')),
  ),
  ...twoWays(KIND, 'autologin by a whole getty@tty1', write(`${SYSTEM}/getty@tty1.service`, WHOLE)),
  ...twoWays(KIND, 'autologin by a unit of its own', write(`${SYSTEM}/kiosk.service`, WHOLE), {
    steps: [wants('multi-user.target', 'kiosk.service'), link(`${SYSTEM}/getty@tty1.service`, '/dev/null')],
  }),
  ...twoWays(
    KIND,
    'a getty that skips login',
    write(
      `${SYSTEM}/getty@tty1.service.d/site.conf`,
      '[Service]\nExecStart=\nExecStart=-/sbin/agetty --skip-login --login-program /bin/bash --noclear %I $TERM',
    ),
  ),
  ...twoWays(
    KIND,
    'a getty with a banner',
    write(`${SYSTEM}/getty@tty1.service.d/site.conf`, '[Service]\nTTYVTDisallocate=no'),
  ),
  ...twoWays(KIND, 'a shell on a terminal', write(`${SYSTEM}/site-shell.service`, SHELL), {
    steps: [wants('multi-user.target', 'site-shell.service')],
  }),
  own(
    'the debug shell is wanted',
    wants('sysinit.target', 'debug-shell.service', '/usr/lib/systemd/system/debug-shell.service'),
  ),
  own(
    'the debug shell is wanted by a drop-in',
    write(`${SYSTEM}/multi-user.target.d/site.conf`, '[Unit]\nWants=debug-shell.service'),
  ),
  own(
    'a rescue that asks nothing, by default',
    write(`${SYSTEM}/rescue.service.d/site.conf`, '[Service]\nEnvironment=SYSTEMD_SULOGIN_FORCE=1'),
    link(`${SYSTEM}/default.target`, '/usr/lib/systemd/system/rescue.target'),
  ),
  own(
    'an emergency that asks nothing',
    write(`${SYSTEM}/emergency.service.d/site.conf`, '[Service]\nEnvironment=SYSTEMD_SULOGIN_FORCE=1'),
    append('/etc/fstab', 'LABEL=absent /srv/data ext4 defaults 0 2'),
  ),
  own('a shell that is set-user-ID', copy('/usr/bin/bash', '/usr/local/bin/rootsh', 0o4755)),
  own('a shell that is set-user-ID, in a home', copy('/usr/bin/bash', '/opt/site/rootsh', 0o4755)),
  own('find is set-user-ID', mode('/usr/bin/env', 0o4755)),
  own('a shell that is set-group-ID', copy('/usr/bin/bash', '/usr/local/bin/groupsh', 0o2755)),
  own('a copy of a shell, with no bit', copy('/usr/bin/bash', '/usr/local/bin/mysh', 0o755)),
  own('passwd that all may write', mode('/etc/passwd', 0o666)),
  own('shadow that all may write', mode('/etc/shadow', 0o666)),
  own('sudoers.d that all may write', mode('/etc/sudoers.d', 0o777)),
  own('ld.so.preload that all may write', write('/etc/ld.so.preload', ''), mode('/etc/ld.so.preload', 0o666)),
  ...twoWays(KIND, 'ld.so.preload of nothing', write('/etc/ld.so.preload', '')),
  ...twoWays(
    KIND,
    'ld.so.preload of a library that is not there',
    write('/etc/ld.so.preload', '/usr/local/lib/no-such.so'),
  ),
  {
    id: 'the group disk for a user without sudo',
    kind: KIND,
    how: 'files',
    steps: [],
    spec: (spec) => (spec.users[1].groups = ['disk']),
  },
  {
    id: 'the group docker for a user without sudo',
    kind: KIND,
    how: 'files',
    steps: [append('/etc/group', 'docker:x:990:'), append('/etc/gshadow', 'docker:!::')],
    spec: (spec) => (spec.users[1].groups = ['docker']),
  },
  {
    id: 'the group users for a user without sudo',
    kind: KIND,
    how: 'files',
    steps: [],
    spec: (spec) => (spec.users[1].groups = ['users']),
  },
  own('another in the group disk', account('mallory'), into('disk', 'mallory')),
  own('root’s group has one more', into('root', 'bob')),
  own('the group shadow has one more', into('shadow', 'bob')),
  ...twoWays(
    KIND,
    'a job at each start that opens a shell',
    write('/etc/cron.d/site', '@reboot root cp /bin/bash /usr/local/bin/cronsh && chmod 4755 /usr/local/bin/cronsh'),
  ),
  ...twoWays(KIND, 'a job that writes a line', write('/etc/cron.d/site', '5 5 * * * root date >/var/log/site')),
  ...twoWays(
    KIND,
    'an rc.local that opens a shell',
    write('/etc/rc.local', '#!/bin/sh\ncp /bin/bash /usr/local/bin/rcsh\nchmod 4755 /usr/local/bin/rcsh', 0o755),
  ),
  ...twoWays(
    KIND,
    'tmpfiles that make a shell set-user-ID',
    write('/etc/tmpfiles.d/site.conf', 'z /usr/bin/dash 4755 root root -'),
  ),
  ...twoWays(
    KIND,
    'sysusers that make an account',
    write('/usr/lib/sysusers.d/site.conf', 'u site 700 "site" /var/lib/site /bin/bash'),
  ),
  ...twoWays(
    KIND,
    'a second sshd with keys of root',
    write('/etc/ssh/late_config', 'Port 2200\nPermitRootLogin yes\nUsePAM yes\nPidFile /run/late.pid'),
    {
      steps: [
        keysOf('/root'),
        write(
          `${SYSTEM}/late.service`,
          '[Service]\nExecStart=/usr/sbin/sshd -D -f /etc/ssh/late_config\nRuntimeDirectory=sshd\nRuntimeDirectoryPreserve=yes',
        ),
        wants('multi-user.target', 'late.service'),
      ],
    },
  ),
  own(
    'a package with a set-user-ID shell',
    packaged([write('/opt/site/README', 'site')]),
    copy('/usr/bin/bash', '/opt/site/sh', 0o4755),
  ),
  own('a package with a key of root', packaged([keysOf('/root')])),
  ...twoWays(
    KIND,
    'login asks for nothing',
    write(
      '/etc/pam.d/login',
      'auth sufficient pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so',
    ),
  ),
  ...twoWays(
    KIND,
    'su asks for nothing',
    write(
      '/etc/pam.d/su',
      'auth sufficient pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so',
    ),
  ),
  alone('an interpreter that may change who it is', [
    copy('/usr/bin/perl', '/usr/local/bin/site-perl', 0o755),
    capability('/usr/local/bin/site-perl', 'cap_setuid=ep'),
  ]),
  alone('the interpreter of the system may change who it is', [
    capability('/usr/bin/perl', 'cap_net_raw,cap_setuid=ep'),
  ]),
  alone('a program that may send raw packets', [
    copy('/usr/bin/env', '/usr/local/bin/site-ping', 0o755),
    capability('/usr/local/bin/site-ping', 'cap_net_raw=ep'),
  ]),
]
