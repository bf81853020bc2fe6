import * as assert from 'uvu/assert'
import { consoles } from '../../../../src/core/access/readers/console.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { type LooseSpec, smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, type Planted, short } from './device.ts'

const test = suite('reader: consoles')

const ETC = '/etc/systemd/system'
const LIB = '/usr/lib/systemd/system'

const findings = (planted: Planted, spec: LooseSpec = smallSpec(), behaviour?: Behaviour) =>
  consoles(deviceWith(planted, spec, behaviour)).map(short)

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell`, () =>
    assert.equal(findings({}, smallSpec(), behaviour), []))
}

const own = (service: string): Planted => ({
  [`${ETC}/own.service`]: `[Service]\n${service}\n`,
  [`${ETC}/multi-user.target.wants/own.service`]: { link: '../own.service' },
})
const getty = (line: string, path = `${LIB}/getty@tty1.service.d/x.conf`): Planted => ({
  [path]: `[Service]\nExecStart=\nExecStart=-/sbin/agetty ${line} %I $TERM\n`,
})
const display = (unit: string, files: Planted): Planted => ({
  ...files,
  [`${LIB}/${unit}`]: '[Service]\nExecStart=/bin/sh\n',
  [`${ETC}/graphical.target.wants/${unit}`]: { link: `${LIB}/${unit}` },
})

const cases: [title: string, planted: Planted, ...expected: string[]][] = [
  [
    'a drop-in in /usr/lib',
    getty('--autologin alice'),
    `open console alice ACC033 ${LIB}/getty@tty1.service.d/x.conf:3`,
  ],
  [
    'a drop-in of all gettys',
    getty('-a alice', `${ETC}/getty@.service.d/x.conf`),
    `open console alice ACC033 ${ETC}/getty@.service.d/x.conf:3`,
  ],
  [
    'a whole unit',
    getty('--autologin=alice', `${ETC}/getty@tty1.service`),
    `open console alice ACC033 ${ETC}/getty@tty1.service:3`,
  ],
  [
    'the serial port',
    getty('--autologin alice', `${ETC}/serial-getty@.service.d/x.conf`),
    `open console alice ACC033 ${ETC}/serial-getty@.service.d/x.conf:3`,
  ],
  ['root', getty('--autologin root'), `open console * ACC035 ${LIB}/getty@tty1.service.d/x.conf:3`],
  ['login’s own option', getty("-o '-f alice'"), `open console alice ACC033 ${LIB}/getty@tty1.service.d/x.conf:3`],
  ['a shell in place of login', getty('-n -l /bin/bash'), `open console * ACC035 ${LIB}/getty@tty1.service.d/x.conf:3`],
  ['nobody that the device knows', getty('--autologin gone')],
  ['an account without a shell', getty('--autologin daemon')],
  ['other options', getty('--noclear --keep-baud')],
  ['a unit of its own', own('ExecStart=/sbin/agetty -a alice tty9'), `open console alice ACC033 ${ETC}/own.service:2`],
  [
    'a shell on a terminal',
    own('StandardInput=tty\nTTYPath=/dev/tty8\nExecStart=/bin/bash'),
    `open console * ACC035 ${ETC}/own.service:4`,
  ],
  [
    'a shell of somebody on a terminal',
    own('User=alice\nStandardInput=tty-force\nExecStart=/bin/bash -l'),
    `open console alice ACC033 ${ETC}/own.service:4`,
  ],
  ['a shell without a terminal', own('ExecStart=/bin/sh -c "echo x"')],
  [
    'a shell that opens one',
    own("ExecStart=/bin/sh -c 'exec bash </dev/tty9 >/dev/tty9'"),
    `unproved console * ACC051 ${ETC}/own.service:2`,
  ],
  ['a unit that does not start', { [`${ETC}/own.service`]: '[Service]\nExecStart=/sbin/agetty -a alice tty9\n' }],
  [
    'a unit with an unmet condition',
    {
      ...own('ExecStart=/sbin/agetty -a alice tty9'),
      [`${ETC}/own.service.d/x.conf`]: '[Unit]\nConditionPathExists=/none\n',
    },
  ],
  [
    'the shell for debugging',
    { [`${ETC}/sysinit.target.wants/debug-shell.service`]: { link: `${LIB}/debug-shell.service` } },
    `open console * ACC035 ${LIB}/debug-shell.service:6`,
  ],
  [
    'the shell for debugging, by the kernel',
    { 'boot:/cmdline.txt': 'root=x systemd.debug_shell\n' },
    `open console * ACC035 ${LIB}/debug-shell.service:6`,
  ],
  ['not the shell for debugging', { 'boot:/cmdline.txt': 'root=x systemd.debug-shell=0\n' }],
  [
    'rescue mode without a password',
    { [`${ETC}/emergency.service.d/x.conf`]: '[Service]\nEnvironment=SYSTEMD_SULOGIN_FORCE=1\n' },
    `open console * ACC035 ${ETC}/emergency.service.d/x.conf:2`,
  ],
  [
    'rescue mode without a password, by the kernel',
    { 'boot:/cmdline.txt': 'root=x systemd.setenv=SYSTEMD_SULOGIN_FORCE=1\n' },
    'open console * ACC035 /boot/firmware/cmdline.txt:1',
  ],
  [
    'lightdm’s folder',
    display('lightdm.service', { '/etc/lightdm/lightdm.conf.d/x.conf': '[Seat:*]\nautologin-user=alice\n' }),
    'open console alice ACC033 /etc/lightdm/lightdm.conf.d/x.conf:2',
  ],
  [
    'lightdm’s own folder, taken back',
    display('lightdm.service', {
      '/usr/share/lightdm/lightdm.conf.d/x.conf': '[Seat:*]\nautologin-user=alice\n',
      '/etc/lightdm/lightdm.conf.d/x.conf': '[Seat:*]\nautologin-user=\n',
    }),
  ],
  ['lightdm that does not start', { '/etc/lightdm/lightdm.conf.d/x.conf': '[Seat:*]\nautologin-user=alice\n' }],
  [
    'greetd',
    display('greetd.service', { '/etc/greetd/config.toml': '[initial_session]\nuser = "alice"\n' }),
    'open console alice ACC033 /etc/greetd/config.toml:2',
  ],
  [
    'gdm',
    display('gdm.service', {
      '/etc/gdm3/daemon.conf': '[daemon]\nAutomaticLoginEnable = true\nAutomaticLogin = alice\n',
    }),
    'open console alice ACC033 /etc/gdm3/daemon.conf:3',
  ],
  [
    'gdm, switched off',
    display('gdm.service', {
      '/etc/gdm3/daemon.conf': '[daemon]\nAutomaticLoginEnable = false\nAutomaticLogin = alice\n',
    }),
  ],
  [
    'sddm',
    display('sddm.service', { '/etc/sddm.conf.d/x.conf': '[Autologin]\nUser=alice\n' }),
    'open console alice ACC033 /etc/sddm.conf.d/x.conf:2',
  ],
]

for (const [title, planted, ...expected] of cases) test(title, () => assert.equal(findings(planted), expected))

test('an owner’s autologin that the spec keeps', () => {
  const spec = { ...smallSpec(), hardening: { autologin: 'keep' } }
  assert.equal(findings(getty('--autologin alice'), spec), [])
  assert.equal(findings(getty('--autologin root'), spec).length, 1)
})
