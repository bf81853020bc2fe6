import { execFileSync } from 'node:child_process'
import { renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type Disk, realDisk } from '../../../src/base/disk/disk.ts'
import { PlainFile } from '../../../src/base/disk/plain-file.ts'
import { TruncatedError } from '../../../src/base/errors.ts'
import { onFile, refuses } from '../../storage/image/support/on-file.ts'
import { faultyDisk } from '../../support/faulty-disk.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('plain files')

test('it is read in any piece, and by calls that give less than they are asked for', () =>
  onFile((path) => {
    const slow: Disk = {
      ...realDisk,
      readSync: ((file: number, bytes: Uint8Array, at: number, length: number, position: number) =>
        realDisk.readSync(file, bytes, at, Math.min(length, 7), position)) as Disk['readSync'],
    }
    for (const disk of [realDisk, slow]) {
      const image = new PlainFile(path, { disk: disk })
      assert.is(image.size, 10_000)
      assert.equal(
        [...image.read(9990, 10)],
        Array.from({ length: 10 }, (_, i) => ((9990 + i) >> 3) & 0xff),
      )
      assert.is(image.read(10_000, 0).length, 0)
      assert.throws(
        () => image.read(9999, 2),
        (error: Error) => error instanceof TruncatedError,
      )
      image.close()
    }
  }))

test('one that shrinks meanwhile is truncated, one that is changed or swapped is found', () =>
  onFile((path) => {
    const image = new PlainFile(path)
    image.assertUnchanged()
    utimesSync(path, 1, 1)
    refuses(() => image.assertUnchanged(), /changed by somebody else/)
    truncateSync(path, 5000)
    refuses(() => image.assertUnchanged(), /changed by somebody else/)
    refuses(() => image.read(4999, 2), /my card.img: truncated/)
    refuses(() => image.readInto(new Uint8Array(2), 4999), /my card.img: truncated/)
    image.close()
    const second = new PlainFile(path)
    renameSync(path, `${path}.old`)
    refuses(() => second.assertUnchanged(), /changed by somebody else|no such file/)
    writeFileSync(path, new Uint8Array(5000))
    refuses(() => second.assertUnchanged(), /changed by somebody else/)
    second.close()
  }))

test('anything but a plain file is refused, and says what to give instead', () =>
  inWorkdir((work) => {
    refuses(() => new PlainFile(join(work, 'none')), /no such file/)
    refuses(() => new PlainFile(work), /is a directory.*--boot and --root/)
    refuses(() => new PlainFile('/dev/null'), /not a plain file/)
    execFileSync('mkfifo', [join(work, 'fifo')])
    refuses(() => new PlainFile(join(work, 'fifo')), /not a plain file/)
    const blockDevice: Disk = {
      ...realDisk,
      fstatSync: ((file: number) =>
        Object.assign(realDisk.fstatSync(file), {
          isFile: () => false,
          isBlockDevice: () => true,
        })) as Disk['fstatSync'],
    }
    refuses(() => new PlainFile('/dev/null', { disk: blockDevice }), /is a device.*image file/)
  }))

test('a call that fails is an error that names the image', () =>
  onFile((path) => {
    let calls = 0
    for (let fired = true; fired; calls += 1) {
      const faulty = faultyDisk({ at: calls + 1, lasts: 'once', code: 'EIO', among: 'all' })
      const attempt = () => {
        const image = new PlainFile(path, { disk: faulty.disk })
        try {
          image.read(0, 100)
        } finally {
          image.close()
        }
      }
      try {
        attempt()
        assert.not(faulty.fired())
      } catch (error) {
        assert.match(String(error), /cannot read .*my card\.img: EIO/)
      }
      fired = faulty.fired()
    }
    assert.is(calls, 4)
  }))
