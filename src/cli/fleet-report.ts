import { visible } from '../base/encode/visible.ts'
import type { Progress } from '../write/bake/bake-job.ts'
import type { Made } from '../write/fleet/record.ts'
import type { Outcome } from './fleet-worker.ts'
import type { Io } from './io.ts'
import { progress } from './progress.ts'

/** How many devices are done, how fast, and how long it still takes. */
export function devicesProgress(io: Io, title: string, total: number | undefined): Progress {
  const amount = (count: number) => (Number.isInteger(count) ? `${count}` : count.toFixed(1))
  return progress(io, title, total, undefined, amount)
}

/** What people and programs see of a run while it goes on: for programs a line of JSON for each device. */
export class FleetReport {
  readonly #io: Io
  readonly #shown: Progress
  #done = 0

  /** @param total devices that are to be made */
  constructor(io: Io, total: number) {
    this.#io = io
    this.#shown = devicesProgress(io, 'devices', total)
  }

  kept({ id, file, sha256 }: Made): void {
    this.#line({ event: 'kept', id, file, sha256 })
  }

  outcome(id: string, outcome: Outcome): void {
    this.#done += 1
    this.#shown.update(this.#done)
    if ('made' in outcome) {
      const { file, bytes, sha256 } = outcome.made
      this.#line({ event: 'made', id, file, bytes, sha256 })
      return
    }
    const { exit, text } = outcome
    const lines = text.split('\n').filter((line) => line !== '')
    this.#io.stderr.write(`${visible(id)} failed (${exit}):\n${lines.map((line) => `  ${line}\n`).join('')}`)
    this.#line({ event: 'failed', id, exit, message: lines.join('\n') })
  }

  end(facts: Readonly<Record<string, unknown>>): void {
    this.#line({ event: 'end', ...facts })
  }

  /** Ends the display of progress. */
  close(): void {
    this.#shown.done()
  }

  #line(event: Readonly<Record<string, unknown>>): void {
    if (this.#io.json) this.#io.stdout.write(`${JSON.stringify({ schema: 'pibake.fleet-event/1', ...event })}\n`)
  }
}

/** `1 device`, `20 devices` */
export function devicesText(count: number): string {
  return `${count} device${count === 1 ? '' : 's'}`
}
