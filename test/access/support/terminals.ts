import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { packageRoot } from '../../../src/base/host/assets.ts'

/** The terminals that a device of the corpus has beside its console: two of getty's kind, and some for `login`. */
const TERMINALS = ['tty0', 'tty1', 'tty9', 'tty11', 'tty12', 'tty13', 'tty14', 'tty15'] as const
export type Terminal = (typeof TERMINALS)[number]

/** Terminals of a container, held by this machine: what is printed on them is read, and typed into them. */
export class Terminals {
  readonly #place = mkdtempSync(join(tmpdir(), 'pibake-terminals-'))
  readonly #process: ChildProcess
  #paths: readonly string[] = []

  private constructor() {
    const program = join(packageRoot, 'test/access/support/ptys.py')
    this.#process = spawn('/usr/bin/python3', ['-SE', program, `${TERMINALS.length}`, this.#place], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
  }

  static async open(): Promise<Terminals> {
    const made = new Terminals()
    const [line] = (await once(made.#process.stdout as NodeJS.EventEmitter, 'data')) as [Buffer]
    made.#paths = line.toString().trim().split(' ')
    return made
  }

  /** This machine's path → the device's. */
  get binds(): Readonly<Record<string, string>> {
    return Object.fromEntries(TERMINALS.map((name, index) => [this.#paths[index] as string, `/dev/${name}`]))
  }

  type(terminal: Terminal, text: string): void {
    this.#process.stdin?.write(`${TERMINALS.indexOf(terminal)} ${text}\n`)
  }

  /** All that was printed so far. */
  text(terminal: Terminal): string {
    const file = join(this.#place, String(TERMINALS.indexOf(terminal)))
    return existsSync(file) ? readFileSync(file, 'latin1') : ''
  }

  /** Waits until what is printed after `from` characters matches; false after so many seconds. */
  async see(terminal: Terminal, what: RegExp, seconds: number, from = 0): Promise<boolean> {
    for (let waited = 0; waited < seconds * 1000; waited += 100) {
      if (what.test(this.text(terminal).slice(from))) return true
      await sleep(100)
    }
    return false
  }

  close(): void {
    this.#process.kill('SIGKILL')
    rmSync(this.#place, { recursive: true })
  }
}
