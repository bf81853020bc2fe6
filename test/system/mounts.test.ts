import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { SpaceError, TargetError } from '../../src/base/errors.ts'
import type { Operation } from '../../src/core/plan/operation.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { commit } from '../../src/write/apply/commit.ts'
import { changesOn } from '../support/bake-fixture.ts'
import { operationOf } from '../support/operations.ts'
import { directory, file, plant } from '../support/plant.ts'
import { snapshot } from '../support/snapshot.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

// Real file systems: as root.
const test = suite('commit on real mounts')
const sh = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' })

/** Mounts something at `work/root` (made if needed) for the time of `use`. */
async function mounted(work: string, options: string[], use: (root: string) => Promise<void>): Promise<void> {
  const root = join(work, 'root')
  mkdirSync(root, { recursive: true })
  sh('mount', ...options, root)
  try {
    await use(root)
  } finally {
    sh('umount', root)
  }
}

/** Commits on the root partition; gives the error, if there was one. */
async function attempt(root: string, operations: readonly Operation[]): Promise<unknown> {
  const target = { root: new DirectoryTree(root), boot: undefined }
  try {
    await commit(target, changesOn(target, operations), { epoch: 1_700_000_000 })
    return undefined
  } catch (error) {
    return error
  } finally {
    target.root.close()
  }
}

const base = [
  ['/etc', directory()],
  ['/etc/hostname', file('raspberrypi\n')],
] as const

test('a partition without room', () =>
  inWorkdir((work) =>
    mounted(work, ['-t', 'tmpfs', '-o', 'size=256k,mode=755', 'tmpfs'], async (root) => {
      plant(root, base)
      const before = snapshot(root)
      const big = operationOf('/etc/big', file('x'.repeat(300_000)))
      const error = await attempt(root, [big, operationOf('/etc/hostname', file('kit\n'))])
      assert.instance(error, SpaceError)
      assert.match((error as Error).message, /bytes are needed, \d+ are free/)
      assert.equal(snapshot(root), before)
    }),
  ))

test('a partition without inodes', () =>
  inWorkdir((work) =>
    mounted(work, ['-t', 'tmpfs', '-o', 'nr_inodes=12,mode=755', 'tmpfs'], async (root) => {
      plant(root, base)
      const before = snapshot(root)
      const many = Array.from({ length: 12 }, (_, i) => operationOf(`/etc/f${String(i).padStart(2, '0')}`, file('x')))
      const error = await attempt(root, many)
      assert.instance(error, SpaceError)
      assert.match((error as Error).message, /inodes are needed/)
      assert.equal(snapshot(root), before)
    }),
  ))

test('a read-only mount', () =>
  inWorkdir((work) =>
    mounted(work, ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs'], async (root) => {
      plant(root, base)
      sh('mount', '-o', 'remount,ro', root)
      const error = await attempt(root, [operationOf('/etc/hostname', file('kit\n'))])
      assert.instance(error, TargetError)
      assert.match((error as TargetError).hint ?? '', /is mounted read-only/)
    }),
  ))

test('device nodes are neither opened nor replaced', () =>
  inWorkdir(async (work) => {
    const root = join(work, 'root')
    mkdirSync(root)
    plant(root, base)
    sh('mknod', join(root, 'etc/disk'), 'b', '7', '200')
    sh('mknod', join(root, 'etc/zero'), 'c', '1', '5')
    const tree = new DirectoryTree(root)
    for (const path of ['/etc/disk', '/etc/zero']) {
      assert.throws(() => tree.read(path), /is not a regular file \(device\)/)
      assert.match(String(await attempt(root, [operationOf(path, file('x'))])), /neither file, directory nor link/)
      assert.match(String(await attempt(root, [operationOf(`${path}/x`, file('x'))])), /is a device/)
    }
    tree.close()
  }))

test('a mount inside the partition is not entered, not even a bind mount of the same file system', () =>
  inWorkdir(async (work) => {
    const outside = join(work, 'outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'canary'), 'canary-of-the-host')
    const before = snapshot(outside, { times: true })
    plant(work, [
      ['/base', directory()],
      ['/base/etc', directory()],
      ['/base/home', directory()],
      ['/base/home/pi', directory()],
      ['/base/home/pi/data', directory()],
      ['/base/etc/hostname', file('x')],
    ])
    const root = join(work, 'base')
    sh('mount', '--bind', outside, join(root, 'home/pi/data'))
    sh('mount', '--bind', join(outside, 'canary'), join(root, 'etc/hostname'))
    try {
      const tree = new DirectoryTree(root)
      for (const look of [
        () => tree.read('/home/pi/data/canary'),
        () => tree.list('/home/pi/data'),
        () => tree.read('/etc/hostname'),
      ]) {
        assert.throws(look, /is on another mount/)
      }
      tree.close()
      const attacks: Operation[] = [
        operationOf('/home/pi/data/new', file('x')),
        operationOf('/home/pi/data', directory(0o700)),
        operationOf('/home/pi', undefined),
      ]
      for (const operation of attacks) {
        const error = await attempt(root, [operation])
        assert.instance(error, TargetError, operation.path)
        assert.match((error as Error).message, /another mount|mounted in a directory/)
      }
    } finally {
      sh('umount', join(root, 'etc/hostname'))
      sh('umount', join(root, 'home/pi/data'))
    }
    assert.equal(snapshot(outside, { times: true }), before)
  }))

test('ACLs and extended attributes of a replaced file are kept, its mode is as planned', () =>
  inWorkdir((work) =>
    mounted(work, ['-o', 'loop', image(work)], async (root) => {
      plant(root, base)
      sh('setfacl', '-m', 'u:1234:r', join(root, 'etc/hostname'))
      sh('setfattr', '-n', 'user.note', '-v', 'kept', join(root, 'etc/hostname'))
      sh('setcap', 'cap_net_raw+ep', join(root, 'etc/hostname'))
      assert.is(await attempt(root, [operationOf('/etc/hostname', file('kit\n', 0o640))]), undefined)
      const now = join(root, 'etc/hostname')
      assert.is(readFileSync(now, 'utf8'), 'kit\n')
      assert.is(lstatSync(now).mode & 0o7777, 0o640)
      assert.match(sh('getfacl', '--omit-header', '--absolute-names', now), /user:1234:r/)
      assert.match(sh('getfattr', '--absolute-names', '-n', 'user.note', now), /kept/)
      assert.match(sh('getcap', now), /cap_net_raw/)
      assert.is(sh('getfattr', '--absolute-names', '-d', join(root, 'etc')), '', 'nobody else gets any')
    }),
  ))

/** A file of 40 MB with an ext4 in it. */
function image(work: string): string {
  const path = join(work, 'image')
  sh('truncate', '--size=40M', path)
  sh('mkfs.ext4', '-q', path)
  return path
}
