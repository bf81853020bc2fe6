import * as assert from 'uvu/assert'
import { sudoFor } from '../../../src/device/sudo/evaluate.ts'
import { readSudoers } from '../../../src/device/sudo/read.ts'
import { memoryTree, type Sketch } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('sudo in force')

const main =
  'Defaults\tenv_reset\nDefaults secure_path="/usr/sbin:/usr/bin"\nroot ALL=(ALL:ALL) ALL\n%sudo\tALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n'
const alice = { user: 'alice', uid: 1001, groups: ['alice', 'sudo'], gids: [], hostname: 'kit' }
const bob = { user: 'bob', uid: 1002, groups: ['bob'], gids: [], hostname: 'kit' }
const file = (text: string): Sketch => ({ text, mode: 0o440 })
const of = (files: Record<string, string | Sketch>) =>
  readSudoers(
    memoryTree({
      '/etc/sudoers': file(main),
      ...Object.fromEntries(
        Object.entries(files).map(([name, text]) => [
          `/etc/sudoers.d/${name}`,
          typeof text === 'string' ? file(text) : text,
        ]),
      ),
    }),
    'kit',
  )

test('the stock rules: members of sudo give their password, others get nothing', () => {
  const stock = of({})
  assert.equal(sudoFor(stock, alice), {
    allowed: true,
    needsPassword: true,
    passwordOf: 'user',
    at: { file: '/etc/sudoers', line: 4 },
    setsEnvironment: false,
    doubts: [],
  })
  assert.is(sudoFor(stock, bob).allowed, false)
  assert.is(sudoFor(stock, { ...bob, uid: 0 }).needsPassword, false)
})

test('the last rule counts, in the order of bytes; names with a dot or a tilde are not read', () => {
  const files = { '010_x': 'alice ALL=(ALL) NOPASSWD: ALL\n', '005_x': 'alice ALL=(ALL) PASSWD: ALL\n' }
  assert.is(sudoFor(of(files), alice).needsPassword, false)
  assert.is(sudoFor(of({ ...files, '020_x': '%sudo ALL=(ALL:ALL) PASSWD: ALL' }), alice).needsPassword, true)
  assert.is(sudoFor(of({ ...files, 'zz.conf': '%sudo ALL=(ALL:ALL) PASSWD: ALL' }), alice).needsPassword, false)
  assert.is(sudoFor(of({ ...files, 'zz~': '%sudo ALL=(ALL:ALL) PASSWD: ALL' }), alice).needsPassword, false)
})

test('files that others could have written are skipped', () => {
  const unsafe = of({
    '010_a': { text: 'bob ALL=(ALL) ALL\n', mode: 0o666 },
    '010_b': { text: 'bob ALL=(ALL) ALL\n', mode: 0o440, uid: 1000 },
    '010_c': { text: 'bob ALL=(ALL) ALL\n', mode: 0o460, gid: 100 },
  })
  assert.is(sudoFor(unsafe, bob).allowed, false)
  assert.is(unsafe.skipped.length, 3)
})

test('aliases, negations, tags that hold on, runas lists', () => {
  const text = [
    'User_Alias ADMINS = carol, %staff, !eve : PEERS = bob',
    'Cmnd_Alias SHELLS = /bin/sh, /bin/bash',
    'ADMINS ALL = (root) NOPASSWD: /bin/ls, ALL, \\',
    '  !SHELLS',
    'PEERS kit = (www-data) ALL : other = ALL',
    '#1005 ALL = (ALL, !root) ALL',
  ].join('\n')
  const rules = of({ '010_x': text })
  const carol = { ...bob, user: 'carol' }
  assert.equal(sudoFor(rules, carol).at, { file: '/etc/sudoers.d/010_x', line: 3 })
  assert.is(sudoFor(rules, carol).needsPassword, false)
  assert.is(sudoFor(rules, carol, '/bin/sh').allowed, false)
  assert.is(sudoFor(rules, { ...bob, user: 'eve', groups: ['staff'] }).allowed, false)
  assert.is(sudoFor(rules, bob).allowed, false)
  assert.is(sudoFor(rules, { ...bob, hostname: 'other' }).allowed, true)
  assert.is(sudoFor(rules, { ...bob, user: 'x', uid: 1005 }).allowed, false)
  assert.is(sudoFor(of({ a: '#1005 ALL = ALL\n' }), { ...bob, user: 'x', uid: 1005 }).allowed, true)
  assert.equal(rules.skipped, [])
})

test('Defaults: no authentication at all, an exempt group, root’s password', () => {
  assert.is(sudoFor(of({ a: 'Defaults:alice !authenticate\n' }), alice).needsPassword, false)
  assert.is(sudoFor(of({ a: 'Defaults:bob !authenticate\n' }), alice).needsPassword, true)
  assert.is(sudoFor(of({ a: 'Defaults exempt_group = sudo\n' }), alice).needsPassword, false)
  assert.is(sudoFor(of({ a: 'Defaults env_reset, rootpw\n' }), alice).passwordOf, 'root')
  const twice = (first: string, last: string) =>
    of({ a: `Defaults exempt_group=${first}\n`, b: `Defaults exempt_group=${last}\n` })
  assert.is(sudoFor(twice('sudo', 'nobody'), alice).needsPassword, true)
  assert.is(sudoFor(twice('nobody', 'sudo'), alice).needsPassword, false)
})

test('a line that sudo cannot read is skipped, the others count', () => {
  const rules = of({ a: 'alice ALL=\nbob ALL=(ALL) NOPASSWD: ALL # why\nDefaults foo=\n' })
  assert.equal(
    rules.skipped.map(({ at }) => at.line),
    [1, 3],
  )
  assert.is(sudoFor(rules, bob).needsPassword, false)
})
