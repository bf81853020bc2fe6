import * as assert from 'uvu/assert'
import { sudo } from '../../../src/core/controls/sudo.ts'
import type { Spec, User } from '../../../src/core/spec-file/spec.ts'
import { sudoFor } from '../../../src/device/sudo/evaluate.ts'
import { readSudoers } from '../../../src/device/sudo/read.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { problemsOf, quiet, runControl, secondRunDiffers } from '../../support/control.ts'
import { textOf } from '../../support/memory.ts'
import { everySample } from '../../support/samples.ts'
import { suite } from '../../support/suite.ts'

const test = suite('sudo control')

const user = (name: string, sudo: User['sudo']): User => ({
  name,
  sudo,
  passwordHash: undefined,
  authorizedKeys: [],
  groups: 'default',
  mustChangePassword: false,
  expires: undefined,
  shell: '/bin/bash',
})
const spec: Spec = {
  ...quiet,
  users: [user('alice', 'password'), user('bob', 'nopasswd'), user('carol', 'none')],
  defaultUser: 'keep',
}
const caller = (name: string) => ({
  user: name,
  uid: 1000,
  groups: [name, 'sudo', 'adm'],
  gids: [],
  hostname: 'raspberrypi',
})

function image(files: Record<string, string> = {}) {
  const sample = samplePiOs({ behaviour: 'bookworm-2025', variant: 'lite', architecture: 'arm64' })
  for (const [path, text] of Object.entries(files)) {
    sample.root.nodes.set(path, { kind: 'file', content: new TextEncoder().encode(text), mode: 0o440, uid: 0, gid: 0 })
  }
  return sample
}
const verdict = (result: ReturnType<typeof runControl>, name: string) => {
  const { allowed, needsPassword } = sudoFor(readSudoers(result.target.root, 'raspberrypi'), caller(name))
  return allowed ? (needsPassword ? 'password' : 'nopasswd') : 'none'
}

for (const { title, options } of everySample()) {
  test(`${title}: everybody becomes root as the spec says, the stock account with its password; twice is once`, () => {
    const result = runControl(sudo, spec, samplePiOs(options))
    assert.equal(problemsOf(result), [])
    for (const { name, sudo } of spec.users) assert.is(verdict(result, name), sudo)
    assert.is(verdict(result, 'pi'), 'password')
    const written = new TextDecoder().decode(result.target.root.read('/etc/sudoers.d/zz-pibake'))
    assert.match(written, /^Defaults timestamp_type=tty\b/m)
    assert.equal(secondRunDiffers(sudo, spec, result), [])
  })
}

test('the files of packages stay as they are', () => {
  const result = runControl(sudo, spec, image())
  assert.equal([...result.operations.keys()].sort(), ['root:/etc/sudoers.d', 'root:/etc/sudoers.d/zz-pibake'])
})

test('rules of first-boot programs, groups, settings: each is overruled', () => {
  for (const text of [
    'alice ALL=(ALL) NOPASSWD:ALL\n',
    '%adm ALL=NOPASSWD: ALL\n',
    'ALL ALL=(ALL:ALL) NOPASSWD: ALL\n',
    'Defaults !authenticate\n',
    'Defaults:alice !authenticate\n',
    'Defaults>root !authenticate\n',
    'Defaults exempt_group=adm\n',
    'Defaults rootpw\n',
    'alice ALL=(ALL:ALL) !ALL\n',
  ]) {
    const result = runControl(sudo, spec, image({ '/etc/sudoers.d/90-cloud-init-users': text }))
    assert.equal(problemsOf(result), [], text)
    for (const { name, sudo } of spec.users) assert.is(verdict(result, name), sudo, text)
    assert.equal(secondRunDiffers(sudo, spec, result), [], text)
  }
})

test('an account of the image that is not in sudo and has a free rule is made to give its password', () => {
  const result = runControl(sudo, spec, image({ '/etc/sudoers.d/010_www': 'www-data ALL=(ALL) NOPASSWD: ALL\n' }))
  const file = result.operations.get('root:/etc/sudoers.d/zz-pibake')
  assert.match(file?.kind === 'file' ? textOf(file) : '', '\nwww-data ALL=(ALL:ALL) PASSWD: ALL\n')
  assert.equal(problemsOf(result), [])
})

test('a rule that is read later still is told with its place', () => {
  const late = runControl(sudo, spec, image({ '/etc/sudoers.d/zzz': '# x\nalice ALL=NOPASSWD: ALL\ncarol ALL=ALL\n' }))
  assert.equal(problemsOf(late), ['SUD010 users[0].sudo', 'SUD010 users[2].sudo'])
  assert.match(late.contribution.problems?.[0]?.message ?? '', '/etc/sudoers.d/zzz:2')
  const none = runControl(sudo, spec, image({ '/etc/sudoers': '%sudo ALL=(ALL:ALL) ALL\n' }))
  assert.equal(problemsOf(none), ['SUD011 users'])
})

test('single commands without a password and lines that sudo skips are noted', () => {
  const files = {
    '/etc/sudoers.d/010_x': 'alice ALL=(root) NOPASSWD: /usr/bin/apt, TOOLS\nCmnd_Alias TOOLS = /bin/x\nalice ALL=\n',
  }
  const result = runControl(sudo, spec, image(files))
  const notes = (result.contribution.notes ?? []).map(({ message }) => message)
  assert.equal(notes, ['sudo will skip /etc/sudoers.d/010_x:3: not a path from the root'])
  const last = runControl(sudo, spec, image({ '/etc/sudoers.d/zzz': 'alice ALL=(root) NOPASSWD: /usr/bin/apt\n' }))
  assert.equal(
    last.contribution.notes?.map(({ message }) => message),
    ['/etc/sudoers.d/zzz:1 lets alice run /usr/bin/apt as root without a password'],
  )
})
