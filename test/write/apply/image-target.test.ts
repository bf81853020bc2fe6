import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { type Disk, realDisk } from '../../../src/base/disk/disk.ts'
import { TargetError } from '../../../src/base/errors.ts'
import { changesOf } from '../../../src/core/plan/changes.ts'
import type { Change } from '../../../src/core/plan/state.ts'
import { ImageTarget } from '../../../src/write/apply/image-target.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { makeCard, OPERATIONS } from './support/card.ts'

const test = suite('an image that was read for the plan')

const EPOCH = { epoch: 1_700_000_000 }

/** A card whose last change is long past, as far as its times can tell, planned; and how often each place was read. */
async function planned(
  work: string,
  use: (image: ImageTarget, changes: readonly Change[], reads: Map<number, number>, path: string) => Promise<void>,
): Promise<void> {
  const path = join(work, 'card.img')
  makeCard(path)
  await setTimeout(200)
  const reads = new Map<number, number>()
  const readSync = (file: number, into: Uint8Array, offset: number, length: number, at: number) => {
    reads.set(at, (reads.get(at) ?? 0) + 1)
    return realDisk.readSync(file, into, offset, length, at)
  }
  const image = new ImageTarget(path, {}, { ...realDisk, readSync } as Disk)
  await use(image, changesOf(image, OPERATIONS), reads, path)
}

/** Where the partition table is: whoever opens the image reads it, and no edit writes it. */
const TABLE = 0

test('is not opened again by the commit', () =>
  inWorkdir((work) =>
    planned(work, async (image, changes, reads) => {
      assert.is(reads.get(TABLE), 1)
      await image.commit(changes, EPOCH)
      assert.is(reads.get(TABLE), 1)
      assert.equal(changesOf(image, OPERATIONS), [])
    }),
  ))

test('is read again when somebody wrote to it since: what the plan is of has changed', () =>
  inWorkdir((work) =>
    planned(work, async (image, changes, _, path) => {
      const bytes = readFileSync(path)
      bytes.write('raspberrypo', bytes.indexOf('raspberrypi\n'))
      writeFileSync(path, bytes)
      const before = readFileSync(path)
      let thrown: unknown
      await image.commit(changes, EPOCH).catch((error: unknown) => {
        thrown = error
      })
      assert.instance(thrown, TargetError)
      assert.match(String(thrown), 'not as it was when the plan was made')
      assert.ok(readFileSync(path).equals(before))
    }),
  ))

test('is read again for a second commit and after a recovery', () =>
  inWorkdir((work) =>
    planned(work, async (image, changes, reads, path) => {
      image.recover()
      const before = reads.get(TABLE) ?? 0
      assert.is(image.root.lstat('/etc/hostname')?.kind, 'file')
      assert.is(reads.get(TABLE), before + 1)
      await image.commit(changes, EPOCH)
      const done = readFileSync(path)
      let thrown: unknown
      await image.commit(changes, EPOCH).catch((error: unknown) => {
        thrown = error
      })
      assert.match(String(thrown), 'not as it was when the plan was made')
      assert.ok(readFileSync(path).equals(done))
    }),
  ))

test('with the longer file of somebody else is not taken for the same', () =>
  inWorkdir((work) =>
    planned(work, async (image, changes, reads, path) => {
      appendFileSync(path, new Uint8Array(512))
      const before = reads.get(TABLE) ?? 0
      await image.commit(changes, EPOCH)
      assert.ok((reads.get(TABLE) ?? 0) > before)
      assert.equal(changesOf(image, OPERATIONS), [])
    }),
  ))
