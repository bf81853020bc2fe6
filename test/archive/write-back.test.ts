import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { whileWrittenBack } from '../../src/archive/write-back.ts'
import { writeFully } from '../../src/image/file-io.ts'
import { realDisk } from '../../src/tree/disk.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { MIB, same } from './support.ts'

const test = suite('archive: writing back')
/** Long enough for a first sync. */
const LONG = 700

test('a file is synced while it is filled, and gets what is written to it', async () => {
  await inWorkdir(async (directory) => {
    const fd = openSync(join(directory, 'a.img'), 'wx+')
    try {
      const written = await whileWrittenBack(fd, async () => {
        const bytes = Buffer.alloc(MIB, 'a')
        writeFully(realDisk, fd, 0, bytes)
        await sleep(LONG)
        return bytes
      })
      const found = Buffer.alloc(MIB)
      realDisk.readSync(fd, found, 0, MIB, 0)
      same(found, written, 'file')
    } finally {
      closeSync(fd)
    }
  })
})

test('a sync that fails is told, unless the work has failed', async () => {
  // What the kernel cannot sync.
  const fd = openSync('/dev/null', 'w')
  try {
    assert.is(await whileWrittenBack(fd, async () => 'too short to be synced'), 'too short to be synced')
    await throws(() => whileWrittenBack(fd, () => sleep(LONG)), /EINVAL: invalid argument, fdatasync/)
    const broken = async () => {
      await sleep(LONG)
      throw new Error('broken archive')
    }
    await throws(() => whileWrittenBack(fd, broken), /broken archive/)
  } finally {
    closeSync(fd)
  }
})

async function throws(call: () => Promise<unknown>, expected: RegExp): Promise<void> {
  let message = 'nothing was thrown'
  await call().catch((error: Error) => {
    message = error.message
  })
  assert.match(message, expected)
}
