import * as assert from 'uvu/assert'
import { files } from '../../../src/core/controls/files.ts'
import type { ExtraFile, User } from '../../../src/core/spec-file/spec.ts'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { contextOf, problemsOf } from '../../support/control.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('files')

const inventory = {
  root: memoryTree({
    '/etc/motd': 'x',
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n',
    '/etc/group': 'root:x:0:\ngpio:x:986:\n',
    '/lib': { link: 'usr/lib' },
    '/usr/lib/pibake/': null,
    '/srv/': null,
  }),
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
  assert.equal(problemsOf(part), [])
})

test('an owner that the spec brings has its number already', () => {
  const alice: User = {
    name: 'alice',
    passwordHash: undefined,
    authorizedKeys: [],
    groups: [],
    sudo: 'none',
    mustChangePassword: false,
    expires: undefined,
    shell: '/bin/bash',
  }
  const list = [file('/srv/x', { owner: 'alice', group: 'alice' })]
  const sample = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  const context = contextOf({ files: list, users: [alice] }, inspect(sample, { allowBooted: false }))
  const operation = files.compile(context).operations?.[0]
  assert.equal(operation?.kind === 'file' ? operation.owner : undefined, { uid: 1001, gid: 1001 })
  assert.equal(problemsOf(files.compile(contextOf({ files: list, users: [] }, inventory))), [
    'FIL016 files[0].owner',
    'FIL016 files[0].group',
  ])
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
    '/etc/wpa_supplicant/wpa_supplicant.conf',
    '/etc/wpa_supplicant/wpa_supplicant-wlan0.conf',
    '/etc/dhcpcd.conf',
    '/etc/network/interfaces',
    '/etc/network/interfaces.d/wlan0',
    '/srv',
  ]
  const part = compile(list.map((path) => file(path)))
  assert.equal(
    problemsOf(part),
    list.map((_, i) => `FIL012 files[${i}].path`),
  )
  assert.equal(part.operations, [])
})

test('sudoers.d: names that sudo ignores, and modes that it refuses', () => {
  assert.equal(problemsOf(compile([file('/etc/sudoers.d/50-kit.conf', { mode: 0o440 })])), ['FIL014 files[0].path'])
  assert.equal(problemsOf(compile([file('/etc/sudoers.d/50-kit~', { mode: 0o440 })])), ['FIL014 files[0].path'])
  assert.equal(problemsOf(compile([file('/etc/sudoers.d/50-kit')])), ['FIL014 files[0].mode'])
  assert.equal(problemsOf(compile([file('/etc/sudoers.d/50-kit', { mode: 0o440 })])), [])
})

test('a profile of NetworkManager is for root alone, or it is ignored', () => {
  const path = '/etc/NetworkManager/system-connections/kit.nmconnection'
  assert.equal(problemsOf(compile([file(path)])), ['FIL015 files[0].mode'])
  assert.equal(problemsOf(compile([file(path, { mode: 0o600, owner: 'www-data' })])), ['FIL015 files[0].mode'])
  assert.equal(problemsOf(compile([file(path, { mode: 0o600 })])), [])
})

test('modes that give rights away', () => {
  for (const mode of [0o4755, 0o2755, 0o666, 0o777]) {
    assert.equal(problemsOf(compile([file('/srv/x', { mode })])), ['FIL015 files[0].mode'], mode.toString(8))
  }
})

test('an owner that is not there', () => {
  const part = compile([file('/srv/x', { owner: 'www-dta', group: 'gpoi' })])
  assert.equal(problemsOf(part), ['FIL016 files[0].owner', 'FIL016 files[0].group'])
  assert.match(part.problems?.[0]?.hint ?? '', /www-data/)
  assert.match(part.problems?.[1]?.hint ?? '', /gpio/)
})
