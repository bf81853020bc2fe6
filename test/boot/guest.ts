import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kernel } from '../system/support/kernel.ts'
import type { Way } from '../system/support/owner.ts'
import type { Architecture } from '../system/support/recipe.ts'
import { attempt, run } from '../system/support/run.ts'

/** Where connections through a forwarded port come from, as the guest sees it. */
export const GATEWAY = '10.0.2.2'

/** The machine that a card is put into. */
export interface Machine {
  readonly architecture: Architecture
  readonly kernel: Kernel
  readonly initramfs: string
  /** Ports of the guest that are forwarded from the host's loopback. */
  readonly ports: readonly number[]
  /** In MiB; 1024 unless given. */
  readonly memory?: number
  /** Files of disks that it can read, besides the card. */
  readonly drives?: readonly string[]
}

/** What differs by architecture. */
const platforms: Readonly<Record<Architecture, { command: string; machine: readonly string[]; console: string }>> = {
  amd64: { command: 'qemu-system-x86_64', machine: ['-machine', 'pc', '-cpu', 'max'], console: 'ttyS0' },
  arm64: { command: 'qemu-system-aarch64', machine: ['-machine', 'virt', '-cpu', 'cortex-a72'], console: 'ttyAMA0' },
}

/** `qemu-system-…` as it names its version. */
export function emulator(architecture: Architecture): string {
  return run([platforms[architecture].command, '--version']).split('\n')[0] ?? ''
}

/**
 * A device that runs: its kernel and its card in QEMU, its network a wire on which it gets an address and a default route
 * and reaches nothing; nothing reaches it but through forwarded ports of the host's loopback.
 */
export class Guest {
  readonly #process: ChildProcess
  readonly #work = mkdtempSync(join(tmpdir(), 'pibake-guest-'))
  readonly #forwarded: ReadonlyMap<number, number>
  /** When QEMU was started, as `performance.now()` tells it. */
  readonly started: number

  private constructor(machine: Machine, disk: string, keep: boolean, forwarded: ReadonlyMap<number, number>) {
    const { command, machine: type, console } = platforms[machine.architecture]
    const forwards = [...forwarded].map(([guest, host]) => `hostfwd=tcp:127.0.0.1:${host}-:${guest}`)
    const devices = [
      ['-drive', `file=${disk},format=raw,if=virtio,cache=unsafe${keep ? '' : ',snapshot=on'}`],
      ...(machine.drives ?? []).map((file) => ['-drive', `file=${file},format=raw,if=virtio,readonly=on`]),
      ['-device', 'virtio-rng-pci'],
      ['-netdev', ['user,id=wire,restrict=on', ...forwards].join(',')],
      ['-device', 'virtio-net-pci,netdev=wire,romfile='],
      ['-chardev', `socket,id=console,path=${this.#socket},server=on,wait=off,logfile=${this.#log}`],
      ['-serial', 'chardev:console'],
    ].flat()
    const boot = ['-kernel', machine.kernel.image, '-initrd', machine.initramfs, '-append', commandLine(disk, console)]
    const plain = [
      '-accel',
      'tcg,thread=multi',
      '-smp',
      '2',
      '-m',
      String(machine.memory ?? 1024),
      '-nodefaults',
      '-display',
      'none',
      '-no-reboot',
    ]
    this.#forwarded = forwarded
    this.started = performance.now()
    this.#process = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', 'nice', '-n', '5', command, ...type, ...plain, ...devices, ...boot],
      {
        stdio: ['ignore', 'inherit', 'inherit'],
        // What a start writes to a card that is not kept goes to memory.
        env: { ...process.env, TMPDIR: '/dev/shm' },
      },
    )
    running.add(this.#process)
    this.#process.once('exit', () => running.delete(this.#process))
  }

  /** @param keep whether what it writes stays on the card */
  static async start(
    machine: Machine,
    disk: string,
    options: { keep: boolean; forwarded?: Forwarded },
  ): Promise<Guest> {
    return new Guest(machine, disk, options.keep, options.forwarded ?? (await freePorts(machine.ports)))
  }

  /** All that was printed on the serial console so far. */
  console(): string {
    return readFileSync(this.#log, 'utf8')
  }

  /** The serial console itself. */
  get serial(): string {
    return this.#socket
  }

  /** The port of the host's loopback that leads to a port of the guest. */
  port(guest: number): number {
    const host = this.#forwarded.get(guest)
    if (host === undefined) throw new Error(`port ${guest} is not forwarded`)
    return host
  }

  /** How its owner gets to it. */
  way(port: number): Way {
    return { attempt, destination: '127.0.0.1', port: this.port(port), from: '127.0.0.1', patience: 60 }
  }

  /**
   * Waits until sshd says its name. Asked gently, for on a slow machine every question costs sshd a second: a new one
   * when the last was refused, at once, or when it has waited for a while.
   *
   * @throws Error with the console's text after `limit` seconds
   */
  async sshAnswers(port: number, limit: number): Promise<Moment> {
    const end = this.started + limit * 1000
    const asked: Greeting[] = []
    try {
      for (let wait = 0; ; wait--) {
        if (this.ended) throw new Error(`the guest ended\n${this.console()}`)
        if (performance.now() > end) throw new Error(`sshd: not after ${limit} s\n${this.console()}`)
        if (wait <= 0 || asked.at(-1)?.refused) {
          asked.push(new Greeting(this.port(port)))
          wait = PATIENCE
        }
        const answered = await Promise.race([...asked.map(({ came }) => came), sleep(ASK_EVERY)])
        if (answered !== undefined) return { seconds: (answered - this.started) / 1000, cpuSeconds: this.#cpuSeconds() }
        if (asked.length > ASKED) asked.shift()?.end()
      }
    } finally {
      for (const greeting of asked) greeting.end()
    }
  }

  /** Time of processors that the emulator has used, user's and system's (proc(5), fields 14 and 15 of stat). */
  #cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8')
    const [user, system] = stat
      .replace(/^.*\) /, '')
      .split(' ')
      .slice(11, 13)
    return (Number(user) + Number(system)) / TICKS
  }

  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  /** Waits until it has switched itself off. */
  async off(seconds: number): Promise<void> {
    for (let waited = 0; !this.ended && waited < seconds * 10; waited++) await sleep(100)
    if (!this.ended) throw new Error(`the guest does not end\n${this.console()}`)
  }

  /** Ends it without asking, and forgets its console. */
  async remove(): Promise<void> {
    if (!this.ended) {
      const exited = once(this.#process, 'exit')
      this.#process.kill('SIGKILL')
      await exited
    }
    rmSync(this.#work, { recursive: true, force: true })
  }

  get #socket(): string {
    return join(this.#work, 'serial')
  }

  get #log(): string {
    return join(this.#work, 'console')
  }
}

/** Port of the guest → port of the host's loopback. */
export type Forwarded = ReadonlyMap<number, number>

/** Ports of the host's loopback that nobody listens on. */
export async function freePorts(guest: readonly number[]): Promise<Forwarded> {
  const servers = guest.map(() => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return address.port
  })
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return new Map(guest.map((port, index) => [port, ports[index] as number]))
}

const running = new Set<ChildProcess>()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * The card's own command line, but for the console, which is another one here, and for what only Raspberry Pi's own
 * initramfs and first init understand (growing the card, a new disk id, and a restart after it).
 */
function commandLine(disk: string, console: string): string {
  const text = run(['mtype', '-i', `${disk}@@8M`, '::cmdline.txt'])
  const kept = text.split(/\s+/).filter((word) => !/^(?:console=|init=.*\/firstboot$|resize$|quiet$|$)/.test(word))
  return [`console=${console},115200`, ...kept].join(' ')
}

/** When something happened: since the emulator was started, by the clock and by what it has used of the processors. */
export interface Moment {
  readonly seconds: number
  readonly cpuSeconds: number
}

/** `getconf CLK_TCK` of Linux on every architecture that runs Node. */
const TICKS = 100

/** Milliseconds between two looks; looks until one that hears nothing gets company; how many may wait. */
const ASK_EVERY = 200
const PATIENCE = 6
const ASKED = 6

/** A connection that waits for sshd to say its name. */
class Greeting {
  readonly #socket: Socket
  /** Settles with the moment at which it came, if it ever comes. */
  readonly came: Promise<number>
  /** Whether the other side has ended it without a word. */
  refused = false

  constructor(port: number) {
    this.#socket = createConnection({ host: '127.0.0.1', port })
    this.#socket.on('error', () => {})
    this.#socket.once('close', () => {
      this.refused = true
    })
    this.came = new Promise((resolve) => {
      this.#socket.once('data', (data) => {
        if (data.toString().startsWith('SSH-')) resolve(performance.now())
      })
    })
  }

  end(): void {
    this.#socket.destroy()
  }
}
