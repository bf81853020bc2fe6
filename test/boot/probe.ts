import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What the probe is to look at. */
export interface Ask {
  /** Port of the guest → the port of the host's loopback that leads there. */
  readonly ports: Readonly<Record<string, number>>
  /** An ssh that logs in with the right key and tells (`-v`) what sshd offers. */
  readonly login: readonly string[]
}

/** How a port answered, counted. */
export interface PortSeen {
  asked: number
  /** The emulator did not run. */
  nobody: number
  refused: number
  /** Nothing came within 3 s. */
  silent: number
  answered: number
  /** The first few, each with its second. */
  readonly answers: string[]
}

export interface Seen {
  readonly seconds: number
  readonly ports: Readonly<Record<string, PortSeen>>
  /** Logins that came through. */
  logins: number
  /** The lists of methods that sshd offered, and how often. */
  readonly methods: Record<string, number>
  /** The host keys that sshd showed, and how often. */
  readonly hostKeys: Record<string, number>
}

/** Somebody in the network who tries every port four times a second, and logs in again and again. */
export class Probe {
  readonly #child: ChildProcess
  #said = ''

  constructor(ask: Ask) {
    const program = fileURLToPath(new URL('./probe-child.js', import.meta.url))
    const node = [process.execPath, program, JSON.stringify(ask)]
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', ...node], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child.stdout?.on('data', (data) => {
      this.#said += data
    })
  }

  /** Ends it. @returns what it saw since it was made */
  async stop(): Promise<Seen> {
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGTERM')
    await closed
    return JSON.parse(this.#said) as Seen
  }
}
