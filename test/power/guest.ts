import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DISK_SIZE } from './disk.ts'
import type { Kernel } from './kernel.ts'
import { saveState } from './qmp.ts'

/** Seconds until a guest is given up; an emulated one on a busy machine is slow. */
const LIMIT = 300

/** When the host pulls the plug: so long after the Nth line that says so, or after the start's end if that comes first. */
export interface Plug {
  readonly line: string
  /** From 1. */
  readonly occurrence: number
  readonly seconds: number
}

/** What `init.sh` prints when a start is over, with the exit status after it. */
export const END = '@end'

/**
 * Virtual machines that all continue from one saved moment: the kernel is up, and knows no disk yet. So a start costs
 * a fraction of a second, and everything that concerns the card is done anew by a kernel that has seen none.
 */
export class Guests {
  readonly #kernel: Kernel
  readonly #work: string
  readonly #saved: string

  constructor(kernel: Kernel, work: string) {
    this.#kernel = kernel
    this.#work = work
    this.#saved = join(work, 'saved')
  }

  /** Version of the kernel. */
  get version(): string {
    return this.#kernel.version
  }

  /** Boots the kernel once and saves the moment at which it waits for a task. */
  async save(): Promise<void> {
    const nothing = join(this.#work, 'nothing.img')
    writeFileSync(nothing, '')
    truncateSync(nothing, DISK_SIZE)
    const socket = join(this.#work, 'qmp')
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
   * @throws Error with all it printed, when it has not ended after {@link LIMIT} seconds or says that it is broken
   */
  async run(disk: string, task: string, plug?: Plug): Promise<readonly string[]> {
    const child = this.#spawn(disk, ['-incoming', `exec:cat ${this.#saved}`])
    const lines: string[] = []
    let asked = false
    let left = plug?.occurrence ?? 0
    const exited = once(child, 'exit')
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
      if (left === 0) setTimeout(() => child.kill('SIGKILL'), plug.seconds * 1000)
    })
    const late = setTimeout(() => child.kill('SIGTERM'), LIMIT * 1000)
    const [, signal] = await exited
    clearTimeout(late)
    const broken = lines.filter((line) => line.startsWith('@broken'))
    if (signal === 'SIGTERM' || broken.length > 0) throw new Error(`the guest: ${task}\n${lines.join('\n')}`)
    return lines
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
      '160',
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
