import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Card, copyDisk, small } from './disk.ts'
import { END, type Guests } from './guest.ts'
import { askedKeys, type Contents, violations, wholeKeys } from './invariants.ts'
import type { Outcome } from './report.ts'
import type { Case, Cut } from './schedule.ts'

const READ = ['/etc', '/var/lib/pibake'] as const

/** What came of a case, and the host keys that the device has in the end: no other may have the same. */
export interface Result {
  readonly outcomes: readonly Omit<Outcome, 'case'>[]
  readonly identity: string
}

/** Runs cases, each on a fresh copy of a baked card, and judges what is left. */
export class Trial {
  readonly #guests: Guests
  readonly #baked: string
  readonly #card: string
  readonly #work: string
  readonly #before: Contents

  constructor(guests: Guests, baked: string, work: string) {
    this.#guests = guests
    this.#baked = baked
    this.#work = work
    this.#card = join(work, 'card.img')
    this.#before = new Card(baked, work, small).read(join(work, 'before'), ...READ)
  }

  /**
   * The first start without a cut: it has to write, and the one after it must not.
   *
   * @returns the checkpoints that it passes
   */
  async undisturbed(): Promise<string[]> {
    copyDisk(this.#baked, this.#card)
    const lines = await this.#guests.run(this.#card, 'settle none local')
    const wrong = [
      ...this.#settled(lines, {}).wrong,
      ...(written(lines)[0] === 0 ? ['the first start wrote nothing'] : []),
    ]
    const passed = lines.flatMap((line) => /^checkpoint (\S+)$/.exec(line)?.[1] ?? [])
    if (passed.length < 5) wrong.push(`only ${passed.length} checkpoints`)
    if (wrong.length > 0) throw new Error(`a first start without a cut: ${wrong.join('; ')}\n${lines.join('\n')}`)
    return passed
  }

  /** One case: its cuts, each judged, then the start that has to recover, judged too. */
  async run(cuts: Case): Promise<Result> {
    copyDisk(this.#baked, this.#card)
    const done: string[] = []
    const reached: string[] = []
    const wrong: string[] = []
    const fat: string[] = []
    let keys: Readonly<Record<string, string>> = {}
    for (const [index, cut] of cuts.entries()) {
      const lines = await this.#guests.run(this.#card, `cut ${cut.fault} local`, cut.plug)
      reached.push(lines.filter((line) => /^(?:checkpoint|pibake:|@)/.test(line)).at(-1) ?? '')
      const there = happened(cut, lines)
      if (index === 0 && !there) wrong.push(`there was no cut at ${cut.label}`)
      // What the start before has finished is not done again; the plug was pulled at the end.
      done.push(there ? cut.label : `${cut.label} (not passed again: at the end)`)
      const card = new Card(this.#card, this.#work, small)
      const mended = card.checkFat()
      fat.push(...mended)
      // The final line says that all is on the medium.
      if (lines.some((line) => line.startsWith(END))) wrong.push(...mended)
      card.repairFat()
      wrong.push(...card.repairExt4())
      const now = card.read(join(this.#work, 'after'), ...READ)
      wrong.push(...violations(now, this.#before), ...replaced(keys, wholeKeys(now)))
      keys = wholeKeys(now)
    }
    const settled = this.#settled(await this.#guests.run(this.#card, 'settle none local'), keys)
    return {
      outcomes: [{ cuts: done, reached, violations: [...wrong, ...settled.wrong], fat }],
      identity: settled.identity,
    }
  }

  /** What is wrong after the start that nothing disturbed, and one more. */
  #settled(
    lines: readonly string[],
    keys: Readonly<Record<string, string>>,
  ): { readonly wrong: string[]; readonly identity: string } {
    const card = new Card(this.#card, this.#work, small)
    const wrong = [...card.checkExt4(), ...card.checkFat()]
    const now = card.read(join(this.#work, 'after'), ...READ)
    const own = wholeKeys(now)
    wrong.push(...violations(now, this.#before), ...replaced(keys, own))
    if (!askedKeys(now).every((type) => type in own)) wrong.push('a host key is missing')
    const status = lines.find((line) => line.startsWith('@status '))?.slice('@status '.length) ?? ''
    // The network half has not run, so `pending` is the best there is.
    if (!status.includes('"state":"pending","attempts"'))
      wrong.push(`the next start ended as ${status || lines.slice(-5).join(' / ')}`)
    const local = [...status.matchAll(/"phase":"local","state":"([a-z]+)"/g)].map(([, state]) => state)
    if (local.length === 0 || local.some((state) => state !== 'ok')) wrong.push(`local steps: ${local.join(' ')}`)
    const ends = lines.filter((line) => line.startsWith(END))
    if (ends.join() !== `${END} 0,${END} 0`) wrong.push(`the starts ended with: ${ends.join(', ')}`)
    if (written(lines)[1] !== 0) wrong.push(`the start after that wrote ${written(lines)[1]} sectors`)
    return { wrong, identity: identityOf(now) }
  }
}

/** Equal for two devices that have the same host keys, and for no others. */
export function identityOf(card: Contents): string {
  return createHash('sha256')
    .update(JSON.stringify(wholeKeys(card)))
    .digest('hex')
}

/** Sectors written by each of the starts. */
export const written = (lines: readonly string[]) =>
  lines.flatMap((line) => (line.startsWith('@written ') ? [Number(line.slice('@written '.length))] : []))

/** Did the start get to where it was to be cut, and, where the guest cuts itself, no further? */
function happened({ fault, plug }: Cut, lines: readonly string[]): boolean {
  const at = lines.filter((line) => line === plug.line || line.startsWith(`${plug.line} `)).length
  if (fault === 'none') return at >= plug.occurrence
  return at === 1 && !lines.some((line) => line.startsWith(END))
}

/** A whole key is the device's identity, and stays. */
export function replaced(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] {
  return Object.keys(before).flatMap((type) => (before[type] === after[type] ? [] : [`the ${type} key was replaced`]))
}
