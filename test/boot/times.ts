import { type Owner, SSH_PORT } from '../device/support/owner.ts'
import { Guest, type Machine } from './guest.ts'

/** Seconds until an emulated device is given up. */
const LIMIT = 900

/** Seconds from the start of the emulator until sshd said its name; one for each start. */
export interface Times {
  readonly baked: number[]
  readonly stock: number[]
  /** Median of the first by median of the second. */
  ratio: number
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
  const times: Times = { baked: [], stock: [], ratio: 0 }
  for (let pair = 0; pair < pairs; pair++) {
    // Who begins changes too.
    for (const kind of pair % 2 === 0 ? (['baked', 'stock'] as const) : (['stock', 'baked'] as const)) {
      const guest = await Guest.start(machine, cards[kind], { keep: false })
      try {
        const port = kind === 'baked' ? SSH_PORT : 22
        times[kind].push(Math.round((await guest.sshAnswers(port, LIMIT)) * 10) / 10)
        if (kind === 'baked') keys.push(hostKey(guest, owner))
      } finally {
        await guest.remove()
      }
      console.error(`${machine.architecture} ${kind}: ${times[kind].at(-1)} s`)
    }
  }
  times.ratio = Math.round((median(times.baked) / median(times.stock)) * 1000) / 1000
  return times
}

/** The key by which sshd is known, as a client sees it. */
function hostKey(guest: Guest, owner: Owner): string {
  for (let tried = 0; tried < 10; tried++) {
    const { stdout } = owner.loginBy(guest.way(SSH_PORT), ['cat /etc/ssh/ssh_host_ed25519_key.pub'], { timeout: 120 })
    if (stdout !== '') return stdout.trim()
  }
  throw new Error(`no login\n${guest.console()}`)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
