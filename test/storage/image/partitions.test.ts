import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TargetError } from '../../../src/base/errors.ts'
import { readPartitions } from '../../../src/storage/image/partitions.ts'
import { MemoryBytes } from '../../support/memory-bytes.ts'
import { seeded } from '../../support/seeded.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { MIB, run } from '../fat/support/fat-image.ts'

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
      // An extended partition keeps the record that sfdisk wrote.
      if (holds === 'nothing') return
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
    () => readPartitions(bytes, 'card.img'),
    (error: Error) => error instanceof TargetError && why.test(error.message) && error.message.startsWith('card.img: '),
  )

const USUAL = [
  { at: 8, size: 20, holds: 'fat' },
  { at: 28, size: 30, holds: 'ext4' },
] as const

for (const table of ['dos', 'gpt'] as const) {
  test(`${table}: with what is in them, whatever the order and the alignment`, async () => {
    const seen = (bytes: MemoryBytes) =>
      readPartitions(bytes, 'card.img').map(({ number, offset, size, content }) => [
        number,
        offset / MIB,
        size / MIB,
        content,
      ])
    await image({ table, parts: USUAL }, (bytes) => {
      assert.equal(seen(bytes), [
        [1, 8, 20, 'fat'],
        [2, 28, 30, 'ext4'],
      ])
    })
    const parts = [
      { at: 4, size: 10, holds: 'ext4' },
      { at: 14, size: 8, holds: 'nothing' },
      { at: 24, size: 20, holds: 'fat16' },
      { at: 50, size: 2, holds: 'luks' },
    ] as const
    await image({ table, parts }, (bytes) => {
      assert.equal(seen(bytes), [
        [1, 4, 10, 'ext4'],
        [2, 14, 8, undefined],
        [3, 24, 20, 'fat'],
        [4, 50, 2, 'LUKS'],
      ])
    })
  })

  test(`${table}: PARTUUID and name as blkid says`, () =>
    image({ table, parts: USUAL }, ({ bytes }) =>
      inWorkdir((work) => {
        const path = join(work, 'card.img')
        writeFileSync(path, bytes)
        const script = JSON.parse(run('sfdisk', ['--json', path])).partitiontable
        for (const { number, partuuid } of readPartitions(new MemoryBytes(bytes), 'card.img')) {
          const wanted = table === 'gpt' ? script.partitions[number - 1].uuid : `${script.id.slice(2)}-0${number}`
          assert.is(partuuid, wanted.toLowerCase())
        }
      }),
    ))

  test(`${table}: truncated, wherever it is cut`, () =>
    image({ table, parts: USUAL }, ({ bytes }) => {
      for (const size of [0, 100, 511]) refused(new MemoryBytes(bytes.slice(0, size)), /not a disk image/)
      for (const size of [512, 600, 1024, 9 * MIB, 58 * MIB - 1]) {
        refused(new MemoryBytes(bytes.slice(0, size)), /truncated/)
      }
    }))
}

test('logical partitions are numbered from 5 on; a chain that leads outside or in a circle ends', () =>
  image(
    {
      table: 'dos',
      parts: [
        { at: 4, size: 10, holds: 'ext4' },
        { at: 16, size: 40, holds: 'nothing', type: '5' },
        { at: 58, size: 1, holds: 'nothing' },
        { at: 60, size: 1, holds: 'nothing' },
        { at: 20, size: 4, holds: 'ext4' },
        { at: 26, size: 4, holds: 'nothing' },
        { at: 32, size: 4, holds: 'luks' },
      ],
    },
    ({ bytes }) => {
      const seen = (changed: Uint8Array) =>
        readPartitions(new MemoryBytes(changed), 'x').map(
          ({ number, offset, content }) => `${number} ${offset / MIB} ${content}`,
        )
      const primary = ['1 4 ext4', '3 58 undefined', '4 60 undefined']
      assert.equal(seen(bytes), [...primary, '5 20 ext4', '6 26 undefined', '7 32 LUKS'])
      const changed = bytes.slice()
      const fields = new DataView(changed.buffer)
      const record = 16 * MIB + 446
      fields.setUint32(record + 16 + 8, 41 * 2048, true)
      assert.equal(seen(changed), [...primary, '5 20 ext4'])
      const next = bytes.slice()
      const second = new DataView(bytes.buffer).getUint32(record + 16 + 8, true)
      // The second record names itself as the next one.
      new DataView(next.buffer).setUint32(16 * MIB + second * 512 + 446 + 16 + 8, second, true)
      refused(new MemoryBytes(next), /partition \d+ overlaps partition \d+/)
      next[16 * MIB + 511] = 0
      assert.equal(seen(next), primary)
    },
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
    assert.is(readPartitions(new MemoryBytes(noCopy), 'card.img')[1]?.offset, 28 * MIB)
  }))

test('a table of random bytes is refused or understood, and never anything else', () =>
  image({ table: 'gpt', parts: USUAL }, ({ bytes }) => {
    const random = seeded(1)
    for (let round = 0; round < 3000; round++) {
      const changed = bytes.slice(0, MIB)
      for (let i = 0; i < 3; i++) changed[440 + random(700)] = random(256)
      try {
        readPartitions({ size: bytes.length, read: (at, n) => (at < MIB ? changed : bytes).subarray(at, at + n) }, 'x')
      } catch (error) {
        assert.instance(error, TargetError)
      }
    }
  }))
