import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { bmapText, parseBmap } from '../../src/write/emit/bmap-xml.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { makeBases, SPEC } from '../write/bake/support/bases.ts'
import { EXT4, env, FAT } from '../write/bake/support/sample-image.ts'
import { pibake, program } from './support/pibake.ts'
import { attempt, run } from './support/run.ts'

const test = suite('flash: cards that are loop devices')

/** `PIBAKE_KILLS=50` for a long run. */
const KILLS = Number(process.env.PIBAKE_KILLS ?? 3)
const MIB = 1024 * 1024
const BLOCK = 4096
const OLD = 0xa5
/** Of a card: more than the image. */
const SIZE = 120 * MIB
const EPOCH = { SOURCE_DATE_EPOCH: '1790000000' }

/** A loop device over a file of its own, as a card that was used before. */
interface LoopCard {
  readonly device: string
  readonly file: string
  /** The words that take it. */
  readonly to: readonly string[]
  detach(): void
}

function loopCard(file: string, { size = SIZE, options = [] as readonly string[] } = {}): LoopCard {
  writeFileSync(file, Buffer.alloc(size, OLD))
  const device = run(['losetup', ...options, '--find', '--show', file]).trim()
  return {
    device,
    file,
    to: ['--to', device, '--force-device', file],
    detach: () => run(['losetup', '--detach', device]),
  }
}

async function withCards<T>(cards: readonly LoopCard[], use: () => T | Promise<T>): Promise<T> {
  try {
    return await use()
  } finally {
    for (const card of cards) card.detach()
  }
}

/** A spec, bases, and what `bake` makes of them: `kit.img`, with its bmap. */
let shared: { place: string; spec: string; base: string; kit: Kit } | undefined

test.before(async () => {
  const place = mkdtempSync('/dev/shm/pibake-flash-')
  await makeBases(place)
  const [spec, base, out] = [join(place, SPEC), join(place, 'base.img.xz'), join(place, 'kit.img')]
  const baked = pibake(['bake', spec, base, '-o', out], { env: EPOCH })
  assert.is(baked.status, 0, baked.stderr)
  const { ranges } = parseBmap(readFileSync(`${out}.bmap`, 'utf8'))
  shared = { place, spec, base, kit: { file: out, bytes: readFileSync(out), ranges } }
})

test.after(() => rmSync(shared?.place ?? '', { recursive: true, force: true }))

function prepared(): NonNullable<typeof shared> {
  if (shared === undefined) throw new Error('not prepared')
  return shared
}

interface Kit {
  readonly file: string
  readonly bytes: Buffer
  readonly ranges: ReturnType<typeof parseBmap>['ranges']
}

/** Holds a card against what `bake` made: what the image uses is the same, and nothing else was touched but the end. */
function assertIs(card: LoopCard, { bytes, ranges }: Kit): void {
  const made = readFileSync(card.file)
  let end = 0
  for (const { first, last } of ranges) {
    const [from, to] = [first * BLOCK, (last + 1) * BLOCK]
    assert.ok(made.subarray(from, to).equals(bytes.subarray(from, to)), `blocks ${first} to ${last}`)
    assert.ok(made.subarray(end, from).equals(Buffer.alloc(from - end, OLD)), `before block ${first}`)
    end = to
  }
  assert.ok(made.subarray(made.length - MIB).equals(Buffer.alloc(MIB)))
}

const hasNoTable = (card: LoopCard) => readFileSync(card.file).subarray(0, MIB).equals(Buffer.alloc(MIB))

/** Whether its first bytes are still those of an earlier use. */
function isOld(card: LoopCard): boolean {
  const file = openSync(card.file, 'r')
  try {
    const start = Buffer.alloc(512)
    readSync(file, start, 0, start.length, 0)
    return start.equals(Buffer.alloc(512, OLD))
  } finally {
    closeSync(file)
  }
}

test('a used card: what bake makes, on the way; both file systems are sound over what the card held before', () =>
  inWorkdir(async (work) => {
    const { place, spec, kit } = prepared()
    writeFileSync(join(work, 'base.img.gz'), execFileSync('gzip', ['-1', '--stdout', join(place, 'base.img')]))
    const asked = [[spec, join(work, 'base.img.gz')], [kit.file]]
    for (const words of asked) {
      const card = loopCard(join(work, 'card'))
      await withCards([card], () => {
        const done = pibake(['flash', ...words, ...card.to, '--yes'], { env: EPOCH })
        assert.is(done.status, 0, `${words}: ${done.stderr}`)
        assert.match(done.stdout, /^Wrote \/dev\/loop\d+ .*; all read back, past the cache\.$/m)
        assert.match(done.stdout, 'It can be pulled out now.')
        assertIs(card, kit)
      })
      const bytes = readFileSync(card.file)
      writeFileSync(join(work, 'fat'), bytes.subarray(FAT.offset, FAT.offset + FAT.size))
      execFileSync('fsck.vfat', ['-n', join(work, 'fat')], { env, stdio: 'pipe' })
      execFileSync('e2fsck', ['-fn', `${card.file}?offset=${EXT4.offset}`], { env, stdio: 'pipe' })
    }
  }))

test('a delta of a fleet, laid over its base on the way; one that is damaged, or of another base, is refused before', () =>
  inWorkdir(async (work) => {
    const { place, spec, kit } = prepared()
    const base = join(place, 'base.img')
    writeFileSync(join(work, 'kits.csv'), 'id\nkit-1\n')
    const fleet = ['fleet', spec, '--inventory', join(work, 'kits.csv'), '--base', base, '--format', 'delta']
    const made = pibake([...fleet, '-o', join(work, 'out')], { env: EPOCH })
    assert.is(made.status, 0, made.stderr)
    const delta = join(work, 'out/devices/kit-1.delta')
    const card = loopCard(join(work, 'card'))
    await withCards([card], () => {
      const flash = (file: string, over: string) => pibake(['flash', file, '--delta', over, ...card.to, '--yes'])
      const bytes = readFileSync(delta)
      writeFileSync(join(work, 'cut.delta'), bytes.subarray(0, -100))
      for (const [file, over] of [
        [base, join(work, 'cut.delta')],
        [kit.file, delta],
      ] as const) {
        const refused = flash(file, over)
        assert.is(refused.status, 3, refused.stdout + refused.stderr)
        assert.ok(isOld(card), over)
      }
      const done = flash(base, delta)
      assert.is(done.status, 0, done.stderr)
      assert.match(done.stdout, 'It can be pulled out now.')
      assertIs(card, kit)
    })
  }))

test('a bmap that leaves out zeros which a file system uses is not believed', () =>
  inWorkdir(async (work) => {
    const { kit } = prepared()
    const image = join(work, 'kit.img')
    copyFileSync(kit.file, image)
    const ranges = kit.ranges.filter(({ first, last }) =>
      kit.bytes.subarray(first * BLOCK, (last + 1) * BLOCK).some((byte) => byte !== 0),
    )
    writeFileSync(`${image}.bmap`, bmapText({ imageSize: kit.bytes.length, ranges: ranges.slice(1) }))
    const card = loopCard(join(work, 'card'))
    await withCards([card], () => {
      assert.is(pibake(['flash', image, ...card.to, '--yes']).status, 0)
      assertIs(card, kit)
    })
  }))

test('what must not be overwritten is refused, and nothing is written', () =>
  inWorkdir(async (work) => {
    const { spec, base } = prepared()
    const card = loopCard(join(work, 'card'))
    const small = loopCard(join(work, 'small'), { options: ['--sizelimit', `${100 * MIB}`] })
    const locked = loopCard(join(work, 'locked'), { options: ['--read-only'] })
    // With a file system that is mounted.
    const used = loopCard(join(work, 'used'))
    const folder = join(work, 'a folder')
    mkdirSync(folder)
    await withCards([card, small, locked, used], async () => {
      const refused = (words: readonly string[], status: number, message: RegExp) => {
        const done = pibake(['flash', ...words])
        assert.is(done.status, status, `${words}: ${done.stderr}`)
        assert.match(done.stderr, message)
      }
      const yes = [spec, base, '--yes']
      refused([...yes], 2, /which card\? --to is missing/)
      refused([spec, '--to', card.device], 2, /the image is missing/)
      refused([base, spec, ...card.to], 2, /swapped/)
      refused(
        [...yes, '--to', card.device],
        3,
        /not a card or stick that can be pulled out\n {2}hint: .*--force-device/,
      )
      refused([...yes, '--to', card.device, '--force-device', 'x'], 3, /can be pulled out/)
      refused([...yes, ...card.to, '--force-device', 'x'], 2, /no device of --to has this serial/)
      refused([...yes, ...card.to, '--to', card.device], 2, /named twice/)
      refused([spec, base, ...card.to], 2, /nobody can be asked.*\n {2}hint: .*--force-device .* --yes/)
      refused([...yes, ...small.to], 3, /is too small/)
      refused([...yes, ...locked.to], 3, /write-protected/)
      refused([...yes, '--to', card.file], 3, /not a block device/)
      refused([...yes, '--to', join(work, 'nothing')], 3, /not a block device/)
      const held = openSync(card.device, constants.O_RDONLY | constants.O_EXCL)
      refused([...yes, ...card.to], 3, /cannot open .*EBUSY/)
      closeSync(held)
      assert.ok(readFileSync(card.file).equals(Buffer.alloc(SIZE, OLD)))

      run(['mkfs.ext4', '-q', '-F', used.device])
      run(['mount', used.device, folder])
      refused([...yes, ...used.to], 3, /is mounted at .*a folder\n {2}hint: --unmount .*umount '.*a folder'/)
      const done = pibake(['flash', ...yes, ...used.to, '--unmount'], { env: EPOCH })
      assert.is(done.status, 0, done.stderr)
      assert.is(attempt(['mountpoint', '--quiet', folder]).status, 32)
      assert.is(pibake(['flash', spec, base, '--to', card.device, '--to', small.device]).status, 3)
      const lockOut = join(work, 'lock-out.yaml')
      writeFileSync(lockOut, JSON.stringify({ version: 1, users: [{ name: 'alice' }] }))
      const shut = pibake(['flash', lockOut, base, ...card.to, '--yes'])
      assert.ok([2, 5].includes(shut.status ?? 0), shut.stderr)
    })
    assert.ok(readFileSync(card.file).equals(Buffer.alloc(SIZE, OLD)))
  }))

test('two cards, one with less memory than it says: the other is good, this one has no table', () =>
  inWorkdir(async (work) => {
    const { spec, base, kit } = prepared()
    const good = loopCard(join(work, 'good'))
    const tight = join(work, 'tight')
    mkdirSync(tight)
    run(['mount', '-t', 'tmpfs', '-o', 'size=50m', 'tmpfs', tight])
    try {
      // What the file system has no room for is lost at the write-back, as in a card that is worn out.
      const file = join(tight, 'card')
      writeFileSync(file, '')
      truncateSync(file, SIZE)
      const filler = join(tight, 'filler')
      writeFileSync(filler, Buffer.alloc(38 * MIB, 1))
      const device = run(['losetup', '--find', '--show', file]).trim()
      const bad: LoopCard = {
        device,
        file,
        to: ['--to', device, '--force-device', file],
        detach: () => run(['losetup', '--detach', device]),
      }
      await withCards([good, bad], () => {
        const done = pibake(['flash', spec, base, ...good.to, ...bad.to, '--yes', '--json'], { env: EPOCH })
        assert.is(done.status, 1, done.stderr)
        const { cards } = JSON.parse(done.stdout) as { cards: { device: string; state: string; why: string | null }[] }
        assert.equal(
          cards.map(({ device, state }) => ({ device, state })),
          [
            { device: good.device, state: 'good' },
            { device, state: 'unusable' },
          ],
        )
        assertIs(good, kit)
        const alone = pibake(['flash', spec, base, ...bad.to, '--yes'])
        assert.is(alone.status, 1)
        assert.match(alone.stderr, /is NOT USABLE, it has no partition table; flash it again, or take another card/)
        assert.ok(hasNoTable(bad))
      })
    } finally {
      run(['umount', '--lazy', tight])
    }
  }))

test('a damaged archive is found at its end: the card has no table', () =>
  inWorkdir(async (work) => {
    const { spec, base } = prepared()
    const bytes = readFileSync(base)
    const at = Math.floor(bytes.length * 0.2)
    bytes[at] = (bytes[at] ?? 0) ^ 0xff
    const damaged = join(work, 'damaged.img.xz')
    writeFileSync(damaged, bytes)
    const card = loopCard(join(work, 'card'))
    await withCards([card], () => {
      const done = pibake(['flash', spec, damaged, ...card.to, '--yes'])
      assert.ok([1, 3].includes(done.status ?? 0), done.stderr)
      assert.ok(hasNoTable(card) || isOld(card))
    })
  }))

test(`killed at ${KILLS} moments, and called off: no table, or the whole card; the next one goes through`, () =>
  inWorkdir(async (work) => {
    const { spec, base, kit } = prepared()
    const card = loopCard(join(work, 'card'))
    const start = () => {
      const words = [program, 'flash', spec, base, ...card.to, '--yes']
      const child = spawn(process.execPath, words, {
        env: { ...process.env, ...EPOCH },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let said = ''
      child.stderr.on('data', (text: Buffer) => {
        said += text.toString()
      })
      return { child, ended: once(child, 'close'), said: () => said }
    }
    await withCards([card], async () => {
      const began = performance.now()
      const [status] = await start().ended
      assert.is(status, 0)
      const whole = performance.now() - began
      const seen = { old: 0, none: 0, whole: 0 }
      for (let kill = 0; kill < KILLS; kill += 1) {
        writeFileSync(card.file, Buffer.alloc(SIZE, OLD))
        const delay = whole * (((kill + 1) * 0.618) % 1)
        const { child, ended } = start()
        await sleep(delay)
        child.kill('SIGKILL')
        await ended
        const now = readFileSync(card.file)
        if (hasNoTable(card)) seen.none += 1
        else if (isOld(card)) {
          seen.old += 1
          assert.ok(now.subarray(MIB).equals(Buffer.alloc(SIZE - MIB, OLD)), `killed after ${delay} ms`)
        } else {
          seen.whole += 1
          assertIs(card, kit)
        }
      }
      // Called off as soon as the card is begun.
      writeFileSync(card.file, Buffer.alloc(SIZE, OLD))
      const { child, ended, said } = start()
      while (
        child.exitCode === null &&
        readFileSync(card.file)
          .subarray(0, 16)
          .every((byte) => byte === OLD)
      )
        await sleep(5)
      child.kill('SIGINT')
      const [code] = await ended
      if (code !== 0) {
        assert.is(code, 130, said())
        assert.match(said(), /interrupted: .*NOT USABLE/)
        assert.ok(hasNoTable(card))
      }
      const [last] = await start().ended
      assert.is(last, 0)
      if (KILLS > 3) console.log(`${KILLS} inputs of kills: ${JSON.stringify(seen)}`)
    })
    assertIs(card, kit)
  }))

test('on a terminal it shows what is on the card and takes its name, and nothing else', () =>
  inWorkdir(async (work) => {
    const { spec, base, kit } = prepared()
    const card = loopCard(join(work, 'card'))
    const typed = async (answer: string) => {
      const words = [process.execPath, program, 'flash', spec, base, ...card.to].map((word) => `'${word}'`)
      const child = spawn('script', ['-qec', words.join(' '), '/dev/null'], {
        env: { ...process.env, ...EPOCH, NO_COLOR: '1' },
      })
      let screen = ''
      child.stdout.on('data', (chunk: Buffer) => {
        const isAsked = screen.includes('to go on: ')
        screen += chunk.toString()
        if (!isAsked && screen.includes('to go on: ')) child.stdin.write(`${answer}\n`)
      })
      const [code] = await once(child, 'close')
      return { code, screen }
    }
    await withCards([card], async () => {
      const refused = await typed('yes')
      assert.is(refused.code, 2, refused.screen)
      assert.match(
        refused.screen,
        /All that is on it is lost:\r?\n {2}\/dev\/loop\d+ \(loop device, 126 MB, serial .*card\)/,
      )
      assert.ok(readFileSync(card.file).equals(Buffer.alloc(SIZE, OLD)))
      const agreed = await typed(card.device.slice('/dev/'.length))
      assert.is(agreed.code, 0, agreed.screen)
      assertIs(card, kit)
    })
  }))
