import * as assert from 'uvu/assert'
import { managerSettings } from '../../../../src/core/access/readers/manager-settings.ts'
import { statOverrides } from '../../../../src/core/access/readers/stat-overrides.ts'
import { sudo } from '../../../../src/core/access/readers/sudo.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { HASH, KEYS, type LooseSpec, smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, type Planted, short } from './device.ts'

const test = suite('reader: sudo')

const findings = (planted: Planted, spec: LooseSpec = smallSpec(), behaviour?: Behaviour) =>
  [sudo, managerSettings, statOverrides].flatMap((read) => read(deviceWith(planted, spec, behaviour))).map(short)

const owner = (more: object): LooseSpec => ({
  version: 1,
  users: [{ name: 'alice', passwordHash: HASH, authorizedKeys: [KEYS.alice], ...more }],
})
const none: LooseSpec = {
  version: 1,
  users: [smallSpec().users[0], { name: 'bob', passwordHash: HASH, authorizedKeys: [KEYS.bob], sudo: 'none' }],
}

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell`, () => {
    assert.equal(findings({}, smallSpec(), behaviour), [])
    assert.equal(findings({}, owner({ sudo: 'nopasswd' }), behaviour), [])
    assert.equal(findings({}, none, behaviour), [])
    assert.equal(findings({}, { ...smallSpec(), defaultUser: 'keep' }, behaviour), [])
  })
}

const rules = (text: string, name = 'zzz'): Planted => ({ [`/etc/sudoers.d/${name}`]: { text, mode: 0o440 } })
const conf = (text: string): Planted => ({ '/etc/sudo.conf': text })
const SUDO = { text: '', mode: 0o4755 }
const ZZZ = '/etc/sudoers.d/zzz'

type Case = [title: string, planted: Planted, expected: readonly string[], spec?: LooseSpec]

const broken: Case[] = [
  ['no sudo', { '/usr/bin/sudo': null }, ['shut root * ACC022 /usr/bin/sudo']],
  ['not setuid', { '/usr/bin/sudo': { ...SUDO, mode: 0o755 } }, ['shut root * ACC022 /usr/bin/sudo']],
  ["somebody's own", { '/usr/bin/sudo': { ...SUDO, uid: 1000 } }, ['shut root * ACC022 /usr/bin/sudo']],
  ['not for others to run', { '/usr/bin/sudo': { ...SUDO, mode: 0o4750 } }, ['shut root * ACC022 /usr/bin/sudo']],
  ['a link to nothing', { '/usr/bin/sudo': { link: '/nowhere' } }, ['shut root * ACC022 /usr/bin/sudo']],
  ['a directory', { '/usr/bin/sudo': null, '/usr/bin/sudo/x': '' }, ['shut root * ACC022 /usr/bin/sudo']],
  [
    'another sudo behind a link',
    { '/usr/bin/sudo': { link: 'sudo-rs' }, '/usr/bin/sudo-rs': SUDO },
    ['unproved root * ACC057 /usr/bin/sudo'],
  ],
  ['one found before it', { '/usr/local/bin/sudo': SUDO }, ['unproved root * ACC057 /usr/local/bin/sudo']],
  ['nosuid on /usr', { '/etc/fstab': '# x\nLABEL=u /usr ext4 ro,nosuid 0 0\n' }, ['shut root * ACC022 /etc/fstab:2']],
  ['nosuid on /', { '/etc/fstab': 'LABEL=r / ext4 nosuid 0 0\n' }, ['shut root * ACC022 /etc/fstab:1']],
  ['user, which means nosuid', { '/etc/fstab': 'a /usr ext4 user,exec 0 0\n' }, ['shut root * ACC022 /etc/fstab:1']],
  ['user, and suid after it', { '/etc/fstab': 'a /usr ext4 user,suid 0 0\n' }, []],
  ['nosuid where nothing is mounted by itself', { '/etc/fstab': 'a /usr ext4 noauto,nosuid 0 0\n' }, []],
  [
    'nosuid of a mount unit',
    {
      '/etc/systemd/system/usr.mount': '[Mount]\nWhat=LABEL=u\nWhere=/usr\nOptions=ro,nosuid\n',
      '/etc/systemd/system/local-fs.target.wants/usr.mount': { link: '/etc/systemd/system/usr.mount' },
    },
    ['shut root * ACC022 /etc/systemd/system/usr.mount:3'],
  ],
  [
    'nosuid of a mount unit that is not started',
    { '/etc/systemd/system/usr.mount': '[Mount]\nWhat=LABEL=u\nWhere=/usr\nOptions=ro,nosuid\n' },
    [],
  ],
  [
    'no new privileges at all',
    { '/etc/systemd/system.conf.d/x.conf': '[Manager]\nNoNewPrivileges=yes\n' },
    ['shut root * ACC022 /etc/systemd/system.conf.d/x.conf:2'],
  ],
  [
    'new privileges once more',
    {
      '/etc/systemd/system.conf': '[Manager]\nNoNewPrivileges=yes\n',
      '/usr/lib/systemd/system.conf.d/x.conf': '[Manager]\nNoNewPrivileges=no\n',
    },
    [],
  ],
  [
    'few capabilities',
    { '/etc/systemd/system.conf': '[Manager]\n#\nCapabilityBoundingSet=CAP_NET_ADMIN\n' },
    ['unproved root * ACC051 /etc/systemd/system.conf:3'],
  ],
  [
    'a mode without the bit at the next upgrade',
    { '/var/lib/dpkg/statoverride': 'root root 755 /usr/bin/sudo\n' },
    ['unproved root * ACC057 /var/lib/dpkg/statoverride:1'],
  ],
  ['its own mode', { '/var/lib/dpkg/statoverride': 'root root 4755 /usr/bin/sudo\n' }, []],
  ['nosuid elsewhere, and taken back', { '/etc/fstab': 'a /home ext4 nosuid 0 0\nb / ext4 nosuid,suid 0 0\n' }, []],
  ['a plugin that is not there', conf('Plugin sudoers_policy gone.so\n'), ['shut root * ACC022 /etc/sudo.conf:1']],
  ['plugins from nowhere', conf('#\nPath plugin_dir /srv\n'), ['shut root * ACC022 /etc/sudo.conf:2']],
  [
    'another plugin',
    { ...conf('Plugin approval /srv/x.so\n'), '/srv/x.so': '' },
    ['unproved root * ACC057 /etc/sudo.conf:1'],
  ],
  [
    'another file of rules',
    conf('Plugin sudoers_policy sudoers.so sudoers_file=/etc/x\n'),
    ['unproved root * ACC057 /etc/sudo.conf:1'],
  ],
  ['few groups', conf('Set max_groups 1\n'), ['unproved root * ACC057 /etc/sudo.conf:1']],
  [
    'what sudo does anyhow',
    conf('Plugin sudoers_policy sudoers.so\nSet disable_coredump false\nPath askpass /x\nx y\n'),
    [],
  ],
  ['a file that sudo passes over', { '/etc/sudo.conf': { text: 'Plugin a b\n', mode: 0o666 } }, []],
  [
    'rules from sssd',
    { '/etc/nsswitch.conf': 'sudoers: files sss\n' },
    ['unproved root * ACC057 /etc/nsswitch.conf:1'],
  ],
]

const settings: Case[] = [
  ['no try', rules('Defaults passwd_tries=0\n'), [`shut root alice ACC022 ${ZZZ}:1`]],
  ['no try, and no question', rules('Defaults passwd_tries=0\n'), [], owner({ sudo: 'nopasswd' })],
  ['no try for another', rules('Defaults:bob passwd_tries=0\nDefaults passwd_tries=x\n'), []],
  ['no try for the group', rules('Defaults:%sudo passwd_tries=0\n'), [`shut root alice ACC022 ${ZZZ}:1`]],
  ['no try at an address', rules('Defaults@192.0.2.1 passwd_tries=0\n'), [`unproved root alice ACC057 ${ZZZ}:1`]],
  ['tries again', rules('Defaults passwd_tries=0\nDefaults passwd_tries=3\n'), []],
  [
    'a log below a file',
    rules('Defaults log_output, iolog_dir=/etc/hostname/x\n'),
    [`shut root alice ACC022 ${ZZZ}:1`],
  ],
  ['a log in /proc', rules('Defaults log_output, iolog_dir=/proc/x\n'), [`shut root alice ACC022 ${ZZZ}:1`]],
  [
    'a log file in no directory',
    rules('Defaults logfile=/no/such/log, !ignore_logfile_errors\n'),
    [`shut root alice ACC022 ${ZZZ}:1`],
  ],
  ['whose errors are passed over', rules('Defaults log_output, iolog_dir=/etc/hostname/x, ignore_iolog_errors\n'), []],
  ['a log file that can be written', rules('Defaults logfile=/var/log/sudo.log, !ignore_logfile_errors\n'), []],
  ['a log file whose errors are passed over', rules('Defaults logfile=/no/such/log\n'), []],
  ['a log that can be written', rules('Defaults log_output, iolog_dir=/var/log/sudo-io\n'), []],
  ['commands in a root that is not there', rules('Defaults runchroot=/srv/x\n'), [`shut root alice ACC022 ${ZZZ}:1`]],
  ['in any root', rules('Defaults runchroot=*\n'), []],
  ['in another root', rules('Defaults runchroot=/etc\n'), [`unproved root alice ACC057 ${ZZZ}:1`]],
  ['in a directory that is not there', rules('Defaults runcwd=/srv/x\n'), [`shut root alice ACC022 ${ZZZ}:1`]],
  ['in /root', rules('Defaults runcwd=/root\n'), []],
  [
    "root's shell is no shell",
    { ...rules('Defaults runas_check_shell\n'), '/etc/shells': '/bin/dash\n' },
    [`shut root alice ACC022 ${ZZZ}:1`],
  ],
  ["root's shell is one", rules('Defaults runas_check_shell\n'), []],
  ...['noexec', 'pam_service=other', 'command_timeout=5', 'timestampowner=alice', 'apparmor_profile=x'].map(
    (text): Case => [text, rules(`Defaults ${text}\n`), [`unproved root alice ACC057 ${ZZZ}:1`]],
  ),
  [
    'what is only told or logged',
    rules(
      'Defaults requiretty, use_pty, lecture_file=/x, !syslog, logfile=/etc/hostname/x, insults, umask=077, sudoers_locale=C, closefrom=9, secure_path=/x, timestamp_timeout=0, group_plugin="x.so", log_servers=127.0.0.1, unknown\n',
    ),
    [],
  ],
]

const alice = (...texts: string[]): Case[] =>
  texts.map((text) => [text, rules(`${text}\n`), [`open root alice ACC037 ${ZZZ}:1`]])
const bob = (...texts: string[]): Case[] =>
  texts.map((text) => [text, rules(`${text}\n`), [`open root bob ACC037 ${ZZZ}:1`], none])
const unknown = (...texts: string[]): Case[] =>
  texts.map((text) => [text, rules(`${text}\n`), [`unproved root alice ACC057 ${ZZZ}:1`]])
const quiet = (...texts: string[]): Case[] => texts.map((text) => [text, rules(`${text}\n`), []])

/** All of the finished device but root, and one more. */
const accounts = deviceWith({}, smallSpec())
  .accounts.passwd.filter(({ name }) => !['root', 'daemon'].includes(name))
  .map(({ name }) => name)

const verdicts: Case[] = [
  ...alice(
    'alice ALL=NOPASSWD: ALL',
    '%#27 ALL=(ALL) NOPASSWD: ALL',
    '%sudo ALL=(ALL:ALL) NOPASSWD: ALL',
    'ALICE ALL=NOPASSWD: ALL',
    'alice raspberrypi, elsewhere=NOPASSWD: ALL',
    'alice ALL=CWD=/tmp NOPASSWD: ALL',
  ),
  [
    'aliases of aliases',
    rules('User_Alias X = alice : Y = X\nY ALL=NOPASSWD: ALL\n'),
    [`open root alice ACC037 ${ZZZ}:2`],
  ],
  [
    'everybody but one',
    rules('ALL, !daemon ALL=NOPASSWD: ALL\n'),
    accounts.map((name) => `open root ${name} ${name === 'alice' ? 'ACC037' : 'ACC036'} ${ZZZ}:1`),
  ],
  ...bob('bob ALL=ALL', 'bob ALL=(ALL) NOPASSWD: ALL', '#1001 ALL=(root) ALL', '%bob ALL=NOPASSWD:SETENV: ALL'),
  ['nobody else', rules('www-data ALL=NOPASSWD: ALL\n'), [`open root www-data ACC036 ${ZZZ}:1`]],
  ['nobody else, with a password', rules('www-data ALL=ALL\n'), []],
  ...unknown(
    'alice 192.0.2.0/24=NOPASSWD: ALL',
    'alice 2001:db8::1=NOPASSWD: ALL',
    'alice +hosts=NOPASSWD: ALL',
    'alice ALL=NOTAFTER=20300101000000Z NOPASSWD: ALL',
    'alice ALL=NOTBEFORE=20300101000000Z !ALL',
    'alice raspberrypi.example.com=NOPASSWD: ALL',
  ),
  ...quiet(
    'alice ALL=NOPASSWD ALL',
    'alice elsewhere=NOPASSWD: ALL',
    'alice ALL=(daemon) NOPASSWD: ALL',
    'alice ALL=PASSWD: ALL',
    '%:windows ALL=NOPASSWD: ALL',
    '%#4711 ALL=NOPASSWD: ALL',
    'alice ALL=NOPASSWD: sha256:00 ALL',
  ),
  ['rules that sudo does not read', { '/etc/sudoers.d/zzz.x': { text: 'alice ALL=NOPASSWD: ALL\n', mode: 0o440 } }, []],
]

const commands: Case[] = [
  ...alice(
    'alice ALL=NOPASSWD: /usr/bin/bash',
    'alice ALL=NOPASSWD: /usr/bin/',
    'alice ALL=NOPASSWD: /usr/bin/*',
    'alice ALL=NOPASSWD: ^/usr/bin/.*$',
    'alice ALL=NOPASSWD: sudoedit /etc/*',
    'alice ALL=NOPASSWD:SETENV: /usr/bin/su -V',
    'Cmnd_Alias X = /usr/bin/su\nalice ALL=NOPASSWD: X',
  ).map(
    ([title, planted]): Case => [title, planted, [`open root alice ACC036 ${ZZZ}:${title.includes('\n') ? 2 : 1}`]],
  ),
  [
    'a script of her own',
    { ...rules('alice ALL=NOPASSWD: /home/alice/x\n'), '/home/alice/x': { text: '', uid: 1000 } },
    [`open root alice ACC036 ${ZZZ}:1`],
  ],
  [
    'a program that all can write',
    { ...rules('alice ALL=NOPASSWD: /srv/x\n'), '/srv/x': { text: '', mode: 0o777 } },
    [`open root alice ACC036 ${ZZZ}:1`],
  ],
  [
    'a program of which nothing is known',
    { ...rules('alice ALL=NOPASSWD: /srv/x\n'), '/srv/x': { text: '', mode: 0o755 } },
    [`unproved root alice ACC057 ${ZZZ}:1`],
  ],
  ['with a password, which makes her root anyway', rules('alice ALL=PASSWD: /usr/bin/bash\n'), []],
  ['with a password, of one who is not to', rules('bob ALL=/usr/bin/bash\n'), [`open root bob ACC036 ${ZZZ}:1`], none],
  ['taken back by the next', rules('alice ALL=NOPASSWD: /usr/bin/bash\nalice ALL=PASSWD: ALL\n'), []],
  ...quiet(
    'alice ALL=NOPASSWD: /usr/bin/nothing-there',
    'alice ALL=NOPASSWD: /usr/bin/systemctl restart foo, /usr/sbin/poweroff, /usr/sbin/reboot',
    'alice ALL=(daemon) NOPASSWD: /usr/bin/bash',
    'alice ALL=NOPASSWD: list',
  ),
]

for (const [title, planted, expected, spec] of [...broken, ...settings, ...verdicts, ...commands]) {
  test(title, () => assert.equal(findings(planted, spec), expected))
}
