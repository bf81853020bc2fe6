import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TargetError } from '../../src/base/errors.ts'
import type { PartitionChoice } from '../../src/write/apply/choose-partitions.ts'
import { imageTarget } from '../../src/write/apply/open-image.ts'
import { MemoryBytes } from '../support/memory-bytes.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import {
  boot,
  bytes,
  type Card,
  data,
  dirtyData,
  dirtyFatData,
  fatData,
  luks,
  MIB,
  magic,
  makeCard,
  root,
  swap,
} from './support/card.ts'
import { edited } from './support/edited.ts'

const test = suite('shapes: partitions')

const USUAL = [
  { at: 1, size: 5, type: 'c', holds: boot(16) },
  { at: 6, size: 24, holds: root() },
] as const
/** Filled to the last byte: what touches it is seen. */
const noise = (size: number) => bytes(Buffer.alloc(size * MIB, 0xa5))
const A = '0a0a0a0a-1111-4111-8111-111111111111'
const B = '0b0b0b0b-2222-4222-8222-222222222222'

/** Two slots: boot partitions 1 and 2, root partitions 3 and 4; what `root=` of each says. */
const slots = (...named: readonly [string, string]): Card => ({
  size: 70,
  parts: [
    { at: 1, size: 5, type: 'c', holds: boot(16, named[0]) },
    { at: 6, size: 5, type: 'c', holds: boot(16, named[1]) },
    { at: 12, size: 24, holds: root(A) },
    { at: 40, size: 24, holds: root(B) },
  ],
})

/** What is taken, with the offsets in MiB of the boot and the root partition that are meant. */
const taken: Readonly<Record<string, readonly [card: Card, boot: number, root: number, choice?: PartitionChoice]>> = {
  'FAT16 and ext4': [{ parts: USUAL }, 1, 6],
  'the same in a GPT': [{ table: 'gpt', parts: USUAL.map(({ at, size, holds }) => ({ at, size, holds })) }, 1, 6],
  'ext4 data and swap behind the root': [
    { parts: [...USUAL, { at: 30, size: 8, holds: data }, { at: 40, size: 4, type: '82', holds: swap }] },
    1,
    6,
  ],
  'ext4 data and FAT data before the root, in a GPT': [
    {
      table: 'gpt',
      parts: [
        { at: 1, size: 8, holds: data },
        { at: 10, size: 6, holds: fatData },
        { at: 16, size: 5, holds: boot(16, 'PARTLABEL=system') },
        { at: 22, size: 24, name: 'system', holds: root() },
        { at: 50, size: 4, holds: noise(4) },
      ],
    },
    16,
    22,
  ],
  'data that was not unmounted': [
    { parts: [...USUAL, { at: 32, size: 8, holds: dirtyData }, { at: 42, size: 16, type: 'c', holds: dirtyFatData }] },
    1,
    6,
  ],
  'LUKS data': [{ parts: [...USUAL, { at: 40, size: 4, holds: luks }] }, 1, 6],
  'logical partitions, one of them LUKS': [
    {
      parts: [
        ...USUAL,
        { at: 31, size: 32, type: '5' },
        { at: 63, size: 1 },
        { at: 33, size: 8, holds: data },
        { at: 45, size: 4, holds: luks },
      ],
    },
    1,
    6,
  ],
  'the root as a logical partition': [
    {
      parts: [
        { at: 1, size: 5, type: 'c', holds: boot(16, '/dev/mmcblk0p6') },
        { at: 6, size: 50, type: '5' },
        { at: 57, size: 1 },
        { at: 58, size: 1 },
        { at: 8, size: 8, holds: data },
        { at: 20, size: 24, holds: root() },
      ],
    },
    1,
    20,
  ],
  'an ext4 that cannot be opened beside the root': [
    { parts: [...USUAL, { at: 40, size: 4, holds: magic(1024 + 56, '53ef') }] },
    1,
    6,
  ],
  'two roots, one of them named by PARTUUID': [
    { size: 70, parts: [USUAL[0], USUAL[1], { at: 40, size: 24, holds: root(B) }] },
    1,
    6,
  ],
  'two roots, one of them named by UUID': [
    {
      size: 70,
      parts: [
        { at: 1, size: 5, type: 'c', holds: boot(16, `UUID=${B.toUpperCase()}`) },
        { at: 6, size: 24, holds: root(A) },
        { at: 40, size: 24, holds: root(B) },
      ],
    },
    1,
    40,
  ],
  'slots, chosen by the root': [slots('PARTUUID=0fac1a1e-03', '/dev/sda4'), 6, 40, { rootPartition: 4 }],
  'slots, chosen by the boot partition': [slots('PARTUUID=0fac1a1e-03', '/dev/sda4'), 1, 12, { bootPartition: 1 }],
  'slots that name nothing, chosen by both': [
    slots('/dev/disk/by-slot/active', '/dev/disk/by-slot/active'),
    1,
    40,
    { bootPartition: 1, rootPartition: 4 },
  ],
}

for (const [what, [card, bootAt, rootAt, choice]] of Object.entries(taken)) {
  test(`taken: ${what}`, () =>
    inWorkdir((work) => {
      const file = join(work, 'card.img')
      makeCard(file, card)
      const found = edited(file, work, choice)
      assert.equal([found.boot.offset / MIB, found.root.offset / MIB], [bootAt, rootAt])
    }))
}

test('a root of Bullseye is found, and refused as such', () =>
  inWorkdir((work) => {
    const file = join(work, 'card.img')
    const bullseye = Buffer.from(
      'PRETTY_NAME="Raspbian GNU/Linux 11 (bullseye)"\nID=raspbian\nVERSION_CODENAME=bullseye\n',
    )
    const older = root(undefined, (tree) => {
      tree.nodes.set('/usr/lib/os-release', { kind: 'file', content: bullseye, mode: 0o644, uid: 0, gid: 0 })
    })
    makeCard(file, { parts: [USUAL[0], { at: 6, size: 24, holds: older }, { at: 40, size: 4, holds: data }] })
    assert.throws(
      () => edited(file, work),
      (error: Error) =>
        error instanceof TargetError &&
        /Raspberry Pi OS on Raspbian GNU\/Linux 11 \(bullseye\)/.test(error.message) &&
        /Bookworm .* and Trixie .* are supported/.test(error.hint ?? ''),
    )
  }))

/** What is refused, with the message and the hint. */
const refused: Readonly<
  Record<string, readonly [card: Card, message: RegExp, hint: RegExp, choice?: PartitionChoice]>
> = {
  'slots that both could be meant': [
    slots('PARTUUID=0fac1a1e-03', '/dev/sda4'),
    /more than one system: boot partitions 1 and 2, root partitions 3 and 4 \(1 starts 3 and 2 starts 4\)$/,
    /choose one: --boot-partition 1 --root-partition 3 or --boot-partition 2 --root-partition 4$/,
  ],
  'two roots that nothing names': [
    {
      size: 70,
      parts: [
        { at: 1, size: 5, type: 'c', holds: boot(16, '/dev/disk/by-slot/system') },
        { at: 6, size: 24, holds: root(A) },
        { at: 40, size: 24, holds: root(B) },
      ],
    },
    /more than one root partition: partitions 2 and 3 hold a system each$/,
    /choose one: --root-partition 2 or --root-partition 3$/,
  ],
  'two boot partitions for one root': [
    {
      parts: [USUAL[0], USUAL[1], { at: 40, size: 5, type: 'c', holds: boot(16) }],
    },
    /more than one boot partition: partitions 1 and 3, for the root 2$/,
    /choose one: --boot-partition 1 or --boot-partition 3$/,
  ],
  'a number that is not there': [
    { parts: USUAL },
    /partition 7 is not one with ext4: 1 is FAT and 2 is ext4$/,
    /^$/,
    { rootPartition: 7 },
  ],
  'the number of swap': [
    { parts: [...USUAL, { at: 40, size: 4, holds: swap }] },
    /partition 3 is not one with FAT: 1 is FAT, 2 is ext4 and 3 is swap$/,
    /^$/,
    { bootPartition: 3 },
  ],
  'a root in LUKS, and data': [
    { parts: [USUAL[0], { at: 6, size: 24, holds: luks }, { at: 40, size: 4, holds: data }] },
    /partition 2 is encrypted \(LUKS\)$/,
    /mount what is in it/,
  ],
  'only data': [
    { parts: [USUAL[0], { at: 6, size: 8, holds: data }, { at: 40, size: 4, holds: data }] },
    /no root partition: neither os-release nor an init is in partitions 2 and 3$/,
    /--root-partition/,
  ],
  'nothing but FAT and swap': [
    { parts: [USUAL[0], { at: 40, size: 4, holds: swap }] },
    /no root partition \(ext4\): 1 is FAT and 2 is swap$/,
    /whole card/,
  ],
  ...Object.fromEntries(
    (
      [
        ['btrfs', 65_600, '5f42485266535f4d'],
        ['f2fs', 1024, '1020f5f2'],
        ['xfs', 0, '58465342'],
        ['erofs', 1024, 'e2e1f5e0'],
        ['squashfs', 0, '68737173'],
        ['LVM', 512, '4c4142454c4f4e45'],
      ] as const
    ).map(([name, offset, hex]) => [
      `a root of ${name}, and data`,
      [
        { parts: [USUAL[0], { at: 6, size: 24, holds: magic(offset, hex) }, { at: 40, size: 4, holds: data }] },
        new RegExp(`the root partition 2 is ${name}, and pibake edits ext4 alone$`),
        /losetup -fP --show .*use --boot and --root/,
      ],
    ]),
  ),
}

for (const [what, [card, message, hint, choice]] of Object.entries(refused)) {
  test(`refused: ${what}`, () =>
    inWorkdir((work) => {
      const file = join(work, 'card.img')
      makeCard(file, card)
      const before = readFileSync(file)
      assert.throws(
        () => imageTarget(new MemoryBytes(before), file, choice),
        (error: Error) => error instanceof TargetError && message.test(error.message) && hint.test(error.hint ?? ''),
        `${message}`,
      )
    }))
}
