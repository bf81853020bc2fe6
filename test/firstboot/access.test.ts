import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Device, started } from './support/device.ts'

/** What sshd and sudo of the device say of each owner, held against what the plan was proved to give. */
const test = suite('first boot: access')

const TAKEN = 'alice yes no password\n'

/** One whose first start is over. */
const finished = started(test, () => new Device().ask('ssh-port', '22\n').ask('access', TAKEN))

const cases: readonly (readonly [
  title: string,
  asked: string,
  change: (device: Device) => void,
  differences: readonly string[],
])[] = [
  ['as it was proved', TAKEN, () => {}, []],
  ['no owner is named, and there is no SSH', '', (d) => d.forget('etc/pibake/first-boot/ssh-port'), []],
  ['passwords', TAKEN, (d) => d.write('sshd-says', 'passwordauthentication yes\n'), ['alice: sshd takes a password']],
  [
    'passwords by PAM',
    TAKEN,
    (d) => d.write('sshd-says', 'kbdinteractiveauthentication yes\n'),
    ['alice: sshd takes a password'],
  ],
  ['questions without PAM', TAKEN, (d) => d.write('sshd-says', 'kbdinteractiveauthentication yes\nusepam no\n'), []],
  ['no passwords', 'alice yes yes password\n', () => {}, ['alice: sshd takes no password']],
  ['no keys', TAKEN, (d) => d.write('sshd-says', 'pubkeyauthentication no\n'), ['alice: sshd takes no keys']],
  ['not listed', 'bob yes no password\n', () => {}, ['bob: sshd turns this account away']],
  ['listed by a pattern', 'bob yes no password\n', (d) => d.write('sshd-says', 'allowusers b*\n'), []],
  ['denied', TAKEN, (d) => d.write('sshd-says', 'denyusers alice\n'), ['alice: sshd turns this account away']],
  ['meant for the console', 'bob no no password\n', () => {}, []],
  [
    'a configuration that sshd refuses',
    `${TAKEN}bob yes no password\n`,
    (d) => d.write('sshd-refuses', ''),
    ['alice: sshd refuses its configuration', 'bob: sshd refuses its configuration'],
  ],
  [
    'sudo asks for nothing',
    TAKEN,
    (d) => d.write('sudo-says', '    (ALL : ALL) ALL\n    (ALL) NOPASSWD: ALL\n'),
    ['alice: sudo: nopasswd in place of password'],
  ],
  ['the last rule asks', TAKEN, (d) => d.write('sudo-says', '    (ALL) NOPASSWD: ALL\n    (ALL : ALL) ALL\n'), []],
  [
    'one command without a password is not all',
    TAKEN,
    (d) => d.write('sudo-says', '    (ALL : ALL) ALL\n    (root) NOPASSWD: /sbin/poweroff\n'),
    [],
  ],
  ['sudo gives nothing', TAKEN, (d) => d.write('sudo-says', '\n'), ['alice: sudo: none in place of password']],
  ['no root wanted', 'alice yes no none\n', () => {}, ['alice: sudo: password in place of none']],
  ['without SSH sudo is asked all the same', 'alice - - none\n', () => {}, ['alice: sudo: password in place of none']],
  ['nobody listens', TAKEN, (d) => d.forget('proc/net/tcp'), ['nothing listens on port 22']],
  [
    'IPv6 alone',
    TAKEN,
    (d) => {
      d.forget('proc/net/tcp')
      d.write('proc/net/tcp6', `   0: ${'0'.repeat(32)}:0016 ${'0'.repeat(32)}:0000 0A 0\n`)
    },
    [],
  ],
  [
    'a connection is not a socket that listens',
    TAKEN,
    (d) => d.write('proc/net/tcp', '   0: 0100007F:0016 0100007F:9C40 01 0\n'),
    ['nothing listens on port 22'],
  ],
]

for (const [title, asked, change, differences] of cases) {
  test(`${title}: ${differences.length === 0 ? 'ok' : 'degraded, and why'}`, async () => {
    const device = finished().redo('access').ask('access', asked)
    try {
      change(device)
      const { status, stdout } = await device.call(['run'])
      assert.is(status, differences.length === 0 ? 0 : 2)
      assert.match(stdout, differences.length === 0 ? 'access: ok' : 'access: degraded (access-differs)')
      const log = differences.length === 0 ? '' : device.read('var/lib/pibake/log/access')
      assert.equal(
        log.split('\n').filter((line) => line !== ''),
        differences,
      )
    } finally {
      device.remove()
    }
  })
}

test('status tells what differs since', async () => {
  const device = finished()
  try {
    assert.is((await device.call(['status'])).status, 0)
    device.write('sshd-says', 'passwordauthentication yes\n').write('sudo-says', '    (ALL) NOPASSWD: ALL\n')
    const { status, stderr, stdout } = await device.call(['status'])
    assert.is(status, 2)
    assert.match(stdout, /^state: degraded\n/)
    assert.is(
      stderr,
      'pibake: access: alice: sshd takes a password\npibake: access: alice: sudo: nopasswd in place of password\n',
    )
  } finally {
    device.remove()
  }
})
