import { createHash } from 'node:crypto'
import * as assert from 'uvu/assert'
import type { Reader } from '../../../../src/core/access/finding.ts'
import { doas } from '../../../../src/core/access/readers/doas.ts'
import { openMounts } from '../../../../src/core/access/readers/open-mounts.ts'
import { polkit } from '../../../../src/core/access/readers/polkit.ts'
import { preloaded } from '../../../../src/core/access/readers/preloaded.ts'
import { programs } from '../../../../src/core/access/readers/programs.ts'
import { rootAccounts } from '../../../../src/core/access/readers/root-accounts.ts'
import { rootJobs } from '../../../../src/core/access/readers/root-jobs.ts'
import { setuid } from '../../../../src/core/access/readers/setuid.ts'
import { statOverrides } from '../../../../src/core/access/readers/stat-overrides.ts'
import { writableFiles } from '../../../../src/core/access/readers/writable-files.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { HASH, KEYS, type LooseSpec, smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, type Planted, short } from './device.ts'

const test = suite('readers: ways to root')

const readers: readonly Reader[] = [
  rootAccounts,
  writableFiles,
  openMounts,
  setuid,
  statOverrides,
  preloaded,
  programs,
  rootJobs,
  polkit,
  doas,
]
const findings = (planted: Planted, spec: LooseSpec = smallSpec(), behaviour?: Behaviour) => {
  const image = deviceWith(planted, spec, behaviour)
  const device = { ...image, packages: new Map([...image.packages, ['polkitd', '126']]) }
  return readers.flatMap((reader) => reader(device)).map(short)
}
/** alice becomes root with her password, bob never. */
const two = (bob: object = {}, more: object = {}): LooseSpec => ({
  ...more,
  version: 1,
  users: [
    smallSpec().users[0],
    { name: 'bob', passwordHash: HASH, authorizedKeys: [KEYS.bob], sudo: 'none', groups: [], ...bob },
  ],
})

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell`, () => {
    for (const profile of ['standard', 'strict', 'cis']) {
      assert.equal(findings({}, { ...smallSpec(), profile }, behaviour), [])
      assert.equal(findings({}, { ...two(), profile, defaultUser: 'keep' }, behaviour), [])
    }
  })
}

type Case = [title: string, planted: Planted, expected: readonly string[], spec?: LooseSpec]

const open = (place: string, user = '*') => [`open root ${user} ACC036 ${place}`]
const unproved = (place: string) => [`unproved root * ACC053 ${place}`]
const program = (text: string, mode = 0o4755, more: object = {}) => ({ text, mode, ...more })
const mode = (bits: number, more: object = {}) => ({ text: '', mode: bits, ...more })

const groups: Case[] = [
  ['the group disk', {}, open('/etc/group', 'bob'), two({ groups: ['disk'] })],
  ['the group shadow', {}, open('/etc/group', 'bob'), two({ groups: ['shadow'] })],
  ['groups of an owner who becomes root anyway', {}, [], two({ sudo: 'password', groups: ['disk', 'sudo'] })],
  [
    'a group that systemd-sysusers adds',
    { '/usr/bin/systemd-sysusers': '', '/etc/sysusers.d/kit.conf': '#\nm bob disk\n' },
    open('/etc/group', 'bob'),
    two(),
  ],
  [
    'and one that it makes',
    { '/usr/bin/systemd-sysusers': '', '/usr/lib/sysusers.d/kit.conf': 'm "bob" docker\n' },
    open('/etc/group', 'bob'),
    two({}, { packages: { install: ['docker.io'], bundle: false } }),
  ],
  [
    'one that a file of the same name hides',
    {
      '/usr/bin/systemd-sysusers': '',
      '/usr/lib/sysusers.d/kit.conf': 'm bob disk\n',
      '/etc/sysusers.d/kit.conf': { link: '/dev/null' },
    },
    [],
    two(),
  ],
  [
    'one that is never added',
    {
      '/usr/bin/systemd-sysusers': '',
      '/etc/sysusers.d/kit.conf': 'm bob disk\n',
      '/etc/systemd/system/systemd-sysusers.service': { link: '/dev/null' },
    },
    [],
    two(),
  ],
  ['groups that give devices', {}, [], two({ groups: ['video', 'gpio', 'adm', 'dialout'] })],
]

const override = (lines: string, more: Planted = {}): Planted => ({ [OVERRIDES]: lines, ...more })
const OVERRIDES = '/var/lib/dpkg/statoverride'

/** What dpkg makes of files at the next upgrade. */
const overridden: Case[] = [
  [
    'those of Debian',
    override('root crontab 2755 /usr/bin/crontab\nroot messagebus 4754 /usr/lib/dbus-1.0/dbus-daemon-launch-helper\n'),
    [],
  ],
  [
    'an interpreter that becomes root',
    override('root root 644 /etc/x\nroot root 4755 /usr/bin/perl\n', { '/usr/bin/perl': mode(0o755) }),
    open(`${OVERRIDES}:2`),
  ],
  ['one that is not there yet', override('root root 4755 /usr/bin/gdb\n'), open(`${OVERRIDES}:1`)],
  [
    'another program',
    override('#0 #0 4755 /usr/bin/kit\n', { '/usr/bin/kit': mode(0o755) }),
    unproved(`${OVERRIDES}:1`),
  ],
  ['in a group that makes root', override('root disk 2755 /usr/bin/kit\n'), unproved(`${OVERRIDES}:1`)],
  ['in a group that does not', override('root games 2755 /usr/bin/kit\n'), []],
  ['for another account', override('www-data root 4755 /usr/bin/kit\n'), []],
  ['what asks for the password', override('root root 4755 /usr/bin/su\n'), []],
  [
    'what is so now, and said of the file',
    override('root root 4755 /usr/bin/kit\n', { '/usr/bin/kit': program('\x7fELF') }),
    unproved('/usr/bin/kit'),
  ],
  ['what everybody can write', override('root root 666 /etc/kit.conf\n'), unproved(`${OVERRIDES}:1`)],
  ['a directory like /tmp', override('root root 1777 /usr/games/scores\n'), []],
  ['a line that dpkg does not read', override('root root rwx /usr/bin/perl\n'), []],
]

const writable: Case[] = [
  [
    'a unit of somebody',
    { '/etc/systemd/system/x.service': mode(0o644, { uid: 33 }) },
    open('/etc/systemd/system/x.service', 'www-data'),
  ],
  ['of nobody yet', { '/etc/profile.d/x.sh': mode(0o644, { uid: 4711 }) }, open('/etc/profile.d/x.sh', 'uid 4711')],
  ['a line of cron', { '/etc/crontab': mode(0o666) }, open('/etc/crontab')],
  ['a daily script', { '/etc/cron.daily/x': mode(0o777) }, open('/etc/cron.daily/x')],
  ['a rule of udev', { '/etc/udev/rules.d/x.rules': mode(0o646) }, open('/etc/udev/rules.d/x.rules')],
  ["root's key", { '/root/.ssh/authorized_keys': mode(0o666) }, open('/root/.ssh/authorized_keys')],
  ['sshd itself', { '/usr/sbin/sshd': mode(0o757) }, open('/usr/sbin/sshd')],
  ['through a link', { '/etc/rc.local': { link: '/srv/x' }, '/srv/x': mode(0o777) }, open('/srv/x')],
  ['of a group that is empty', { '/etc/profile.d/x.sh': mode(0o664, { gid: 50 }) }, []],
  [
    'of the group of an account',
    { '/etc/profile.d/x.sh': mode(0o664, { gid: 33 }) },
    open('/etc/profile.d/x.sh', 'www-data'),
  ],
  ["of an owner's group", { '/etc/profile.d/x.sh': mode(0o664, { gid: 1000 }) }, open('/etc/profile.d/x.sh', 'alice')],
  [
    'of an owner whom sudo asks for nothing',
    { '/etc/profile.d/x.sh': mode(0o664, { gid: 1000 }) },
    [],
    { version: 1, users: [{ name: 'alice', authorizedKeys: [KEYS.alice], sudo: 'nopasswd' }] },
  ],
  ['a file that decides nothing', { '/srv/x': mode(0o777) }, []],
]

const fstab = (...lines: string[]): Planted => ({ '/etc/fstab': lines.map((line) => `${line} 0 0\n`).join('') })
const FIRMWARE = '/dev/mmcblk0p1 /boot/firmware vfat'
const mounted: Case[] = [
  ['a boot partition that everybody writes', fstab(`${FIRMWARE} defaults,umask=000`), open('/etc/fstab:1')],
  ['its folders alone', fstab(`${FIRMWARE} dmask=0000,fmask=0133`), open('/etc/fstab:1')],
  ['its files alone', fstab(`${FIRMWARE} umask=022,fmask=0111`), open('/etc/fstab:1')],
  ['one that is an owner’s', fstab(`${FIRMWARE} uid=1000`), open('/etc/fstab:1', 'alice')],
  ['one that is of a group', fstab(`${FIRMWARE} gid=www-data,umask=002`), open('/etc/fstab:1', 'www-data')],
  ['of a group that may only read', fstab(`${FIRMWARE} gid=33,umask=027`), []],
  ['root’s alone', fstab(`${FIRMWARE} defaults,umask=077`), []],
  [
    'the same at a second place',
    fstab(`${FIRMWARE} defaults`, '/dev/mmcblk0p1 /mnt/b vfat umask=0'),
    open('/etc/fstab:2'),
  ],
  ['another FAT disk', fstab('/dev/sda1 /mnt/b vfat umask=0,nofail'), []],
  ['a disk that everybody mounts', fstab('/dev/sda1 /mnt/b auto noauto,user'), []],
  ['with programs of root', fstab('/dev/sda1 /mnt/b auto noauto,user,suid,exec'), open('/etc/fstab:1')],
  ['with programs of root that do not run', fstab('/dev/sda1 /mnt/b auto noauto,users,suid'), []],
  ['with programs of root, until user', fstab('/dev/sda1 /mnt/b auto noauto,suid,exec,user'), []],
  ['for the owner of the device file, who is root', fstab('/dev/sda1 /mnt/b auto noauto,owner,suid'), []],
  ['with device files', fstab('/dev/sda1 /mnt/b auto noauto,user,dev'), open('/etc/fstab:1')],
]

const ELF = '\x7fELF and so on'
const bits: Case[] = [
  ['a shell with the bit', { '/usr/bin/bash': program(ELF) }, open('/usr/bin/bash')],
  ['find with the bit', { '/usr/bin/find': program(ELF) }, open('/usr/bin/find')],
  ['an interpreter', { '/usr/bin/python3.13': program(ELF) }, open('/usr/bin/python3.13')],
  ['a copy of a shell', { '/usr/bin/bash': program(ELF, 0o755), '/home/pi/.x': program(ELF) }, open('/home/pi/.x')],
  ['a name like that of sudo', { '/usr/local/bin/sudo': program(ELF) }, unproved('/usr/local/bin/sudo')],
  ['a program of its own', { '/opt/kit/bin/helper': program(ELF) }, unproved('/opt/kit/bin/helper')],
  [
    'in a group that reads the card',
    { '/usr/local/bin/x': program(ELF, 0o2755, { gid: 6 }) },
    unproved('/usr/local/bin/x'),
  ],
  ['in a group that does not', { '/usr/local/bin/x': program(ELF, 0o2755, { gid: 60 }) }, []],
  ['the bit of another account', { '/usr/local/bin/x': program(ELF, 0o4755, { uid: 33 }) }, []],
  [
    'an interpreter that may change who it is',
    { '/usr/local/bin/perl': program(ELF, 0o755, { uid: 33, capabilities: ['net_raw', 'setuid'] }) },
    open('/usr/local/bin/perl'),
  ],
  [
    'a program that may read every file',
    { '/opt/kit/backup': program(ELF, 0o755, { capabilities: ['dac_read_search'] }) },
    unproved('/opt/kit/backup'),
  ],
  ['one that may send raw packets', { '/usr/local/bin/x': program(ELF, 0o755, { capabilities: ['net_raw'] }) }, []],
  ['one that nobody can start', { '/usr/local/bin/x': program(ELF, 0o644, { capabilities: ['setuid'] }) }, []],
  ['a script', { '/usr/local/bin/x': program('#!/bin/sh\n') }, []],
  [
    'where the bit does not count',
    { '/srv/x/y': program(ELF), '/etc/fstab': '/dev/sda1 /srv ext4 nosuid 0 0\n/dev/sda2 /opt ext4 suid 0 0\n' },
    [],
  ],
  [
    'where it counts',
    { '/opt/x': program(ELF), '/etc/fstab': '/dev/sda1 / ext4 nosuid 0 0\n/dev/sda2 /opt ext4 suid 0 0\n' },
    unproved('/opt/x'),
  ],
  ['nothing that can be run', { '/usr/local/bin/x': program(ELF, 0o4644) }, []],
  ['what packages bring so', { '/usr/bin/passwd': program(ELF), '/usr/bin/pkexec': program(ELF) }, []],
  [
    "a program of some package's",
    {
      '/usr/bin/helper': program(ELF),
      '/var/lib/dpkg/info/kit.md5sums': `${md5(ELF)}  usr/bin/helper\n`,
    },
    [],
  ],
  [
    'a program of a package that brings none so',
    {
      '/usr/bin/base64': program(ELF),
      '/var/lib/dpkg/info/coreutils.md5sums': `${md5(ELF)}  usr/bin/base64\n`,
    },
    unproved('/usr/bin/base64'),
  ],
  ['and one of none', { '/usr/bin/helper': program(ELF) }, unproved('/usr/bin/helper')],
]

const loaded: Case[] = [
  ['a library for every program', { '/etc/ld.so.preload': '/usr/lib/x.so\n' }, unproved('/etc/ld.so.preload:1')],
  [
    'one that all can write',
    { '/etc/ld.so.preload': '# x\n/srv/x.so\n', '/srv/x.so': mode(0o777) },
    open('/etc/ld.so.preload:2'),
  ],
  ['none but a comment', { '/etc/ld.so.preload': '# nothing\n' }, []],
  [
    'libraries from a home',
    { '/etc/ld.so.conf.d/x.conf': '/home/alice/lib\n' },
    open('/etc/ld.so.conf.d/x.conf:1', 'alice'),
  ],
  [
    'libraries from where root alone writes',
    { '/etc/ld.so.conf.d/x.conf': '/opt/kit/lib\n', '/opt/kit/lib/x': '' },
    [],
  ],
  ['a variable', { '/etc/environment': 'PATH=/bin\nLD_PRELOAD=/x.so\n' }, unproved('/etc/environment:2')],
]

function md5(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex')
}

const sshd = { '/var/lib/dpkg/info/openssh-server.md5sums': `${md5('sshd')}  usr/sbin/sshd\n` }
const changed: Case[] = [
  ["the package's own", { ...sshd, '/usr/sbin/sshd': program('sshd', 0o755) }, []],
  ['another', { ...sshd, '/usr/sbin/sshd': program('mine', 0o755) }, unproved('/usr/sbin/sshd')],
  [
    'one that took its place',
    {
      ...sshd,
      '/var/lib/dpkg/diversions': '/usr/sbin/sshd\n/usr/sbin/sshd.distrib\n:\n',
      '/usr/sbin/sshd': program('sshd', 0o755),
    },
    unproved('/usr/sbin/sshd'),
  ],
  ['no list', { '/usr/sbin/sshd': program('mine', 0o755) }, []],
  [
    'a library of PAM, by its old place',
    {
      '/var/lib/dpkg/info/libpam0g:arm64.md5sums': `${md5('x')}  lib/aarch64-linux-gnu/libpam.so.0\n`,
      '/usr/lib/aarch64-linux-gnu/libpam.so.0': 'mine',
    },
    unproved('/usr/lib/aarch64-linux-gnu/libpam.so.0'),
  ],
]

const hers = { '/home/alice/x.sh': { text: '', uid: 1000 } }
const service = (text: string) => ({ '/etc/systemd/system/kit.service': `[Service]\n${text}\n` })
const jobs: Case[] = [
  [
    'cron runs a script of hers',
    {
      ...hers,
      '/etc/cron.d/kit':
        'A=/home/alice/x.sh\n# * * * * * root /home/alice/x.sh\n*/5 * * * * root sh /home/alice/x.sh -v\n',
    },
    open('/etc/cron.d/kit:3', 'alice'),
  ],
  ['at each start', { ...hers, '/etc/crontab': '@reboot root /home/alice/x.sh\n' }, open('/etc/crontab:1', 'alice')],
  [
    "root's own table",
    { ...hers, '/var/spool/cron/crontabs/root': '@daily /home/alice/x.sh\n' },
    open('/var/spool/cron/crontabs/root:1', 'alice'),
  ],
  ['as herself', { ...hers, '/etc/cron.d/kit': '* * * * * alice /home/alice/x.sh\n' }, []],
  ["a script of root's", { '/opt/x.sh': mode(0o755), '/etc/cron.d/kit': '* * * * * root /opt/x.sh > /tmp/x\n' }, []],
  [
    'a service of hers',
    { ...hers, ...service('ExecStart=/bin/sh /home/alice/x.sh') },
    open('/etc/systemd/system/kit.service:2', 'alice'),
  ],
  [
    'a part of a service',
    { ...hers, '/etc/systemd/system/ssh.service.d/x.conf': '[Service]\nExecStartPre=-/home/alice/x.sh\n' },
    open('/etc/systemd/system/ssh.service.d/x.conf:2', 'alice'),
  ],
  ['a service that is not root', { ...hers, ...service('User=alice\nExecStart=/home/alice/x.sh') }, []],
]

const rule = (text: string): Planted => ({ '/etc/polkit-1/rules.d/10-kit.rules': text })
const RULE = '/etc/polkit-1/rules.d/10-kit.rules:1'
const yes = (condition: string) =>
  rule(`polkit.addRule(function (action, subject) { if (${condition}) { return polkit.Result.YES } });\n`)
const pkla = (text: string): Planted => ({ '/etc/polkit-1/localauthority/50-local.d/kit.pkla': text })
const PKLA = '/etc/polkit-1/localauthority/50-local.d/kit.pkla:1'
const polkitUnproved = (place: string) => [`unproved root * ACC060 ${place}`]
const grants: Case[] = [
  ['everything, for the group of alice', yes('subject.isInGroup("sudo")'), open(RULE, 'alice')],
  ['everything, for alice', yes("subject.user == 'alice'"), open(RULE, 'alice')],
  ['everything, for all', yes('true'), open(RULE)],
  ['everything, for nobody that is there', yes('subject.isInGroup("nothing")'), []],
  ['pkexec', yes('action.id === "org.freedesktop.policykit.exec" && subject.user == "alice"'), open(RULE, 'alice')],
  [
    'units',
    yes('action.id.indexOf("org.freedesktop.systemd1.") == 0 && subject.isInGroup("sudo")'),
    open(RULE, 'alice'),
  ],
  ['a network', yes('action.id.indexOf("org.freedesktop.NetworkManager.") == 0 && subject.isInGroup("netdev")'), []],
  ['power', yes('action.id == "org.freedesktop.login1.reboot"'), []],
  ['an action of its own', yes('action.id == "com.example.kit"'), polkitUnproved(RULE)],
  ['all but one', yes('action.id != "com.example.kit"'), polkitUnproved(RULE)],
  ['a name of somewhere', yes('subject.user == somebody'), polkitUnproved(RULE)],
  [
    'a program that decides',
    rule('polkit.addRule(function (a, s) { return polkit.spawn(["/x"]) })\n'),
    polkitUnproved(RULE),
  ],
  ['a rule that asks', rule('polkit.addRule(function (a, s) { return polkit.Result.AUTH_ADMIN })\n'), []],
  ['a comment', rule('// polkit.addRule(function () { return polkit.Result.YES })\n'), []],
  [
    'other administrators',
    rule('polkit.addAdminRule(function () { return ["unix-group:users", "unix-user:alice"] })\n'),
    open(RULE, 'alice'),
  ],
  ['the usual ones', rule('polkit.addAdminRule(function () { return ["unix-group:sudo", "unix-user:0"] })\n'), []],
  [
    'a section for pkexec',
    pkla('[x]\nIdentity=unix-user:alice\nAction=org.freedesktop.policykit.exec\nResultAny=yes\n'),
    open(PKLA, 'alice'),
  ],
  [
    'a section for everything',
    pkla('[x]\nIdentity=unix-group:sudo\nAction=*\nResultActive=yes\n'),
    open(PKLA, 'alice'),
  ],
  [
    'a section for storage',
    pkla('[x]\nIdentity=unix-group:sudo\nAction=org.freedesktop.udisks2.*;\nResultAny=yes\n'),
    [],
  ],
  ['a section that asks', pkla('[x]\nIdentity=unix-user:alice\nAction=*\nResultAny=auth_admin\n'), []],
]

const SHARED = '/usr/share/polkit-1/rules.d/10-kit.rules'
/** A rule that a package has brought to where packages put theirs, and one of systemd's files, so that there are lists. */
const brought = (condition: string, isOwn = true): Planted => {
  const [text] = Object.values(yes(condition)) as [string]
  return {
    [SHARED]: text,
    '/usr/lib/systemd/systemd': 'x',
    '/var/lib/dpkg/info/systemd.md5sums': `${md5('x')}  usr/lib/systemd/systemd\n`,
    '/var/lib/dpkg/info/kit.md5sums': `${md5(isOwn ? text : 'x')}  ${SHARED.slice(1)}\n`,
  }
}
const OWN_ACTION = 'action.id == "com.example.kit"'
grants.push(
  ['everything, by a package', brought('subject.isInGroup("sudo")'), open(`${SHARED}:1`, 'alice')],
  ['an action of its own, by a package', brought(OWN_ACTION), []],
  [
    'an action of its own, in a file of a package that was changed',
    brought(OWN_ACTION, false),
    polkitUnproved(`${SHARED}:1`),
  ],
  ['a network, by a package', brought('action.id.indexOf("org.freedesktop.NetworkManager.") == 0'), []],
)

const permitted = (text: string): Planted => ({ '/usr/bin/doas': program(ELF), '/etc/doas.conf': text })
const DOAS = '/etc/doas.conf:1'
const others: Case[] = [
  ['doas without a password', permitted('permit nopass alice\n'), open(DOAS, 'alice')],
  ['doas by a group', permitted('permit nopass keepenv :sudo as root\n'), open(DOAS, 'alice')],
  ['doas with the password of one who is root by it anyway', permitted('permit persist alice\n'), []],
  ['of one who is not to be', permitted('permit persist bob\n'), open(DOAS, 'bob'), two()],
  ['a shell by doas', permitted('permit nopass alice as root cmd /usr/bin/bash\n'), open(DOAS, 'alice')],
  ['a harmless command', permitted('permit nopass alice cmd reboot\n'), []],
  ['as somebody else', permitted('permit nopass alice as www-data\n'), []],
  ['taken back', permitted('permit nopass alice\ndeny alice\n'), []],
  ['a file that doas does not read', permitted('permit nopass alice\nallow bob\n'), []],
  ['no doas', { '/etc/doas.conf': 'permit nopass alice\n' }, []],
]

for (const [title, planted, expected, spec] of [
  ...others,
  ...groups,
  ...writable,
  ...overridden,
  ...mounted,
  ...bits,
  ...loaded,
  ...changed,
  ...jobs,
  ...grants,
]) {
  test(title, () => assert.equal(findings(planted, spec), expected))
}

test('the account files are the plan’s: their modes are looked at all the same', () => {
  const device = deviceWith({}, smallSpec())
  const changed = (bits: number, file: string) => {
    const root = Object.create(device.root, {
      lstat: {
        value: (path: string) =>
          path === file ? { kind: 'file', mode: bits, uid: 0, gid: 42, size: 1 } : device.root.lstat(path),
      },
      resolve: { value: (path: string) => device.root.resolve(path) },
      list: { value: (path: string) => device.root.list(path) },
    })
    return writableFiles({ ...device, root }).map(short)
  }
  assert.equal(changed(0o640, '/etc/shadow'), [])
  assert.equal(changed(0o644, '/etc/shadow'), open('/etc/shadow'))
  assert.equal(changed(0o666, '/etc/passwd'), open('/etc/passwd'))
  const again = {
    ...device,
    accounts: {
      ...device.accounts,
      passwd: device.accounts.passwd.map((user) => (user.name === 'irc' ? { ...user, uid: 0 } : user)),
    },
  }
  assert.equal(rootAccounts(again).map(short), open('/etc/passwd', 'irc'))
  const docker = {
    ...device,
    accounts: {
      ...device.accounts,
      group: [...device.accounts.group, { ...group(device), name: 'docker', gid: 990, members: ['daemon', 'alice'] }],
    },
  }
  assert.equal(
    rootAccounts({ ...docker, owners: new Map([['alice', { sudo: 'none' }]]) }).map(short),
    open('/etc/group', 'alice'),
  )
})

function group(device: ReturnType<typeof deviceWith>) {
  return device.accounts.group[0] as (typeof device.accounts.group)[number]
}
