import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { findPartitions } from '../../src/image/partitions.ts'
import { TargetError } from '../../src/tree/tree.ts'
import { MIB, run } from '../fat32/support/fat-image.ts'
import { MemoryBytes } from '../support/memory-bytes.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('partitions of an image')

type Content = 'fat' | 'fat16' | 'ext4' | 'luks' | 'nothing'

/** An image of 64 MiB that sfdisk partitioned. Partitions are given in MiB. */
async function image(
  options: { table: 'dos' | 'gpt'; parts: readonly { at: number; size: number; holds: Content; type?: string }[] },
  use: (bytes: MemoryBytes) => void,
): Promise<void> {
  await inWorkdir((work) => {
    const path = join(work, 'card.img')
    closeSync(openSync(path, 'w'))
    truncateSync(path, 64 * MIB)
    const lines = options.parts.map(
      ({ at, size, type }) => `start=${at * 2048}, size=${size * 2048}${type === undefined ? '' : `, type=${type}`}`,
    )
    const script = [`label: ${options.table}`, ...lines].join('\n')
    execFileSync('sfdisk', ['--quiet', '--no-tell-kernel', path], { input: script, stdio: ['pipe', 'pipe', 'pipe'] })
    const file = openSync(path, 'r+')
    options.parts.forEach(({ at, size, holds }, i) => {
      const content = make(work, holds, size * MIB, `${i}`)
      writeSync(file, content, 0, content.length, at * MIB)
    })
    closeSync(file)
    use(new MemoryBytes(new Uint8Array(readFileSync(path))))
  })
}

function make(work: string, holds: Content, size: number, name: string): Uint8Array {
  const path = join(work, name)
  writeFileSync(path, '')
  truncateSync(path, size)
  if (holds === 'fat') run('mkfs.vfat', ['-F', '32', '-s', '1', path])
  if (holds === 'fat16') run('mkfs.vfat', ['-F', '16', path])
  if (holds === 'ext4') run('mkfs.ext4', ['-q', '-F', path])
  // LUKS2, "LUKS2 On-Disk Format Specification" 2.1: the binary header begins so.
  if (holds === 'luks') return Uint8Array.of(0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe, 0, 2)
  return readFileSync(path)
}

const refused = (bytes: MemoryBytes, why: RegExp) =>
  assert.throws(
    () => findPartitions(bytes, 'card.img'),
    (error: Error) => error instanceof TargetError && why.test(error.message) && error.message.startsWith('card.img: '),
  )

const USUAL = [
  { at: 8, size: 20, holds: 'fat' },
  { at: 28, size: 30, holds: 'ext4' },
] as const

for (const table of ['dos', 'gpt'] as const) {
  test(`${table}: found by their content, whatever the order and the alignment`, async () => {
    await image({ table, parts: USUAL }, (bytes) => {
      assert.equal(findPartitions(bytes, 'card.img'), {
        boot: { offset: 8 * MIB, size: 20 * MIB },
        root: { offset: 28 * MIB, size: 30 * MIB },
      })
    })
    const parts = [
      { at: 4, size: 10, holds: 'ext4' },
      { at: 14, size: 8, holds: 'nothing' },
      { at: 24, size: 20, holds: 'fat16' },
    ] as const
    await image({ table, parts }, (bytes) => {
      assert.equal(findPartitions(bytes, 'card.img'), {
        boot: { offset: 24 * MIB, size: 20 * MIB },
        root: { offset: 4 * MIB, size: 10 * MIB },
      })
    })
  })

  test(`${table}: truncated, wherever it is cut`, () =>
    image({ table, parts: USUAL }, ({ bytes }) => {
      for (const size of [0, 100, 511]) refused(new MemoryBytes(bytes.slice(0, size)), /not a disk image/)
      for (const size of [512, 600, 1024, 9 * MIB, 58 * MIB - 1]) {
        refused(new MemoryBytes(bytes.slice(0, size)), /truncated/)
      }
    }))

  test(`${table}: more than one candidate, none, encrypted`, async () => {
    const holding = (...kinds: Content[]) => ({
      table,
      parts: kinds.map((holds, i) => ({ at: 2 + i * 12, size: 12, holds })),
    })
    await image(holding('ext4'), (bytes) => {
      assert.equal(findPartitions(bytes, 'card.img'), { root: { offset: 2 * MIB, size: 12 * MIB } })
    })
    await image(holding('fat', 'ext4', 'ext4'), (bytes) => refused(bytes, /more than one root .*2 and 3/))
    await image(holding('fat', 'fat', 'ext4'), (bytes) => refused(bytes, /more than one boot .*1 and 2/))
    await image(holding('fat', 'nothing'), (bytes) => refused(bytes, /no root partition/))
    await image(holding('fat', 'ext4', 'luks'), (bytes) => refused(bytes, /partition 3 is encrypted/))
  })
}

test('an extended partition is not looked into', () =>
  image({ table: 'dos', parts: [{ at: 8, size: 30, holds: 'nothing', type: '5' }] }, (bytes) =>
    refused(bytes, /no root partition.*extended partition 1/),
  ))

test('no table, an empty one, and one partition in place of a card', async () => {
  refused(new MemoryBytes(new Uint8Array(MIB)), /no partition table/)
  await image({ table: 'dos', parts: [] }, (bytes) => refused(bytes, /empty/))
  await inWorkdir((work) => {
    refused(new MemoryBytes(make(work, 'ext4', 8 * MIB, 'a')), /no partition table/)
    refused(new MemoryBytes(make(work, 'fat', 40 * MIB, 'b')), /no partition table|empty/)
  })
})

test('partitions that lie on each other or on the table', () =>
  image({ table: 'dos', parts: USUAL }, ({ bytes }) => {
    const moved = bytes.slice()
    new DataView(moved.buffer).setUint32(446 + 16 + 8, 27 * 2048, true)
    refused(new MemoryBytes(moved), /partition 2 overlaps partition 1/)
    new DataView(moved.buffer).setUint32(446 + 8, 0, true)
    refused(new MemoryBytes(moved), /partition 1 overlaps the partition table/)
  }))

test('a GPT whose header or entries were changed is refused; its copy at the end is not needed', () =>
  image({ table: 'gpt', parts: USUAL }, ({ bytes }) => {
    for (let at = 512; at < 512 + 92; at++) {
      const value = bytes[at] ?? 0
      bytes[at] = value ^ 0x10
      refused(new MemoryBytes(bytes), /GPT/)
      bytes[at] = value
    }
    const entries = bytes.slice()
    entries[1024 + 33] = (entries[1024 + 33] ?? 0) ^ 1
    refused(new MemoryBytes(entries), /entries are damaged/)
    const noCopy = bytes.slice()
    noCopy.fill(0, 63 * MIB)
    assert.is(findPartitions(new MemoryBytes(noCopy), 'card.img').root.offset, 28 * MIB)
  }))

test('a table of random bytes is refused or understood, and never anything else', () =>
  image({ table: 'gpt', parts: USUAL }, ({ bytes }) => {
    let seed = 1
    const random = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return seed
    }
    for (let round = 0; round < 3000; round++) {
      const changed = bytes.slice(0, MIB)
      for (let i = 0; i < 3; i++) changed[440 + (random() % 700)] = random() >>> 24
      try {
        findPartitions({ size: bytes.length, read: (at, n) => (at < MIB ? changed : bytes).subarray(at, at + n) }, 'x')
      } catch (error) {
        assert.instance(error, TargetError)
      }
    }
  }))
