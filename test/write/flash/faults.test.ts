import * as assert from 'uvu/assert'
import { Card } from '../../../src/write/flash/card.ts'
import { HEAD, PIECE } from '../../../src/write/flash/card-image.ts'
import { type Flashed, flashCards } from '../../../src/write/flash/flash-cards.ts'
import { seeded } from '../../support/seeded.ts'
import { suite } from '../../support/suite.ts'
import { madeImage } from './support/made-image.ts'
import { type CardFault, MemoryCard } from './support/memory-card.ts'

const test = suite('flash: cards that fail')

/** `PIBAKE_FLASH_FAULTS=20000` for a long run. */
const FAULTS = Number(process.env.PIBAKE_FLASH_FAULTS ?? 200)
const OLD = 0xa5
const KINDS: readonly CardFault['kind'][] = [
  'write-error',
  'short-write',
  'no-write',
  'lost-write',
  'misplaced-write',
  'torn-write',
  'sync-error',
  'sync-ignored',
  'read-error',
  'short-read',
  'flipped-bit',
  'killed',
  'less-memory-wraps',
  'less-memory-drops',
]
/** What a card does wrong once, and is put right by trying again or by what follows: it may be good in the end. */
const HARMLESS: readonly CardFault['kind'][] = ['short-write', 'sync-ignored']

type Image = ReturnType<typeof madeImage>
const quiet = { progress: () => ({ update: () => undefined, done: () => undefined }) }

/** Whether a card shows what it should, all of it: its start too. */
function isRight(card: MemoryCard, image: Image): boolean {
  const pieces = [{ offset: 0, length: image.head.length }, ...image.pieces]
  return pieces.every(({ offset, length }) =>
    card.shown(offset, length).equals(image.bytes.subarray(offset, offset + length)),
  )
}

function flash(image: Image, cards: readonly MemoryCard[], signal = new AbortController().signal): Promise<Flashed[]> {
  const open = cards.map((card) => new Card({ path: '/dev/sdx', size: card.size }, card.calls))
  return flashCards(image, open, { ...quiet, signal })
}

const sizeFor = ({ size }: Image, random: (below: number) => number) =>
  Math.ceil(size / PIECE) * PIECE + PIECE * (1 + random(3))

test('a card without faults is good, and what was on it is left where the image has nothing', async () => {
  const image = madeImage(1)
  const card = new MemoryCard(sizeFor(image, seeded(1)), undefined, 1)
  const [result] = await flash(image, [card])
  assert.is(result?.failure, undefined)
  assert.ok(isRight(card, image))
  const tail = card.medium.subarray(card.size - PIECE)
  assert.ok(tail.equals(Buffer.alloc(PIECE)), 'the end is zeros: no second table, no RAID')
  const used = image.pieces.reduce((sum, { length }) => sum + length, HEAD + PIECE)
  const left = card.medium.filter((byte) => byte === OLD).length
  assert.ok(left >= card.size - used, `${left} bytes as they were`)
})

test(`${FAULTS} faults and kills: a card that is said to be good is good, and nothing starts from any other`, async () => {
  const seen: Record<string, number> = {}
  for (let seed = 0; seed < FAULTS; seed += 1) {
    const random = seeded(seed)
    const image = madeImage(seed)
    const kind = KINDS[seed % KINDS.length] as CardFault['kind']
    const fault = { kind, at: random(kind === 'killed' ? 24 : 8) }
    const card = new MemoryCard(sizeFor(image, random), fault, seed, OLD)
    // Now and then a second card, which has nothing to do with the faults of the first.
    const others = seed % 5 === 0 ? [new MemoryCard(sizeFor(image, random), undefined, seed, OLD)] : []
    const [result, ...beside] = await flash(image, [card, ...others])
    const about = `seed ${seed}: ${kind} at ${fault.at}: ${result?.failure?.message ?? 'good'}`
    assert.ok(beside.every(({ failure }) => failure === undefined) && others.every((one) => isRight(one, image)), about)
    if (!card.isDead) card.cutPower()
    const head = card.shown(0, HEAD)
    if (result?.failure === undefined) assert.ok(isRight(card, image), about)
    else {
      // Either nothing was begun, or there is no table; or it is the finished one, and all that it speaks of is right.
      const isOld = head.equals(Buffer.alloc(HEAD, OLD))
      const hasTable = head.subarray(0, 512).equals(Buffer.from(image.head.subarray(0, 512)))
      if (isOld) assert.ok(isUntouched(card, image), `${about}: the old table, and not the old content`)
      if (hasTable)
        assert.ok(isRightBehind(card, image) || result.isMisleading, `${about}: a table, and not what it speaks of`)
    }
    const name = `${kind}: ${result?.failure === undefined ? 'good' : 'not usable'}`
    seen[name] = (seen[name] ?? 0) + 1
  }
  for (const kind of KINDS) {
    const failed = seen[`${kind}: not usable`] ?? 0
    if (!HARMLESS.includes(kind)) assert.ok(failed > 0, `${kind} was never seen`)
  }
  if (FAULTS > 200) console.log(`${FAULTS} inputs of faults: ${JSON.stringify(seen)}`)
})

function isUntouched(card: MemoryCard, image: Image): boolean {
  return image.pieces.every(({ offset, length }) => card.shown(offset, length).equals(Buffer.alloc(length, OLD)))
}

function isRightBehind(card: MemoryCard, image: Image): boolean {
  return image.pieces.every(({ offset, length }) =>
    card.shown(offset, length).equals(image.bytes.subarray(offset, offset + length)),
  )
}

test('after any fault the same card, once it works, is flashed as if nothing had been', async () => {
  const image = madeImage(7)
  const card = new MemoryCard(sizeFor(image, seeded(7)), { kind: 'killed', at: 5 }, 7)
  const [first] = await flash(image, [card])
  assert.ok(first?.failure !== undefined && first.isBegun)
  const again = new MemoryCard(card.size, undefined, 7)
  card.medium.copy(again.medium)
  const [second] = await flash(image, [again])
  assert.is(second?.failure, undefined)
  assert.ok(isRight(again, image))
})

test('called off: the card has no table, and says so', async () => {
  const image = madeImage(3)
  const card = new MemoryCard(sizeFor(image, seeded(3)), undefined, 3)
  const stop = new AbortController()
  let taken = 0
  const slow = {
    ...image,
    each: (take: Parameters<Image['each']>[0], signal: AbortSignal) =>
      image.each(async (piece, bytes) => {
        if (taken++ === 1) stop.abort()
        await take(piece, bytes)
      }, signal),
  }
  const [result] = await flash(slow, [card], stop.signal)
  assert.is(result?.failure?.name, 'Interrupted')
  assert.ok(result?.isBegun)
  assert.ok(card.shown(0, HEAD).equals(Buffer.alloc(HEAD)))
})

test('an image that is damaged behind its start leaves no card with a table', async () => {
  const image = madeImage(4)
  const card = new MemoryCard(sizeFor(image, seeded(4)), undefined, 4)
  const damaged = {
    ...image,
    each: async (take: Parameters<Image['each']>[0], signal: AbortSignal) => {
      await image.each(take, signal)
      throw new Error('x.img.xz: damaged')
    },
  }
  const [result] = await flash(damaged, [card])
  assert.match(result?.failure?.message ?? '', 'damaged')
  assert.ok(card.shown(0, HEAD).equals(Buffer.alloc(HEAD)))
})
