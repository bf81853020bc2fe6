import { createHash } from 'node:crypto'
import * as assert from 'uvu/assert'
import { tmpfiles } from '../../../../src/core/access/readers/tmpfiles.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, type Planted, short } from './device.ts'

const test = suite('reader: what systemd-tmpfiles changes')

const findings = (planted: Planted, behaviour?: Behaviour) =>
  tmpfiles(deviceWith(planted, smallSpec(), behaviour)).map(short)

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell`, () => assert.equal(findings({}, behaviour), []))
}

const OWN = '/etc/tmpfiles.d/site.conf'
const HELPER = { text: '\x7fELF', mode: 0o755 }
const unproved = [`unproved login * ACC051 ${OWN}:1`]

for (const [text, expected, more = {}] of [
  ['f /etc/nologin 0644 - - - closed', [`shut login * ACC016 ${OWN}:1`]],
  ['# no\nF /etc/nologin', [`shut login * ACC016 ${OWN}:2`]],
  ['"f" "/etc/nologin"', [`shut login * ACC016 ${OWN}:1`]],
  ['R! /home/alice/.ssh', unproved],
  ['r! /home/*/.profile', []],
  ['w+ /home/alice/.profile - - - - exit', unproved],
  ['R /home', unproved],
  ['R! /home/bob/.ssh', []],
  ['D /home/alice', unproved],
  ['d /home/alice 0755 alice alice', []],
  ['d /home/alice 0777 alice alice', unproved],
  ['d /home/alice :0777 :bob :bob', []],
  ['Z /home/alice 0777 www-data www-data -', unproved],
  ['Z / - - -', []],
  ['Z / 0700', unproved],
  ['Z /home/alice - alice alice', []],
  ['Z /home - root root', unproved],
  ['z /home 0700', unproved],
  ['z /home 0711', []],
  ['z /etc/shadow 0644', unproved],
  ['z /etc/ssh/sshd_config 0600 root root', []],
  ['z /etc/ssh/sshd_config 0000 root root', unproved],
  ['z /etc/ssh/sshd_config 0620 root root', unproved],
  ['z /home/alice/.ssh/authorized_keys 0666', unproved],
  ['z /home/alice/.ssh/authorized_keys - alice', []],
  ['z /usr/bin/sudo 0755', unproved, { '/usr/bin/sudo': { text: '', mode: 0o4755 } }],
  ['z /usr/bin/dash 4755 root root -', [`open root * ACC036 ${OWN}:1`], { '/usr/bin/dash': HELPER }],
  ['z /opt/x 4755', [`unproved root * ACC053 ${OWN}:1`], { '/opt/x': HELPER }],
  ['z /opt/x 0755', [], { '/opt/x': HELPER }],
  ['C /etc/sudoers.d/site - - - - /opt/site', unproved],
  ['C /etc/sudoers.d/site', [], { '/etc/sudoers.d/site': '' }],
  ['C+ /etc/sudoers.d/site', unproved, { '/etc/sudoers.d/site': '' }],
  ['L+ /etc/ssh/sshd_config - - - - /opt/sshd_config', unproved],
  ['L /etc/ssh/sshd_config - - - - /opt/sshd_config', []],
  ['w /etc/pam.d/sshd - - - - x', unproved],
  ['w /etc/pam.d/none - - - - x', []],
  ['f /etc/ssh/ssh_config.d/site.conf', []],
  ['f /root/.ssh/authorized_keys 0600 - - - ssh-ed25519', unproved],
  ['f^ /root/.ssh/authorized_keys 0600 - - - ssh.keys', []],
  ['f /run/sshd 0644 root root - -', unproved],
  ['d /run/sshd 0755 root root', []],
  ['d /run/site 0755 root root -\nf /etc/site.conf 0644\nr! /etc/passwd.lock', []],
  ['f /etc/security/limits.d/%m.conf', unproved],
  ['f /var/lib/site/%m', []],
  ['a /etc/shadow - - - - u:alice:rw', unproved],
] as readonly (readonly [text: string, expected: readonly string[], more?: Planted])[]) {
  test(text, () => assert.equal(findings({ [OWN]: `${text}\n`, ...more }), expected))
}

test('in Bookworm a nologin is taken away before anybody comes', () => {
  assert.equal(findings({ [OWN]: 'f /etc/nologin\n' }, 'bookworm-2025'), [])
})

test('a file by the name of an earlier folder counts alone, and one that goes nowhere not at all', () => {
  const later = { '/usr/lib/tmpfiles.d/site.conf': 'f /etc/nologin\n' }
  assert.equal(findings({ ...later, [OWN]: '' }), [])
  assert.equal(findings({ ...later, [OWN]: { link: '/dev/null' } }), [])
  assert.equal(findings(later), ['shut login * ACC016 /usr/lib/tmpfiles.d/site.conf:1'])
})

test("the distribution's own lines are its own; those of another package may be a site's", () => {
  const text = 'f /etc/profile.d/kit.sh\n'
  const file = '/usr/lib/tmpfiles.d/kit.conf'
  const digest = createHash('md5').update(text).digest('hex')
  const listOf = (name: string) => ({ [`/var/lib/dpkg/info/${name}.md5sums`]: `${digest}  ${file.slice(1)}\n` })
  const list = listOf('sudo')
  assert.equal(findings({ [file]: text, ...list }), [])
  assert.equal(findings({ [file]: text, ...listOf('site-settings') }), [`unproved login * ACC051 ${file}:1`])
  assert.equal(findings({ [file]: `${text}#\n`, ...list }), [`unproved login * ACC051 ${file}:1`])
})
