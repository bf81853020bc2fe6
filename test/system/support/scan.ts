import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { packageRoot } from '../../../src/base/host/assets.ts'
import { addresses, type Network } from './network.ts'

export interface Scanned {
  /** Port → how often a connection to it came about, and when first and last, in seconds since 1970. */
  readonly opened: Readonly<Record<string, readonly [count: number, first: number, last: number]>>
  /** How often the watched ports were tried, and how often all there are. */
  readonly rounds: number
  readonly sweeps: number
}

/** A stranger in the test network who tries the device's ports all the time; see `scan.py`. */
export class Scan {
  readonly #child: ChildProcess
  #said = ''

  constructor(network: Network, watched: readonly number[]) {
    const program = join(packageRoot, 'test/system/support/scan.py')
    const python = ['python3', program, addresses.device, addresses.stranger, watched.join()]
    // Many sockets at a time.
    const enough = ['sh', '-c', 'ulimit -n 4096; exec "$@"', 'sh', ...python]
    const command = ['--pdeathsig', 'KILL', 'ip', 'netns', 'exec', network.name, ...enough]
    this.#child = spawn('setpriv', command, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdout?.on('data', (data) => {
      this.#said += data
    })
  }

  /** Ends it. @returns what it saw since it was made */
  async stop(): Promise<Scanned> {
    const closed = once(this.#child, 'close')
    this.#child.stdin?.end()
    await closed
    return JSON.parse(this.#said) as Scanned
  }
}
