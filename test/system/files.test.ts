import * as assert from 'uvu/assert'
import { files } from '../../src/controls/files.ts'
import type { ExtraFile } from '../../src/spec/spec.ts'
import { memoryTree } from '../support/memory.ts'
import { suite } from '../support/suite.ts'
import { codesOf, contextOf } from './context.ts'

const test = suite('files')

const account = { password: 'x', gecos: '', home: '/', shell: '/bin/sh' }
const inventory = {
  root: memoryTree({ '/etc/motd': 'x', '/lib': { link: 'usr/lib' }, '/usr/lib/pibake/': null, '/srv/': null }),
  accounts: {
    passwd: [
      { ...account, name: 'root', uid: 0, gid: 0 },
      { ...account, name: 'www-data', uid: 33, gid: 33 },
    ],
    group: [
      { name: 'root', password: 'x', gid: 0, members: [] },
      { name: 'gpio', password: 'x', gid: 986, members: [] },
    ],
    shadow: [],
  },
}

const file = (path: string, more: Partial<ExtraFile> = {}): ExtraFile => ({
  path,
  content: new TextEncoder().encode('kit 07\n'),
  mode: 0o644,
  owner: 'root',
  group: 'root',
  ...more,
})
const compile = (list: readonly ExtraFile[]) => files.compile(contextOf({ files: list }, inventory))

test('a file is written byte for byte, with the numbers that the image has for its owner', () => {
  const part = compile([file('/srv/x', { owner: 'www-data', group: 'gpio', mode: 0o640 })])
  const operation = part.operations?.[0]
  assert.is(operation?.kind, 'file')
  assert.equal(operation?.kind === 'file' ? [operation.mode, operation.owner] : [], [0o640, { uid: 33, gid: 986 }])
  assert.is(operation?.origin.key, 'files[0]')
  assert.equal(codesOf(part), [])
})

test('places where a file does nothing, or does harm', () => {
  const list = [
    '/etc/shadow',
    '/etc/passwd-',
    '/etc/sudoers',
    '/boot/firmware/config.txt',
    '/run/x',
    '/proc/sys/x',
    '/etc/pibake/plan',
    '/lib/pibake/x',
    '/etc/machine-id',
    '/srv',
  ]
  const part = compile(list.map((path) => file(path)))
  assert.equal(
    codesOf(part),
    list.map((_, i) => `FIL012 files.${i}.path`),
  )
  assert.equal(part.operations, [])
})

test('sudoers.d: names that sudo ignores, and modes that it refuses', () => {
  assert.equal(codesOf(compile([file('/etc/sudoers.d/50-kit.conf', { mode: 0o440 })])), ['FIL014 files.0.path'])
  assert.equal(codesOf(compile([file('/etc/sudoers.d/50-kit~', { mode: 0o440 })])), ['FIL014 files.0.path'])
  assert.equal(codesOf(compile([file('/etc/sudoers.d/50-kit')])), ['FIL014 files.0.mode'])
  assert.equal(codesOf(compile([file('/etc/sudoers.d/50-kit', { mode: 0o440 })])), [])
})

test('modes that give rights away', () => {
  for (const mode of [0o4755, 0o2755, 0o666, 0o777]) {
    assert.equal(codesOf(compile([file('/srv/x', { mode })])), ['FIL015 files.0.mode'], mode.toString(8))
  }
})

test('an owner that is not there', () => {
  const part = compile([file('/srv/x', { owner: 'www-dta', group: 'gpoi' })])
  assert.equal(codesOf(part), ['FIL016 files.0.owner', 'FIL016 files.0.group'])
  assert.match(part.problems?.[0]?.hint ?? '', /www-data/)
  assert.match(part.problems?.[1]?.hint ?? '', /gpio/)
})
