import { createHash } from 'node:crypto'
import * as assert from 'uvu/assert'
import { hasDigests, type PackageFileState, packageFileState } from '../../../src/device/inspect/package-digests.ts'
import { memoryTree, type Sketch } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite("files as dpkg's lists have them")

const digest = (text: string) => createHash('md5').update(text).digest('hex')
const dpkg = 'Package: dpkg\nStatus: install ok installed\nArchitecture: arm64\nVersion: 1.22\n\n'
const base: Readonly<Record<string, Sketch>> = {
  '/bin': { link: 'usr/bin' },
  '/lib': { link: 'usr/lib' },
  '/usr/bin/sudo': 'sudo',
  '/usr/bin/su': 'su',
  '/usr/lib/libc.so.6': 'libc',
  '/etc/sudo.conf': 'conf',
  '/var/lib/dpkg/status': `${dpkg}Package: sudo\nStatus: install ok installed\nArchitecture: arm64\nVersion: 1\nConffiles:\n /etc/sudo.conf ${digest('conf')}\n /etc/a file ${digest('a')} obsolete\n /etc/new newconffile\nDescription: sudo\n\n`,
  '/var/lib/dpkg/info/sudo.md5sums': `${digest('sudo')}  usr/bin/sudo\n`,
  '/var/lib/dpkg/info/util-linux.md5sums': `${digest('su')}  bin/su\n`,
  '/var/lib/dpkg/info/libc6:arm64.md5sums': `${digest('libc')}  usr/lib/libc.so.6\n`,
}

type Case = [title: string, change: Record<string, Sketch>, path: string, packages: string[], state: PackageFileState]

const diverted = {
  '/var/lib/dpkg/diversions': '/usr/bin/sudo\n/usr/bin/sudo.distrib\n:\n/bin/su\n/bin/su.old\nutil-linux\n',
}
const cases: Case[] = [
  ['a file of a package', {}, '/usr/bin/sudo', ['sudo'], 'own'],
  ['another content', { '/usr/bin/sudo': 'mine' }, '/usr/bin/sudo', ['sudo'], 'changed'],
  ['a link to something else', { '/usr/bin/sudo': { link: '/usr/bin/su' } }, '/usr/bin/sudo', ['sudo'], 'changed'],
  ['a link to nothing', { '/usr/bin/sudo': { link: '/nowhere' } }, '/usr/bin/sudo', ['sudo'], 'changed'],
  ['the list of no package that is named', {}, '/usr/bin/sudo', ['login'], 'unknown'],
  ['one of two packages', {}, '/usr/bin/su', ['login', 'util-linux'], 'own'],
  ['listed by its old place, asked for by the new', {}, '/usr/bin/su', ['util-linux'], 'own'],
  ['asked for by its old place', {}, '/bin/sudo', ['sudo'], 'own'],
  ['a package with its architecture', {}, '/lib/libc.so.6', ['libc6'], 'own'],
  ['through a link that no list names', { '/usr/lib/c.so': { link: 'libc.so.6' } }, '/usr/lib/c.so', ['libc6'], 'own'],
  ['a configuration file', {}, '/etc/sudo.conf', [], 'own'],
  ['a changed configuration file', { '/etc/sudo.conf': 'mine' }, '/etc/sudo.conf', [], 'changed'],
  ['a name with a space, obsolete', { '/etc/a file': 'a' }, '/etc/a file', [], 'own'],
  ['a configuration file that was never put in place', { '/etc/new': '' }, '/etc/new', [], 'unknown'],
  ['diverted by the administrator', diverted, '/usr/bin/sudo', ['sudo'], 'unknown'],
  [
    'where it was diverted to',
    { ...diverted, '/usr/bin/sudo.distrib': 'sudo' },
    '/usr/bin/sudo.distrib',
    ['sudo'],
    'own',
  ],
  ['diverted by the package itself', diverted, '/usr/bin/su', ['util-linux'], 'own'],
]

for (const [title, change, path, packages, state] of cases) {
  test(`${title}: ${state}`, () => {
    assert.is(packageFileState(memoryTree({ ...base, ...change }), path, packages), state)
  })
}

test('a file that is gone is changed; a package without a list has no digests', () => {
  const root = memoryTree(base)
  root.nodes.delete('/usr/bin/sudo')
  assert.is(packageFileState(root, '/usr/bin/sudo', ['sudo']), 'changed')
  assert.is(hasDigests(root, 'sudo'), true)
  assert.is(hasDigests(root, 'login'), false)
})
