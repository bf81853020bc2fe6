import * as assert from 'uvu/assert'
import { compileFirstBoot } from '../../../src/core/controls/first-boot.ts'
import { applyToMemory } from '../../../src/core/plan/apply-in-memory.ts'
import type { Operation } from '../../../src/core/plan/operation.ts'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import { directory } from '../../../src/sample/layout.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { problemsOf } from '../../support/control.ts'
import { write } from '../../support/edit.ts'
import { textOf } from '../../support/memory.ts'
import { origin } from '../../support/origin.ts'
import { KEYS, parse, smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('first boot: control')

const image = () => samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
const user = `version: 1\nusers: [{ name: alice, authorizedKeys: ['${KEYS.alice}'], sudo: nopasswd }]\n`

function compiled(text: string, files: Record<string, string> = {}, target = image(), ssh = true) {
  const inventory = inspect(target, { allowBooted: true })
  const sound = specOf(user + text, files)
  const spec = { ...sound, ssh: { ...sound.ssh, enabled: ssh } }
  const context = { spec, inventory, epoch: 0, because: () => origin }
  const packages = [
    { name: 'ufw', action: 'install', origin },
    { name: 'fail2ban', action: 'install', origin },
    { name: 'rpcbind', action: 'remove', origin },
  ] as const
  const { operations = [], units = [], problems = [] } = compileFirstBoot(context, { packages })
  return { operations, units, problems, target }
}

const asked = (operations: readonly Operation[]) =>
  Object.fromEntries(
    operations
      .filter(({ path }) => /^\/etc\/pibake\/first-boot\/[a-z0-9-]+$/.test(path))
      .filter(({ kind }) => kind !== 'directory')
      .map((operation) => [
        operation.path.slice('/etc/pibake/first-boot/'.length),
        operation.kind === 'file' ? textOf(operation) : operation.kind,
      ]),
  )

test('what the first start must do lies in files of one value each', () => {
  const { operations, units } = compiled(
    'device: { locale: de_AT.UTF-8 }\nssh: { port: 2222 }\nupdates: { firstBoot: security }\n',
  )
  assert.equal(asked(operations), {
    'host-keys': 'ed25519\nrsa\n',
    'ssh-port': '2222\n',
    access: 'alice yes no nopasswd\n',
    firewall: 'ufw\n',
    fail2ban: 'sshd\nrecidive\n',
    upgrade: 'security\n',
    locale: 'de_AT.UTF-8\n',
    'packages-install': 'fail2ban\nufw\nunattended-upgrades\n',
    'packages-remove': 'rpcbind\n',
  })
  assert.equal(
    units.map(({ unit, state }) => `${unit} ${state}`),
    ['pibake-firstboot.service enabled', 'pibake-firstboot-network.timer enabled'],
  )
})

test('jails that the spec switches off do not have to run; those of its own have', () => {
  const { operations } = compiled(
    'fail2ban: { jails: { recidive: { enabled: false }, pam-generic: { maxretry: 4 }, sshd: { enabled: "off" } } }\n',
  )
  assert.is(asked(operations).fail2ban, 'pam-generic\n')
})

test('what is not wanted is taken away, so that an earlier plan leaves nothing behind', () => {
  const { operations } = compiled(
    'firewall: { enabled: false }\nfail2ban: { enabled: false }\nupdates: { firstBoot: none }\n',
    {},
    image(),
    false,
  )
  assert.equal(asked(operations), {
    'host-keys': 'remove',
    'ssh-port': 'remove',
    access: 'alice - - nopasswd\n',
    firewall: 'remove',
    fail2ban: 'remove',
    upgrade: 'none\n',
    locale: 'remove',
    'packages-install': 'fail2ban\nufw\n',
    'packages-remove': 'rpcbind\n',
  })
})

test('the program is the same bytes whatever the spec, and no path of it is written twice', () => {
  const program = (text: string) =>
    compiled(text).operations.filter(({ path }) => /^\/usr\//.test(path)) as readonly Operation[]
  assert.equal(program('ssh: { port: 2222 }\n'), program('updates: { firstBoot: full }\n'))
  const paths = program('').map(({ path }) => path)
  assert.is(new Set(paths).size, paths.length)
  assert.ok(paths.includes('/usr/lib/pibake/steps/10-host-keys.sh'))
  assert.ok(paths.includes('/usr/lib/systemd/system/pibake-firstboot.service'))
})

test('nobody else can open, and so lock, the answers of debconf', () => {
  const target = image()
  const of = () => compiled('', {}, target).operations.filter(({ path }) => path === '/var/cache/debconf')
  assert.equal(of(), [])
  target.root.nodes.set('/var/cache/debconf', { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
  assert.equal(
    of().map((operation) => operation.kind === 'directory' && operation.mode),
    [0o700],
  )
})

test('scripts keep the order of the spec; those of an earlier plan go', () => {
  const sh = '#!/bin/sh\ntrue\n'
  const target = image()
  write(target.root, '/etc/pibake/first-boot/scripts/01-old.sh', sh)
  const { operations, problems } = compiled(
    'firstBoot: { scripts: [z.sh, a.sh] }\n',
    { 'z.sh': sh, 'a.sh': sh },
    target,
  )
  assert.equal(problems, [])
  assert.equal(
    operations
      .filter(({ path }) => path.includes('/scripts/'))
      .map(({ kind, path }) => `${kind} ${path.split('/').at(-1)}`),
    ['file 01-z.sh', 'file 02-a.sh', 'remove 01-old.sh'],
  )
})

for (const [what, text, ok] of [
  ['with a #! line', '#!/bin/sh\n', true],
  ['with a #! line and words', '#!/usr/bin/env python3\n', true],
  ['without one', 'echo hello\n', false],
  ['with Windows line ends', '#!/bin/sh\r\ntrue\r\n', false],
  ['that is empty', '', false],
] as const) {
  test(`a script ${what} is ${ok ? 'taken' : 'FBT001'}`, () => {
    const { problems } = compiled('firstBoot: { scripts: [s.sh] }\n', { 's.sh': text })
    assert.equal(problemsOf({ problems }), ok ? [] : ['FBT001 firstBoot.scripts[0]'])
  })
}

test('scripts are run again though the digest of the plan is that of others: the record of the step goes', () => {
  const record = '/var/lib/pibake/steps/scripts'
  const of = (text: string, files: Record<string, string> = {}) =>
    compiled(text, files).operations.filter(({ path }) => path === record)
  assert.equal(
    of('firstBoot: { scripts: [a.sh] }\n', { 'a.sh': '#!/bin/sh\n' }).map(({ kind }) => kind),
    ['remove'],
  )
  assert.equal(of(''), [])
})

test('compiled against its own result it asks for the same', () => {
  const text = 'device: { locale: de_AT.UTF-8 }\n'
  const { operations, target } = compiled(text)
  applyToMemory(target, operations)
  assert.equal(compiled(text, {}, target).operations, operations)
})

const SCRIPT = { 'a.sh': '#!/bin/sh\n', 'b.sh': '#!/bin/sh\n', 'c.sh': '#!/bin/sh\n' }
const folders = (operations: readonly Operation[]) =>
  operations.flatMap(({ kind, path }) =>
    kind === 'file' && path.includes('/first-boot/scripts') ? [path.slice('/etc/pibake/first-boot/'.length)] : [],
  )

test('scripts with a time of their own lie in its folder, in the order of the spec, with the limits of all', () => {
  const text =
    'firstBoot: { scripts: [a.sh, { path: b.sh, when: before-network, retries: 2 }, { path: c.sh, when: network, timeout: 90 }] }\n'
  const { operations, target } = compiled(text, SCRIPT)
  assert.equal(folders(operations), ['scripts/01-a.sh', 'scripts-network/03-c.sh', 'scripts-before-network/02-b.sh'])
  assert.is(
    asked(operations)['script-limits'],
    '01-a.sh last 600 -\n02-b.sh before-network 60 2\n03-c.sh network 90 -\n',
  )
  const dropIn = operations.find(({ path }) => path.endsWith('pibake-firstboot.service.d/pibake-scripts.conf'))
  assert.is(dropIn?.kind, 'file')
  const other = operations.find(({ path }) => path.endsWith('pibake-firstboot-network.service.d/pibake-scripts.conf'))
  assert.is(other?.kind, 'file')
  for (const unit of ['pibake-firstboot', 'pibake-firstboot-network']) {
    target.root.nodes.set(`/etc/systemd/system/${unit}.service.d`, directory())
  }
  applyToMemory(target, operations)
  const removed = compiled('firstBoot: { scripts: [a.sh] }\n', SCRIPT, target).operations.flatMap(({ kind, path }) =>
    kind === 'remove' ? [path] : [],
  )
  for (const path of [
    '/etc/pibake/first-boot/scripts-network/03-c.sh',
    '/etc/pibake/first-boot/scripts-before-network/02-b.sh',
    '/etc/pibake/first-boot/script-limits',
    '/etc/systemd/system/pibake-firstboot.service.d/pibake-scripts.conf',
  ]) {
    assert.ok(removed.includes(path), path)
  }
})

test('plain scripts are as they always were', () => {
  const { operations } = compiled('firstBoot: { scripts: [a.sh, b.sh] }\n', SCRIPT)
  assert.equal(folders(operations), ['scripts/01-a.sh', 'scripts/02-b.sh'])
  assert.is(asked(operations)['script-limits'], undefined)
  assert.not.ok(operations.some(({ path }) => /first-boot\/script(s-|-)|firstboot[.]service[.]d/.test(path)))
})

test('limits that could not be kept are refused where they stand', () => {
  const codes = (scripts: readonly object[]) =>
    parse({ ...smallSpec(), firstBoot: { scripts } }, SCRIPT).problems.map(
      ({ code, path }) => `${code} ${path.join('.')}`,
    )
  assert.equal(codes([{ path: 'a.sh', timeout: 0 }]), ['FBT012 firstBoot.scripts.0.timeout'])
  assert.equal(codes([{ path: 'a.sh', retries: 11 }]), ['FBT012 firstBoot.scripts.0.retries'])
  assert.equal(codes([{ path: 'a.sh', when: 'before-network', retries: 5 }]), ['FBT012 firstBoot.scripts.0.retries'])
  assert.equal(codes([{ path: 'a.sh', when: 'before-network', timeout: 181 }]), ['FBT013 firstBoot.scripts.0'])
  assert.equal(codes(['a.sh', 'b.sh', 'c.sh'].map((path) => ({ path, timeout: 3000 }))), ['FBT013 firstBoot.scripts.2'])
  assert.equal(codes([{ path: 'a.sh', when: 'later' }]), ['SPC004 firstBoot.scripts.0.when'])
})
