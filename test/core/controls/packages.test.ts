import * as assert from 'uvu/assert'
import { packages } from '../../../src/core/controls/packages.ts'
import type { Spec } from '../../../src/core/spec-file/spec.ts'
import { dependencyGroups, neededBy } from '../../../src/device/formats/dependencies.ts'
import { readPackages } from '../../../src/device/inspect/packages.ts'
import { contextOf, problemsOf, quiet } from '../../support/control.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('packages')

const stanza = (name: string, fields: Record<string, string> = {}) =>
  Object.entries({ Package: name, Status: 'install ok installed', Version: '1', ...fields })
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('')

const status = [
  stanza('openssh-server', { Depends: 'libssl3 (>= 3), lsb-base | init-system-helpers, default-mta | mail-agent:any' }),
  stanza('libssl3', { 'Pre-Depends': 'libc6' }),
  stanza('libc6', { Description: 'C library\n more: text\n Depends: nothing' }),
  stanza('init-system-helpers', { Essential: 'yes' }),
  stanza('exim4', { Provides: 'mail-agent' }),
  stanza('postfix', { Provides: 'mail-agent (= 1)' }),
  stanza('avahi-daemon', { Depends: 'libavahi' }),
  stanza('libavahi'),
  stanza('gone', { Status: 'deinstall ok config-files', Depends: 'libavahi' }),
  stanza('linux-image-rpi-v8'),
].join('\n')
const root = memoryTree({ '/var/lib/dpkg/status': status })
const names = ['avahi-daemon', 'libssl3', 'libc6', 'openssh-server']

function remove(list: readonly string[], spec: Partial<Spec> = {}) {
  return packages.compile(
    contextOf(
      { packages: { ...quiet.packages, remove: list }, ...spec },
      { root, packages: new Map(names.map((name) => [name, '1'])) },
    ),
  )
}

test('what is asked for is requested', () => {
  const part = packages.compile(contextOf({ packages: { ...quiet.packages, install: ['vim', 'git'] } }))
  assert.equal(
    part.packages?.map(({ name, action }) => `${action} ${name}`),
    ['install vim', 'install git'],
  )
})

test('what can go goes', () => {
  const part = remove(['avahi-daemon'])
  assert.equal(problemsOf(part), [])
  assert.equal(
    part.packages?.map(({ name, action }) => `${action} ${name}`),
    ['remove avahi-daemon'],
  )
})

test('what the way in needs stays, and so does what that depends on', () => {
  const list = ['openssh-server', 'libssl3', 'libc6', 'init-system-helpers', 'sudo', 'linux-image-rpi-v8']
  const part = remove(list)
  assert.equal(
    problemsOf(part),
    list.map((_, i) => `PKG002 packages.remove[${i}]`),
  )
  assert.match(part.problems?.[1]?.message ?? '', /openssh-server needs it/)
  assert.equal(part.packages, [])
})

test('what only the spec wanted may go when the spec does not want it', () => {
  const off = remove(['ufw', 'fail2ban', 'unattended-upgrades', 'apparmor'])
  assert.equal(problemsOf(off), [])
  const on = remove(['fail2ban'], { fail2ban: { enabled: true, ignoreip: [], mail: false, defaults: {}, jails: {} } })
  assert.equal(problemsOf(on), ['PKG002 packages.remove[0]'])
})

test('a dependency that two installed packages meet keeps neither', () => {
  const reasons = neededBy(readPackages(root), ['openssh-server'])
  assert.is(reasons.get('exim4'), undefined)
  assert.is(reasons.get('postfix'), undefined)
  assert.is(reasons.get('init-system-helpers'), 'openssh-server')
})

test('dependencies are read without versions and architectures', () => {
  assert.equal(dependencyGroups('libc6 (>= 2.36), a:any | b (= 1:2.3-4), c'), [['libc6'], ['a', 'b'], ['c']])
  assert.equal(dependencyGroups(''), [])
})

test('removed packages keep nothing', () => {
  assert.is(readPackages(root).get('gone'), undefined)
  assert.is(neededBy(readPackages(root), ['gone']).get('libavahi'), undefined)
})

test('a package that is not there is told, with the nearest name', () => {
  const notes = remove(['avahi-deamon', 'zzz']).notes ?? []
  assert.match(notes[0]?.message ?? '', /did you mean 'avahi-daemon'/)
  assert.is(notes[0]?.severity, 'warning')
  assert.is(notes[1]?.severity, 'info')
})
