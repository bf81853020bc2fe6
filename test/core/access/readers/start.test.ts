import * as assert from 'uvu/assert'
import { generators } from '../../../../src/core/access/readers/generators.ts'
import { kernelArguments } from '../../../../src/core/access/readers/kernel-arguments.ts'
import { sshdUnit } from '../../../../src/core/access/readers/sshd-unit.ts'
import { start } from '../../../../src/core/access/readers/start.ts'
import { behindFirewall } from '../../../../src/core/access/sshd-loosened.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { type LooseSpec, smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, type Planted, short } from './device.ts'

const test = suite('reader: what starts')

const ETC = '/etc/systemd/system'
const LIB = '/usr/lib/systemd/system'
const NM = '/etc/NetworkManager/conf.d/x.conf'

const findings = (planted: Planted, behaviour?: Behaviour, spec: LooseSpec = smallSpec()) => {
  const device = deviceWith(planted, spec, behaviour)
  return [start, kernelArguments, generators, sshdUnit].flatMap((read) => read(device)).map(short)
}

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell`, () => assert.equal(findings({}, behaviour), []))
}

const cmdline = (words: string): Planted => ({
  'boot:/cmdline.txt': `console=serial0,115200 console=tty1 root=PARTUUID=0fac1a1e-02 rootfstype=ext4 rootwait ${words}\n`,
})
const dropIn = (lines: string, section = 'Service', where = `${ETC}/ssh.service.d`): Planted => ({
  [`${where}/x.conf`]: `[${section}]\n${lines}\n`,
})
const exec = (command: string): Planted => dropIn(`ExecStart=\nExecStart=${command}`)
const DROP = `${ETC}/ssh.service.d/x.conf`
const CMDLINE = '/boot/firmware/cmdline.txt:1'

type Case = [title: string, planted: Planted, ...expected: string[]]

const targets: Case[] = [
  [
    'rescue by default',
    { [`${ETC}/default.target`]: { link: `${LIB}/rescue.target` } },
    'shut login * ACC016 /etc/systemd/system/default.target',
    'shut ssh * ACC014 ',
  ],
  [
    'a default that leads nowhere',
    { [`${ETC}/default.target`]: { link: `${LIB}/none.target` } },
    'shut login * ACC016 /etc/systemd/system/default.target',
    'shut ssh * ACC014 ',
  ],
  [
    'a generator of somebody’s own',
    { '/etc/systemd/system-generators/x': { text: '#!/bin/sh\n', mode: 0o755 } },
    'unproved login * ACC051 /etc/systemd/system-generators/x',
  ],
  [
    'a generator of a package that nobody knows',
    {
      '/usr/lib/systemd/system-generators/x': { text: '#!/bin/sh\n', mode: 0o755 },
      '/var/lib/dpkg/info/systemd.md5sums': 'd41d8cd98f00b204e9800998ecf8427e  usr/bin/systemctl\n',
      '/var/lib/dpkg/info/site-settings.md5sums':
        '3e2b31c72181b87149ff995e7202c0e3  usr/lib/systemd/system-generators/x\n',
    },
    'unproved login * ACC051 /usr/lib/systemd/system-generators/x',
  ],
  ['a generator that cannot be run', { '/etc/systemd/system-generators/x': '#!/bin/sh\n' }],
  [
    'the generator for fstab switched off',
    { '/etc/systemd/system-generators/systemd-fstab-generator': { link: '/dev/null' } },
    'unproved login * ACC051 /etc/systemd/system-generators/systemd-fstab-generator',
  ],
  ['one of cloud-init switched off', { '/etc/systemd/system-generators/cloud-init-generator': { link: '/dev/null' } }],
  ['multi-user by default', { [`${ETC}/default.target`]: { link: `${LIB}/multi-user.target` } }],
  ['an own target that wants all', { [`${ETC}/default.target`]: '[Unit]\nWants=multi-user.target\n' }],
  ['single', cmdline('single'), 'shut login * ACC016 /boot/firmware/cmdline.txt', 'shut ssh * ACC014 '],
  [
    'another unit',
    cmdline('systemd.unit=emergency.target'),
    'shut login * ACC016 /boot/firmware/cmdline.txt',
    'shut ssh * ACC014 ',
  ],
  ['a runlevel that is the usual', cmdline('3')],
  ['sshd masked by the kernel', cmdline('systemd.mask=ssh.service'), 'shut ssh * ACC014 '],
  ['and without its ending', cmdline('systemd.mask=ssh'), 'shut ssh * ACC014 '],
  ['a unit without its ending, which systemd ignores', cmdline('systemd.unit=rescue')],
  [
    'sessions masked',
    { [`${ETC}/systemd-user-sessions.service`]: { link: '/dev/null' } },
    `shut login * ACC016 ${ETC}/systemd-user-sessions.service`,
  ],
  [
    'sessions masked, and no nologin',
    {
      [`${ETC}/systemd-user-sessions.service`]: { link: '/dev/null' },
      '/etc/tmpfiles.d/systemd-nologin.conf': { link: '/dev/null' },
    },
  ],
  ['no network', { [`${ETC}/NetworkManager.service`]: { link: '/dev/null' } }, 'shut ssh * ACC016 '],
  [
    'a network that NetworkManager leaves alone',
    { [NM]: '[keyfile]\nunmanaged-devices=*\n' },
    `shut ssh * ACC016 ${NM}:2`,
  ],
  ['Wi-Fi that NetworkManager leaves alone', { [NM]: '[keyfile]\nunmanaged-devices=type:wifi\n' }],
  [
    'a network that is left to another',
    {
      [NM]: '[keyfile]\nunmanaged-devices=*\n',
      [`${LIB}/systemd-networkd.service`]: '[Service]\nExecStart=/bin/sh\n',
      [`${ETC}/multi-user.target.wants/systemd-networkd.service`]: { link: `${LIB}/systemd-networkd.service` },
    },
  ],
  [
    'another network',
    {
      [`${ETC}/NetworkManager.service`]: { link: '/dev/null' },
      [`${LIB}/systemd-networkd.service`]: '[Service]\nExecStart=/bin/sh\n',
      [`${ETC}/multi-user.target.wants/systemd-networkd.service`]: { link: `${LIB}/systemd-networkd.service` },
    },
  ],
]

const words: Case[] = [
  ['a shell for init', cmdline('init=/bin/bash'), `shut login * ACC016 ${CMDLINE}`, `open console * ACC035 ${CMDLINE}`],
  ['systemd for init', cmdline('init=/sbin/init')],
  ['something for init', cmdline('init=/opt/x'), `unproved login * ACC059 ${CMDLINE}`],
  [
    'a stop in the initramfs',
    cmdline('break=premount'),
    `shut login * ACC016 ${CMDLINE}`,
    `open console * ACC035 ${CMDLINE}`,
  ],
  ['a script of the initramfs', cmdline('boot=overlay'), `unproved login * ACC059 ${CMDLINE}`],
  ['a unit to run', cmdline('systemd.run=/opt/x'), `unproved login * ACC059 ${CMDLINE}`],
  ['a credential', cmdline('systemd.set_credential=a:b'), `unproved login * ACC059 ${CMDLINE}`],
  ['a log level', cmdline('systemd.log_level=debug')],
  ['a writable root at the first start', cmdline('rw'), `unproved login * ACC059 ${CMDLINE}`],
  [
    'another command line',
    { 'boot:/config.txt': 'arm_64bit=1\ncmdline=mine.txt\n' },
    'unproved login * ACC059 /boot/firmware/config.txt:2',
  ],
]

const units: Case[] = [
  ['another port', exec('/usr/sbin/sshd -D -p 2222'), `shut ssh * ACC014 ${DROP}:3`],
  [
    'another port and passwords',
    exec('/usr/sbin/sshd -D -p 2222 -o PasswordAuthentication=yes'),
    `shut ssh * ACC014 ${DROP}:3`,
  ],
  ['passwords', exec('/usr/sbin/sshd -D -oPasswordAuthentication=yes'), `open ssh * ACC034 ${DROP}:3`],
  ['a port beside the usual one', exec('/usr/sbin/sshd -D -o Port=2222 $SSHD_OPTS')],
  [
    'options in /etc/default',
    { '/etc/default/ssh': 'SSHD_OPTS="-o PermitEmptyPasswords=yes"\n' },
    `open ssh * ACC034 ${LIB}/ssh.service:9`,
  ],
  ['harmless options', { '/etc/default/ssh': 'SSHD_OPTS="-o LogLevel=DEBUG -e"\n' }],
  [
    'another file',
    { ...exec('/usr/sbin/sshd -D -f /etc/other'), '/etc/other': 'PubkeyAuthentication yes\n' },
    `open ssh * ACC034 ${DROP}:3`,
  ],
  ['an unknown keyword', exec('/usr/sbin/sshd -D -o Nonsense=yes'), `shut ssh * ACC014 ${DROP}:3`],
  ['only a test', exec('/usr/sbin/sshd -t'), `shut ssh * ACC014 ${DROP}:3`],
  ['a second line without an empty one', dropIn('ExecStart=/usr/sbin/sshd -D'), `shut ssh * ACC014 ${DROP}:2`],
  ['a program before it that fails', dropIn('ExecStartPre=/bin/false'), `shut ssh * ACC014 ${DROP}:2`],
  ['a program before it that may fail', dropIn('ExecStartPre=-/bin/false')],
  ['a script before it', dropIn('ExecStartPre=/bin/sh -c x'), `unproved ssh * ACC051 ${DROP}:2`],
  ['a type that waits', dropIn('Type=forking'), `shut ssh * ACC014 ${LIB}/ssh.service:9`],
  ['somebody else', dropIn('User=nobody'), `shut ssh * ACC014 ${DROP}:2`],
  ['no network', dropIn('PrivateNetwork=yes'), `shut ssh * ACC014 ${DROP}:2`],
  ['no home', dropIn('ProtectHome=yes'), `shut key * ACC019 ${DROP}:2`],
  ['a home to read', dropIn('ProtectHome=read-only')],
  ['no privileges', dropIn('NoNewPrivileges=true'), `shut root * ACC022 ${DROP}:2`],
  ['a root of its own', dropIn('RootDirectory=/srv'), `unproved ssh * ACC051 ${DROP}:2`],
  ['a directory that is not there', dropIn('WorkingDirectory=/none'), `shut ssh * ACC014 ${DROP}:2`],
  ['a priority', dropIn('Nice=-5')],
  ['a condition that is not met', dropIn('ConditionPathExists=/etc/none', 'Unit'), `shut ssh * ACC014 ${DROP}:2`],
  ['a condition that is met', dropIn('ConditionPathExists=/etc/passwd', 'Unit')],
  ['a condition of the device', dropIn('ConditionHost=kit', 'Unit'), `unproved ssh * ACC051 ${DROP}:2`],
  [
    'a condition of all services',
    dropIn('ConditionPathExists=/etc/none', 'Unit', `${ETC}/service.d`),
    `shut login * ACC016 ${LIB}/systemd-user-sessions.service`,
    `shut ssh * ACC014 ${ETC}/service.d/x.conf:2`,
  ],
  ['a unit that it needs', dropIn('Requires=none.service', 'Unit'), 'shut ssh * ACC014 '],
  [
    'a unit that conflicts',
    {
      [`${ETC}/x.service`]: '[Unit]\nConflicts=ssh.service\n[Service]\nExecStart=/bin/sh\n',
      [`${ETC}/multi-user.target.wants/x.service`]: { link: '../x.service' },
    },
    `unproved ssh * ACC051 ${ETC}/x.service:2`,
  ],
  [
    'no sshd',
    { '/usr/sbin/sshd': null },
    `shut ssh * ACC014 ${LIB}/ssh.service:9`,
    `shut ssh * ACC014 ${LIB}/ssh.service:8`,
  ],
  [
    'an sshd that is not executable',
    { '/usr/sbin/sshd': { text: '', mode: 0o644 } },
    `shut ssh * ACC014 ${LIB}/ssh.service:9`,
    `shut ssh * ACC014 ${LIB}/ssh.service:8`,
  ],
  [
    'a unit of its own that opens more',
    {
      [`${ETC}/two.service`]: '[Service]\nExecStart=/usr/sbin/sshd -D -o PermitRootLogin=yes\n',
      [`${ETC}/multi-user.target.wants/two.service`]: { link: '../two.service' },
    },
    `open ssh * ACC034 ${ETC}/two.service:2`,
  ],
  [
    'a unit of its own in place of the package’s',
    { [`${ETC}/ssh.service`]: '[Service]\nExecStart=/usr/sbin/sshd -D\n' },
  ],
]

for (const [title, planted, ...expected] of [...targets, ...words, ...units]) {
  test(title, () => assert.equal(findings(planted), expected))
}

/** An sshd of the image beside the usual one. */
const second = (options: string): Planted => ({
  [`${ETC}/two.service`]: `[Service]\nExecStart=/usr/sbin/sshd -D ${options}\n`,
  [`${ETC}/multi-user.target.wants/two.service`]: { link: '../two.service' },
})

test('a second sshd counts where the firewall lets people come to it, and lets somebody in', () => {
  const off = { ...smallSpec(), firewall: { enabled: false } }
  const open = { ...smallSpec(), firewall: { rules: ['allow 22/tcp', 'allow 2222/tcp'] } }
  const loose = '-p 2222 -o PasswordAuthentication=yes -o AuthenticationMethods=any'
  const found = [`open ssh * ACC034 ${ETC}/two.service:2`]
  assert.equal(findings(second(loose)), [])
  assert.equal(behindFirewall(deviceWith(second(loose), smallSpec())).map(short), found)
  assert.equal(findings(second(loose), undefined, open), found)
  assert.equal(behindFirewall(deviceWith(second(loose), open)), [])
  assert.equal(findings(second(loose), undefined, off), found)
  assert.equal(findings(second(`${loose} -o AllowUsers=nobody`), undefined, off), found, 'it adds to the file’s')
  const own = (users: string) => ({
    ...second('-f /etc/other'),
    '/etc/other': `Port 2222\nUsePAM yes\nPasswordAuthentication yes\nAllowUsers ${users}\n`,
  })
  assert.equal(findings(own('nobody'), undefined, off), [])
  assert.equal(findings(own('nobody alice@10.*'), undefined, off), found)
  assert.equal(findings(second(`${loose} -o AllowUsers=*@10.0.0.0/8`), undefined, off), found)
  assert.equal(findings(second(`${loose} -o AllowUsers=root@*.example.org`), undefined, off), found)
  assert.equal(findings(second('-p 22 -o PasswordAuthentication=yes')), found)
})
