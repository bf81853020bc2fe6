import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Card, copyDisk, roomy } from './disk.ts'
import { END, type Guests } from './guest.ts'
import { type Contents, differsFrom, violations, wholeKeys } from './invariants.ts'
import type { Outcome } from './report.ts'
import type { Case, Cut } from './schedule.ts'
import { identityOf, type Result, replaced, written } from './trial.ts'

const READ = ['/etc', '/var/lib/pibake', '/var/lib/dpkg'] as const
const SETTLE = 'settle none local network'

/** What a script of the owner's holds, and no card may hold after it has run. */
export const CANARY = 'canary-5c7e0b1a-token'

/** What an undisturbed first start leaves: every other has to end the same. */
export interface Reference {
  /** The directory with what {@link Card.read} gave. */
  readonly place: string
  /** The device's own words: its firewall, what dpkg finds changed. */
  readonly account: readonly string[]
}

/**
 * As `Trial`, for the network half. A first start with packages takes minutes in an emulator, so one start serves several
 * cuts: at each it stands still and its card is copied, as a cut at that moment would leave it. Then each copy is
 * judged, and started again.
 */
export class NetworkTrial {
  readonly #guests: Guests
  readonly #baked: string
  readonly #card: string
  readonly #work: string
  readonly #before: Contents
  #reference: Reference | undefined

  constructor(guests: Guests, baked: string, work: string, reference?: Reference) {
    this.#guests = guests
    this.#baked = baked
    this.#work = work
    this.#card = join(work, 'card.img')
    this.#reference = reference
    this.#before = new Card(baked, work, roomy).read(join(work, 'before'), ...READ)
  }

  /**
   * The first start without a cut.
   *
   * @returns what it leaves, the checkpoints of the network half, and how many seconds that half took
   */
  async undisturbed(): Promise<{ reference: Reference; passed: string[]; seconds: number }> {
    copyDisk(this.#baked, this.#card)
    if (new Card(this.#baked, this.#work, roomy).occurrences(CANARY) === 0) throw new Error('there is no canary')
    const lines = await this.#guests.run(this.#card, SETTLE)
    const place = join(this.#work, 'finished')
    this.#reference = { place, account: accountOf(lines) }
    new Card(this.#card, this.#work, roomy).read(place, ...READ)
    const wrong = this.#settled(lines, {})
    if (wrong.length > 0) throw new Error(`a first start without a cut: ${wrong.join('; ')}\n${lines.join('\n')}`)
    const first = lines.slice(
      0,
      lines.findIndex((line) => line.startsWith(END)),
    )
    const passed = first.flatMap((line) => /^checkpoint (\S+)$/.exec(line)?.[1] ?? [])
    const seconds = Number(lines.find((line) => line.startsWith('@took network '))?.split(' ')[2])
    return { reference: this.#reference, passed: passed.slice(passed.indexOf('record.dpkg')), seconds }
  }

  /** Cuts of one start, each of them a case of its own. */
  async run(cuts: Case): Promise<Result> {
    copyDisk(this.#baked, this.#card)
    const copyOf = (cut: Cut) => join(this.#work, `cut-${cuts.indexOf(cut)}.img`)
    const came: Cut[] = []
    const reached = await this.#guests.watch(this.#card, 'cut none local network', {
      moments: cuts.map(({ plug }) => plug),
      look: (moment) => {
        const cut = cuts.find(({ plug }) => plug === moment) as Cut
        came.push(cut)
        copyDisk(this.#card, copyOf(cut))
      },
    })
    const outcomes: Omit<Outcome, 'case'>[] = []
    let identity = ''
    for (const [index, cut] of came.entries()) {
      const disk = copyOf(cut)
      const card = new Card(disk, this.#work, roomy)
      const fat = card.checkFat()
      card.repairFat()
      const wrong = card.repairExt4()
      const now = card.read(join(this.#work, 'after'), ...READ)
      wrong.push(...violations(now, this.#before, 'network'))
      copyDisk(disk, this.#card)
      rmSync(disk)
      const lines = await this.#guests.run(this.#card, SETTLE)
      wrong.push(...this.#settled(lines, wholeKeys(now)))
      outcomes.push({ cuts: [cut.label], reached: [reached[index] ?? ''], violations: wrong, fat })
      identity = identityOf(now)
    }
    return { outcomes, identity }
  }

  /** What is wrong after the start that nothing disturbed, and one more. */
  #settled(lines: readonly string[], keys: Readonly<Record<string, string>>): string[] {
    const { place, account } = this.#reference as Reference
    const card = new Card(this.#card, this.#work, roomy)
    const wrong = [...card.checkExt4(), ...card.checkFat()]
    const now = card.read(join(this.#work, 'after'), ...READ)
    wrong.push(...violations(now, this.#before, 'network'), ...replaced(keys, wholeKeys(now)))
    wrong.push(...differsFrom(join(place, 'root/etc'), join(now.root, 'etc')))
    const status = lines.find((line) => line.startsWith('@status ')) ?? ''
    if (!status.includes('"state":"ok","attempts"'))
      wrong.push(`the next start ended as ${status || lines.slice(-5).join(' / ')}`)
    const ends = lines.filter((line) => line.startsWith(END))
    if (ends.join() !== `${END} 0,${END} 0`) wrong.push(`the starts ended with: ${ends.join(', ')}`)
    if (written(lines)[1] !== 0) wrong.push(`the start after that wrote ${written(lines)[1]} sectors`)
    if (lines.some((line) => /^@audit ./.test(line))) wrong.push('dpkg --audit finds something')
    const said = accountOf(lines)
    if (!said.includes('@ufw Status: active') || !said.includes('@input -P INPUT DROP')) wrong.push('ufw is not up')
    if (!said.some((line) => /^@fail2ban .*Jail list:.*\bsshd\b/.test(line))) wrong.push('fail2ban does not guard sshd')
    for (const line of said) if (!account.includes(line)) wrong.push(`not as without a cut: ${line}`)
    for (const line of account) if (!said.includes(line)) wrong.push(`without a cut there is: ${line}`)
    const left = card.occurrences(CANARY)
    if (left > 0) wrong.push(`a script's secret is ${left} times on the card`)
    return wrong
  }
}

/** What the device says of itself after the first of the two starts. */
const accountOf = (lines: readonly string[]) => lines.filter((line) => /^@(?:verify|ufw|input|fail2ban) /.test(line))
