import { type Owner, SSH_PORT } from '../system/support/owner.ts'
import { Guest, type Machine, type Moment } from './guest.ts'

/** Seconds until an emulated device is given up. */
const LIMIT = 900

/** From the start of the emulator until sshd said its name; one for each start. */
export interface Times {
  readonly baked: Moment[]
  readonly stock: Moment[]
  /** Medians of the first by those of the second. */
  ratio: Moment
}

/**
 * Starts two cards by turns, each from the same state every time, so that what else the machine does hits both alike.
 *
 * @param keys gets the host keys by which the baked card's starts were known
 */
export async function measure(
  machine: Machine,
  cards: { readonly baked: string; readonly stock: string },
  pairs: number,
  owner: Owner,
  keys: string[],
): Promise<Times> {
  const times: Times = { baked: [], stock: [], ratio: { seconds: 0, cpuSeconds: 0 } }
  for (let pair = 0; pair < pairs; pair++) {
    // Who begins changes too.
    for (const kind of pair % 2 === 0 ? (['baked', 'stock'] as const) : (['stock', 'baked'] as const)) {
      const guest = await Guest.start(machine, cards[kind], { keep: false })
      try {
        const port = kind === 'baked' ? SSH_PORT : 22
        const { seconds, cpuSeconds } = await guest.sshAnswers(port, LIMIT)
        times[kind].push({ seconds: rounded(seconds, 1), cpuSeconds: rounded(cpuSeconds, 1) })
        if (kind === 'baked') keys.push(hostKey(guest, owner))
      } finally {
        await guest.remove()
      }
      console.error(`${machine.architecture} ${kind}: ${JSON.stringify(times[kind].at(-1))}`)
    }
  }
  const ratio = (of: keyof Moment) =>
    rounded(median(times.baked.map((moment) => moment[of])) / median(times.stock.map((moment) => moment[of])), 3)
  times.ratio = { seconds: ratio('seconds'), cpuSeconds: ratio('cpuSeconds') }
  return times
}

/** The key by which sshd is known, as a client sees it. */
function hostKey(guest: Guest, owner: Owner): string {
  for (let tried = 0; tried < 10; tried++) {
    const { stdout } = owner.loginBy(guest.way(SSH_PORT), ['cat /etc/ssh/ssh_host_ed25519_key.pub'], { timeout: 300 })
    if (stdout !== '') return stdout.trim()
  }
  throw new Error(`no login\n${guest.console()}`)
}

const rounded = (value: number, digits: number) => Number(value.toFixed(digits))

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
