import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Operation } from '../../../src/core/plan/operation.ts'
import { overlayBytes } from '../../../src/write/emit/overlay-bytes.ts'
import { writeOverlay } from '../../../src/write/emit/overlay-tar.ts'
import { operationOf } from '../../support/operations.ts'
import { directory, file, symlink } from '../../support/plant.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('overlay tar')
const EPOCH = 1_700_000_000
const long = `/etc/${'long-name/'.repeat(30)}end`

const operations: readonly Operation[] = [
  operationOf('/etc/shadow', { ...file('alice:$y$:\n', 0o640), uid: 0, gid: 42 }),
  operationOf('/etc/nobody-reads', { ...file('x', 0), uid: 0, gid: 0 }),
  operationOf('/usr/bin/setuid', { ...file('x', 0o4755), uid: 0, gid: 0 }),
  operationOf('/home/alice', { ...directory(0o700), uid: 1001, gid: 1002 }),
  operationOf('/home/far', { ...file('x'), uid: 300_000, gid: 3_000_000 }),
  operationOf('/etc/localtime', symlink('/usr/share/zoneinfo/Europe/Vienna')),
  operationOf('/etc/ü', { ...file('é'), uid: 0, gid: 0 }),
  operationOf(long, { ...file('deep'), uid: 0, gid: 0 }),
  operationOf('/etc/sudoers.d/010_pi-nopasswd', undefined),
  operationOf('/cmdline.txt', { ...file('console=tty1\n'), uid: 0, gid: 0 }, 'boot'),
]

/** What GNU tar makes of it: `mode uid/gid time name`. */
function listed(tar: string): string[] {
  const options = ['--list', '--verbose', '--numeric-owner', '--utc', '--full-time', '--quoting-style=literal']
  return execFileSync('tar', [...options, '--file', tar], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '))
}

test('GNU tar reads kind, mode, owner, time and name as they were meant', () =>
  inWorkdir(async (work) => {
    const tar = join(work, 'overlay.tar')
    await writeOverlay(
      tar,
      operations.map((operation) => ({ operation, before: { kind: 'absent' } })),
      { epoch: EPOCH },
    )
    const time = '2023-11-14 22:13:20'
    assert.equal(listed(tar), [
      `-rw-r--r-- 0/0 13 ${time} boot/firmware/cmdline.txt`,
      `lrwxrwxrwx 0/0 0 ${time} etc/localtime -> /usr/share/zoneinfo/Europe/Vienna`,
      `-rw-r--r-- 0/0 4 ${time} ${long.slice(1)}`,
      `---------- 0/0 1 ${time} etc/nobody-reads`,
      `-rw-r----- 0/42 11 ${time} etc/shadow`,
      `-rw------- 0/0 0 ${time} etc/sudoers.d/.wh.010_pi-nopasswd`,
      `-rw-r--r-- 0/0 2 ${time} etc/ü`,
      `drwx------ 1001/1002 0 ${time} home/alice/`,
      `-rw-r--r-- 300000/3000000 1 ${time} home/far`,
      `-rwsr-xr-x 0/0 1 ${time} usr/bin/setuid`,
    ])
    assert.is(lstatSync(tar).mode & 0o777, 0o600)
    assert.equal(readdirSync(work), ['overlay.tar'], 'nothing is left beside it')

    const out = join(work, 'out')
    mkdirSync(out)
    execFileSync('tar', ['--extract', '--no-same-owner', '--file', tar, '--directory', out])
    assert.is(readFileSync(join(out, 'etc/shadow'), 'utf8'), 'alice:$y$:\n')
    assert.is(readFileSync(join(out, long), 'utf8'), 'deep')
    assert.is(readlinkSync(join(out, 'etc/localtime')), '/usr/share/zoneinfo/Europe/Vienna')
  }))

test('the same bytes, whatever the order of the operations', async () => {
  const once = await overlayBytes(operations, { epoch: EPOCH })
  assert.equal(await overlayBytes([...operations].reverse(), { epoch: EPOCH }), once)
  assert.not.equal(await overlayBytes(operations, { epoch: EPOCH + 1 }), once)
})

test('a time after 2038 is kept', () =>
  inWorkdir(async (work) => {
    const tar = join(work, 'overlay.tar')
    const [first] = operations
    if (first === undefined) throw new Error('no operation')
    await writeOverlay(tar, [{ operation: first, before: { kind: 'absent' } }], { epoch: 4_000_000_000 })
    assert.match(listed(tar)[0] ?? '', /2096-10-02 07:06:40/)
  }))

test('no half tar where it cannot be written', () =>
  inWorkdir(async (work) => {
    mkdirSync(join(work, 'overlay.tar'))
    const error = await writeOverlay(join(work, 'overlay.tar'), [], { epoch: EPOCH }).catch((e) => e)
    assert.instance(error, Error)
    assert.equal(readdirSync(work), ['overlay.tar'])
  }))
