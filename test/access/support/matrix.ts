import type { Release } from '../../../src/device/inspect/inventory.ts'
import { HOWS, type How, KINDS, type Kind } from './planted.ts'
import type { Client } from './site.ts'
import type { Truth } from './truth.ts'
import type { Claim } from './verdict.ts'

/** One state, what was said of it and what happened. `truth`: null where pibake made no plan, so that nothing can happen. */
export interface Result {
  readonly release: Release
  readonly id: string
  readonly kind: Kind
  readonly how: How
  readonly claim: Claim
  readonly truth: Truth | null
}

/** What pibake said of a state as a whole: `refused` is a spec or an image that it does not take. */
export type Answer = 'in' | 'out' | 'unproved' | 'refused'

export interface Finding {
  readonly answer: Answer
  /** Where it promises a way in and there is none; empty: what it says is what happens. */
  readonly falseIn: readonly string[]
  /** Who gets in or up though it says that nobody does. */
  readonly unseen: readonly string[]
  /** It refuses, or says shut, what does no harm. */
  readonly falseOut: boolean
}

export function answerOf({ exit, unproved, codes }: Claim): Answer {
  if (exit === 2 || exit === 3) return 'refused'
  if (exit === 0) return 'in'
  // Both may be said; a lock-out is then the stronger word.
  return codes.length > 0 || unproved.length === 0 ? 'out' : 'unproved'
}

/** Holds one verdict against what happened. */
export function findingOf({ claim, truth }: Pick<Result, 'claim' | 'truth'>): Finding {
  const answer = answerOf(claim)
  if (truth === null) return { answer, falseIn: [], unseen: [], falseOut: false }
  const falseIn = answer === 'in' ? brokenPromises(claim, truth) : []
  const strangers = strangersIn(truth)
  const unseen = answer === 'in' && claim.others.length === 0 ? strangers : []
  // A sudo that asks for nothing, where a password is to be asked for, is refused with reason.
  const isUnasked = claim.codes.includes('SUD010') && truth.sudo.asIs === 'free'
  const isFine = truth.key.alice.length > 0 && truth.sudo.tty !== 'no' && strangers.length === 0 && !isUnasked
  const saysShut = claim.key.alice.length === 0 && truth.key.alice.length > 0
  return {
    answer,
    falseIn,
    unseen,
    falseOut: isFine && (answer === 'out' || answer === 'refused' || (answer === 'in' && saysShut)),
  }
}

function brokenPromises(claim: Claim, truth: Truth): string[] {
  const missing = claim.key.alice.filter((client) => !truth.key.alice.includes(client))
  const isIn = truth.key.alice.includes('lan')
  return [
    ...missing.map((client) => `alice's key from ${client}`),
    ...(claim.key.bob && !truth.key.bob ? ["bob's key"] : []),
    ...(isIn && claim.sudo !== 'no' && truth.sudo.tty === 'no' ? ['sudo'] : []),
  ]
}

/** Who is in, up or asked for less though nobody may: also an owner's key where the firewall was to keep it out. */
function strangersIn(truth: Truth): readonly string[] {
  return truth.others
}

/** More than was promised: an address that was said to be kept out, a sudo that asks for nothing. */
export function moreThanSaid({ claim, truth }: Result): string[] {
  if (truth === null || answerOf(claim) !== 'in') return []
  const beyond = (truth.key.alice as readonly Client[]).filter((client) => !claim.key.alice.includes(client))
  const free = truth.sudo.tty === 'free' && claim.sudo === 'password' ? ['sudo asks for nothing'] : []
  return [...beyond.map((client) => `alice's key from ${client}`), ...free]
}

export interface Matrix {
  readonly release: Release
  readonly states: number
  readonly kinds: readonly KindRow[]
  readonly total: Counts
  readonly missed: readonly string[]
}

interface Counts {
  readonly states: number
  readonly in: number
  readonly out: number
  readonly unproved: number
  readonly refused: number
  readonly falseIn: number
  readonly unseen: number
  readonly more: number
  readonly falseOut: number
}

interface KindRow extends Counts {
  readonly kind: Kind
  readonly ways: Readonly<Record<How, number>>
}

/** Shares of all states that may be "out" though they are in, and "cannot be judged". */
const MOST_FALSE_OUT = 0.03
const MOST_UNPROVED = 0.1

export function matrixOf(release: Release, results: readonly Result[]): Matrix {
  const own = results.filter((one) => one.release === release)
  const total = count(own)
  const goals: readonly (readonly [boolean, string])[] = [
    [own.length > 0, 'nothing was tried'],
    [total.falseIn === 0, `${total.falseIn} "in" that are out`],
    [total.unseen === 0, `${total.unseen} "nobody else" with somebody in`],
    [total.more === 0, `${total.more} ways wider than said`],
    [total.falseOut <= MOST_FALSE_OUT * own.length, `${total.falseOut} "out" that are in: more than 3 %`],
    [total.unproved <= MOST_UNPROVED * own.length, `${total.unproved} that cannot be judged: more than 10 %`],
  ]
  return {
    release,
    states: own.length,
    kinds: KINDS.map((kind) => {
      const some = own.filter((one) => one.kind === kind)
      const ways = Object.fromEntries(HOWS.map((how) => [how, some.filter((one) => one.how === how).length]))
      return { kind, ...count(some), ways: ways as Record<How, number> }
    }),
    total,
    missed: goals.filter(([isMet]) => !isMet).map(([, text]) => text),
  }
}

function count(results: readonly Result[]): Counts {
  const findings = results.map((result) => ({ ...findingOf(result), more: moreThanSaid(result).length > 0 }))
  const number = (test: (finding: (typeof findings)[number]) => boolean) => findings.filter(test).length
  const answers = (answer: Answer) => number((finding) => finding.answer === answer)
  return {
    states: results.length,
    in: answers('in'),
    out: answers('out'),
    unproved: answers('unproved'),
    refused: answers('refused'),
    falseIn: number(({ falseIn }) => falseIn.length > 0),
    unseen: number(({ unseen }) => unseen.length > 0),
    more: number(({ more }) => more),
    falseOut: number(({ falseOut }) => falseOut),
  }
}
