import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { roomy, sizeOf, small } from './disk.ts'
import type { Half } from './invariants.ts'
import type { Kernel } from './kernel.ts'
import { saveState } from './qmp.ts'

/** Seconds until a guest is given up; an emulated one on a busy machine is slow. */
const LIMIT = 900

/** When the host pulls the plug: so long after the Nth line that says so, or after the start's end if that comes first. */
export interface Plug {
  readonly line: string
  /** From 1. */
  readonly occurrence: number
  readonly seconds: number
}

/** What is done while a guest stands still at some moments of its start. */
export interface Watch {
  readonly moments: readonly Plug[]
  readonly look: (moment: Plug) => void
}

/** The machine of a guest; all that continue from one saved moment have the same. */
export interface Machine {
  readonly memoryMiB: number
  /** Bytes of the card. */
  readonly diskSize: number
}

export const machines = {
  local: { memoryMiB: 160, diskSize: sizeOf(small) },
  network: { memoryMiB: 384, diskSize: sizeOf(roomy) },
} as const satisfies Readonly<Record<Half, Machine>>

/** What `init.sh` prints when a start is over, with the exit status after it. */
export const END = '@end'

/**
 * Virtual machines that all continue from one saved moment: the kernel is up, and knows no disk yet. So a start costs
 * a fraction of a second, and everything that concerns the card is done anew by a kernel that has seen none.
 */
export class Guests {
  readonly #kernel: Kernel
  readonly #saved: string
  readonly #machine: Machine

  /** @param saved the file of the saved moment; {@link save} makes it, once for all that use it */
  constructor(kernel: Kernel, saved: string, machine: Machine) {
    this.#kernel = kernel
    this.#saved = saved
    this.#machine = machine
  }

  /** Boots the kernel once and saves the moment at which it waits for a task. */
  async save(): Promise<void> {
    const nothing = `${this.#saved}.img`
    writeFileSync(nothing, '')
    truncateSync(nothing, this.#machine.diskSize)
    const socket = `${this.#saved}.qmp`
    const child = this.#spawn(nothing, ['-qmp', `unix:${socket},server=on,wait=off`])
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    try {
      // Some seconds more than it takes: the random number generator is seeded anew after the moment, for it is old.
      let ready = 0
      for await (const line of lines) if (line.trim() === '@ready' && ++ready > 20) break
      await saveState(socket, this.#saved)
    } finally {
      await end(child)
    }
  }

  /**
   * Gives a guest a card and a task of `init.sh`, and waits for its end.
   *
   * @returns the lines that it printed
   * @throws Error with all it printed, when it has not ended after {@link LIMIT} seconds, says that it is broken, or when
   * the emulator ends by itself
   */
  async run(disk: string, task: string, plug?: Plug): Promise<readonly string[]> {
    const child = this.#spawn(disk, ['-incoming', `exec:cat ${this.#saved}`])
    const lines: string[] = []
    let asked = false
    let left = plug?.occurrence ?? 0
    let pulled = false
    const pull = () => {
      pulled = true
      child.kill('SIGKILL')
    }
    // Not `exit`: then some of its lines may still be on their way.
    const closed = once(child, 'close')
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
      const line = text.trim()
      if (line === '@ready') {
        if (!asked) child.stdin?.write(`${task}\n`)
        asked = true
        return
      }
      lines.push(line)
      if (plug === undefined || left === 0) return
      if (line === plug.line) left -= 1
      if (line.startsWith(END)) left = 0
      if (left === 0) setTimeout(pull, plug.seconds * 1000)
    })
    const late = setTimeout(() => child.kill('SIGTERM'), LIMIT * 1000)
    const [code, signal] = await closed
    clearTimeout(late)
    const broken = lines.some((line) => line.startsWith('@broken'))
    // The guest ends the emulator by restarting; all else but the plug is the machinery's fault, not the device's.
    if (broken || (code !== 0 && !pulled))
      throw new Error(`the guest: ${task}: exit ${code ?? signal}\n${lines.join('\n')}`)
    return lines
  }

  /**
   * Lets a start go on and stands the guest still at some moments of it: then its card is what it would be if the power
   * went at that very moment. After the last moment the guest is ended.
   *
   * @returns for each moment, in the order in which they came, the last line before it
   */
  async watch(disk: string, task: string, { moments, look }: Watch): Promise<readonly string[]> {
    const child = this.#spawn(disk, ['-incoming', `exec:cat ${this.#saved}`])
    const reached: string[] = []
    const waiting = moments.map((moment) => ({ moment, left: moment.occurrence }))
    let last = ''
    let asked = false
    const stop = (moment: Plug) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGSTOP')
      while (!standsStill(child.pid as number));
      reached.push(last)
      look(moment)
      child.kill(reached.length === moments.length ? 'SIGKILL' : 'SIGCONT')
    }
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
      const line = text.trim()
      if (line === '@ready') {
        if (!asked) child.stdin?.write(`${task}\n`)
        asked = true
        return
      }
      last = line
      for (const one of waiting) {
        const { line: at, seconds } = one.moment
        if (line !== at || --one.left !== 0) continue
        if (seconds === 0) stop(one.moment)
        else setTimeout(stop, seconds * 1000, one.moment)
      }
    })
    const late = setTimeout(() => child.kill('SIGTERM'), LIMIT * 1000)
    await once(child, 'exit')
    clearTimeout(late)
    if (reached.length < moments.length) throw new Error(`the guest ended before the last moment: ${task}, ${last}`)
    return reached
  }

  #spawn(disk: string, more: readonly string[]): ChildProcess {
    const machine = [
      '-machine',
      'pc',
      '-cpu',
      'max',
      '-accel',
      'tcg,thread=multi,tb-size=256',
      '-smp',
      '1',
      '-m',
      String(this.#machine.memoryMiB),
    ]
    const plain = ['-nodefaults', '-display', 'none', '-no-reboot', '-serial', 'stdio']
    const drive = ['-drive', `file=${disk},format=raw,if=virtio,cache=writeback`]
    // With its programs always at the same addresses QEMU need not translate them anew for every process.
    const append = 'console=ttyS0 loglevel=2 panic=1 random.trust_cpu=on norandmaps mitigations=off'
    const { image, initramfs } = this.#kernel
    const boot = ['-kernel', image, '-initrd', initramfs, '-append', append]
    const child = spawn('qemu-system-x86_64', [...machine, ...plain, ...drive, ...boot, ...more], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    running.add(child)
    child.once('exit', () => running.delete(child))
    return child
  }
}

/** Have all threads of a process stopped? Until then one of them may still be writing. */
function standsStill(pid: number): boolean {
  const tasks = `/proc/${pid}/task`
  return readdirSync(tasks).every((task) => /\) [TtZ] /.test(readFileSync(`${tasks}/${task}/stat`, 'utf8')))
}

const running = new Set<ChildProcess>()
// A sweep that is broken off leaves no guest behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
