import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TargetError } from '../../../src/base/errors.ts'
import { seeded } from '../../support/seeded.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { openBytes } from './support/image.ts'
import { complaintsOf, debugfs, makeExt4, run } from './support/make.ts'
import { readModel } from './support/model.ts'
import { replayedLikeE2fsck } from './support/replayed.ts'

const test = suite('ext4: journals')

/** Damaged journals of each kind; `npm run test:long` takes more. */
const DAMAGED = Number(process.env.PIBAKE_JOURNAL_DAMAGE ?? 8)
const BLOCK = 4096
/** Blocks that nobody holds. */
const [FIRST, SECOND, ESCAPED, UNCOMMITTED] = [3000, 3001, 3002, 3003]
const MAGIC = Uint8Array.of(0xc0, 0x3b, 0x39, 0x98)
/** Where a new journal begins, in blocks; what its first block says, in bytes. */
const JOURNAL = { incompat: 0x28, error: 0x20, checksum: 0xfc } as const

/** Opens the journal and writes transactions, the last one without its commit block. */
function dirty(work: string, file: string, open: string): void {
  const filled = (byte: number) => new Uint8Array(BLOCK).fill(byte)
  const escaped = filled(3)
  escaped.set(MAGIC)
  for (const [name, content] of Object.entries({
    one: filled(1),
    two: filled(2),
    three: escaped,
    both: new Uint8Array(2 * BLOCK).fill(4),
  })) {
    writeFileSync(join(work, name), content)
  }
  debugfs(
    file,
    [
      open,
      `jw -b ${FIRST},${SECOND} ${join(work, 'both')}`,
      `jw -b ${ESCAPED} ${join(work, 'three')}`,
      // Of version 1, debugfs sums up a transaction without content wrongly: e2fsck says so too.
      ...(open === 'jo -c' ? [] : [`jw -r ${SECOND}`]),
      `jw -b ${FIRST} ${join(work, 'one')}`,
      `jw -b ${FIRST} ${join(work, 'two')}`,
      `jw -c -b ${UNCOMMITTED} ${join(work, 'one')}`,
      'jc',
    ],
    { isWriting: true },
  )
}

const kinds: readonly (readonly [name: string, args: readonly string[], open: string])[] = [
  ['without checksums', [], 'jo'],
  ['without checksums, 32 bits', ['-O', '^64bit'], 'jo'],
  ['checksums of version 1', ['-O', '^metadata_csum'], 'jo -c'],
  ['checksums of version 1, 32 bits', ['-O', '^metadata_csum,^64bit'], 'jo -c'],
  ['checksums of version 2', [], 'jo -c -v 2'],
  ['checksums of version 2, 32 bits', ['-O', '^64bit'], 'jo -c -v 2'],
  ['checksums of version 3', [], 'jo -c -v 3'],
  ['checksums of version 3, 32 bits', ['-O', '^64bit'], 'jo -c -v 3'],
]

for (const [name, args, open] of kinds) {
  test(`${name}: replayed, what was revoked and what was not committed left out`, () =>
    inWorkdir((work) => {
      const file = join(work, 'image')
      makeExt4(file, { args })
      dirty(work, file, open)
      const notes = replayedLikeE2fsck(file)
      const isRevoked = !open.endsWith('-c')
      const counts = isRevoked ? '5 transactions, 2 blocks' : '4 transactions, 3 blocks'
      assert.equal(notes, [`image: the root partition was not unmounted: its journal is replayed (${counts})`])
      const content = readFileSync(file)
      const block = (number: number) => content.subarray(number * BLOCK, (number + 1) * BLOCK)
      assert.ok(block(FIRST).every((byte) => byte === 2))
      assert.ok(block(SECOND).every((byte) => byte === (isRevoked ? 0 : 4)))
      assert.equal([...block(ESCAPED).subarray(0, 6)], [...MAGIC, 3, 3])
      assert.ok(block(UNCOMMITTED).every((byte) => byte === 0))
    }))
}

test('a journal that is mapped by block pointers', () =>
  inWorkdir((work) => {
    const file = join(work, 'image')
    makeExt4(file, { args: ['-O', '^extent,^64bit'] })
    run('tune2fs', ['-O', 'extent', file])
    dirty(work, file, 'jo')
    assert.match(replayedLikeE2fsck(file).join(), /5 transactions, 2 blocks/)
  }))

test('the mark alone, with nothing to replay', () =>
  inWorkdir((work) => {
    const file = join(work, 'image')
    makeExt4(file, { debugfs: ['feature needs_recovery'] })
    assert.match(replayedLikeE2fsck(file).join(), /0 transactions, 0 blocks/)
  }))

test('an edit after the replay: both are there, and e2fsck is content', () =>
  inWorkdir((work) => {
    const file = join(work, 'image')
    makeExt4(file, { tree: { 'etc/hostname': 'pi\n' } })
    dirty(work, file, 'jo -c -v 3')
    const before = readFileSync(file)
    const { edit, fs } = openBytes(before)
    fs.writeFile('/etc/hostname', new TextEncoder().encode('new\n'), { mode: 0o644, owner: { uid: 0, gid: 0 } })
    fs.finish()
    const after = new Uint8Array(before)
    for (const { offset, bytes } of edit.extents()) after.set(bytes, offset)
    writeFileSync(file, after)
    assert.is(complaintsOf(file), '')
    const { fs: again } = openBytes(after)
    assert.equal(again.recovered, [])
    assert.is(new TextDecoder().decode(again.readFile('/etc/hostname')), 'new\n')
  }))

/** The numbers of the files' inodes are 12 and 13. */
const SHORTER = 10_001
const big = { 'a file': new Uint8Array(30_000).fill(7), 'b file': new Uint8Array(30_000).fill(8, 0, SHORTER) }
const attributes = `ea_set <12> user.attribute "${'v'.repeat(900)}"`

test('files that were deleted while in use, and one that was being shortened', () =>
  inWorkdir((work) => {
    const file = join(work, 'image')
    const cut = [`sif <13> size ${SHORTER}`, 'sif <12> dtime 13', 'ssv last_orphan 12']
    makeExt4(file, { tree: big, debugfs: [attributes, 'unlink "a file"', 'sif <12> links_count 0', ...cut] })
    const notes = replayedLikeE2fsck(file)
    assert.equal(notes, [
      'image: 1 file that had been deleted while in use: its space is free',
      'image: 1 file that had been in the middle of a change of size: settled',
    ])
    const { fs } = openBytes(readFileSync(file))
    assert.equal(fs.list('/').includes('a file'), false)
    assert.is(fs.readFile('/b file').length, SHORTER)
  }))

const refused: ReadonlyArray<readonly [string, (file: string, work: string) => void, RegExp]> = [
  [
    'no journal',
    (file) => debugfs(file, ['feature ^has_journal needs_recovery'], { isWriting: true }),
    /it has no journal/,
  ],
  [
    'a journal on another device',
    (file) => debugfs(file, ['feature needs_recovery', 'ssv journal_dev 0x801'], { isWriting: true }),
    /journal on another device/,
  ],
  ['fast commits', (file) => patchJournal(file, JOURNAL.incompat, [0, 0, 0, 0x20]), /fast_commit/],
  ['a feature nobody has heard of', (file) => patchJournal(file, JOURNAL.incompat, [0x40, 0, 0, 0]), /features that/],
  ['an error that is noted', (file) => patchJournal(file, JOURNAL.error, [0xff, 0xff, 0xff, 0xfb]), /notes an error/],
  [
    'an orphan that is not in use',
    (file) => debugfs(file, ['ssv last_orphan 900'], { isWriting: true }),
    /inode 900 .* not in use/,
  ],
  [
    'orphans in a circle',
    (file) => debugfs(file, ['sif <12> dtime 12', 'ssv last_orphan 12'], { isWriting: true }),
    /in a circle/,
  ],
]

for (const [name, spoil, reason] of refused) {
  test(`${name}: refused by name`, () =>
    inWorkdir((work) => {
      const file = join(work, 'image')
      makeExt4(file, { tree: big })
      spoil(file, work)
      assert.throws(
        () => openBytes(readFileSync(file)),
        (error: unknown) =>
          error instanceof TargetError && reason.test(error.message) && /e2fsck -fy/.test(`${error.hint}`),
      )
    }))
}

/** Changes bytes of the superblock of the journal, which has no checksum, and lets it be dirty. */
function patchJournal(file: string, at: number, bytes: readonly number[]): void {
  debugfs(file, ['feature needs_recovery'], { isWriting: true })
  const content = readFileSync(file)
  content.set(bytes, journalStart(file) + at)
  writeFileSync(file, content)
}

function journalStart(file: string): number {
  return Number(debugfs(file, ['bmap <8> 0'])) * BLOCK
}

for (const [name, args, open] of kinds) {
  test(`${name}: ${DAMAGED} damaged ones are refused, or replayed as e2fsck does`, () =>
    inWorkdir((work) => {
      const file = join(work, 'image')
      makeExt4(file, { args, size: 16, tree: big })
      dirty(work, file, open)
      const content = readFileSync(file)
      const start = journalStart(file)
      let refusals = 0
      for (let seed = 0; seed < DAMAGED; seed++) {
        const random = seeded(seed)
        const spoilt = new Uint8Array(content)
        for (let i = random(3); i >= 0; i--) {
          // Headers and tags are at the beginning of blocks; behind the log lie zeros.
          const at = random(20) * BLOCK + (random(4) > 0 ? random(64) : random(BLOCK))
          spoilt[start + at] = random(2) === 0 ? random(256) : (spoilt[start + at] ?? 0) ^ (1 << random(8))
        }
        try {
          readModel(openBytes(spoilt).fs)
        } catch (error) {
          assert.ok(error instanceof TargetError, `seed ${seed}: ${error}`)
          refusals += 1
          continue
        }
        writeFileSync(file, spoilt)
        replayedLikeE2fsck(file)
      }
      assert.ok(refusals < DAMAGED, `${refusals}`)
    }))
}
