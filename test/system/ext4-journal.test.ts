import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TargetError } from '../../src/base/errors.ts'
import { ImageTarget } from '../../src/write/apply/image-target.ts'
import { debugfs, makeExt4, variants } from '../storage/ext4/support/make.ts'
import { replayedLikeE2fsck } from '../storage/ext4/support/replayed.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { EXT4, makeSampleImage } from '../write/bake/support/sample-image.ts'
import { dirtyJournals } from './support/dirty-journals.ts'
import { attempt, run } from './support/run.ts'

// As root: journals that the kernel wrote, cut off while it was mounted.
const test = suite('ext4: journals of the kernel')

/** Mounts of each shape; `npm run test:long` takes more. */
const MOUNTS = Number(process.env.PIBAKE_JOURNALS ?? 1)
/** Copies while it is mounted, beside the one of the power cut in the end. */
const COPIES = MOUNTS === 1 ? 0 : 3

/** Each with another way to write the journal; the checksums of version 1 come from mounts without metadata_csum. */
const shapes: readonly (readonly [name: string, args: readonly string[], options: string])[] = [
  ...Object.entries(variants)
    .filter(([name]) => name !== 'no journal')
    .map(([name, args]) => [name, args, ''] as const),
  ['content in the journal', [], 'data=journal'],
  ['content in the journal, blocks of 1 KiB', ['-b', '1024'], 'data=journal'],
  ['checksums of version 1', ['-O', '^metadata_csum'], 'journal_checksum'],
  [
    'checksums of version 1, commits at any time',
    ['-O', '^metadata_csum,^64bit'],
    'journal_async_commit,data=writeback',
  ],
  ['commits at any time', [], 'journal_async_commit,data=writeback'],
  ['content written whenever', [], 'data=writeback'],
]

let journals = 0
const sums = { transactions: 0, blocks: 0, files: 0 }

for (const [name, args, options] of shapes) {
  test(`${name}: replayed as e2fsck does it, block for block`, async () => {
    const all: string[] = []
    for (let seed = 0; seed < MOUNTS; seed++) {
      await inWorkdir((work) => {
        const file = join(work, 'image')
        makeExt4(file, { args: ['-J', 'size=4', ...args], size: 24, tree: { 'etc/hostname': 'pi\n' } })
        for (const cut of dirtyJournals(file, { options, seed: 1000 * name.length + seed, copies: COPIES })) {
          all.push(...replayedLikeE2fsck(cut))
          journals += 1
        }
      })
    }
    const [transactions = 0] = numbers(all, /(\d+) transactions?/)
    assert.ok(transactions > 0, all.join('\n'))
    sums.transactions += transactions
    sums.blocks += numbers(all, /(\d+) blocks?/)[0] ?? 0
    sums.files += numbers(all, /(\d+) files?/)[0] ?? 0
  })
}

test('a damaged journal in an image: the command line of the refusal repairs it', () =>
  inWorkdir((work) => {
    const image = join(work, 'a card.img')
    makeSampleImage(image)
    // The sample's blocks have 1 KiB; nobody holds the last one.
    const content = new Uint8Array(1024).fill(7)
    writeFileSync(join(work, 'content'), content)
    const commands = ['jo -c -v 3', `jw -b ${EXT4.size / 1024 - 1} ${join(work, 'content')}`, 'jc']
    debugfs(`${image}?offset=${EXT4.offset}`, commands, { isWriting: true })
    const damaged = readFileSync(image)
    damaged[damaged.indexOf(content)] = 8
    writeFileSync(image, damaged)
    let hint = ''
    assert.throws(
      () => new ImageTarget(image).root,
      (error: unknown) => {
        hint = error instanceof TargetError ? `${error.hint}` : ''
        return /not unmounted, and cannot be recovered: the checksum of block/.test(`${error}`)
      },
    )
    const [, command = ''] = /^repair it first: (L=.*)$/.exec(hint) ?? []
    attempt(['sh', '-c', command.replaceAll('sudo ', '')])
    assert.ok(new ImageTarget(image).root.list('/etc').length > 0)
    assert.is(run(['losetup', '-j', image]), '')
  }))

test.after(() => {
  const { transactions, blocks, files } = sums
  console.log(`${journals} journals: ${transactions} transactions, ${blocks} blocks, ${files} files deleted or settled`)
})

function numbers(lines: readonly string[], pattern: RegExp): number[] {
  return [lines.reduce((sum, line) => sum + Number(pattern.exec(line)?.[1] ?? 0), 0)]
}
