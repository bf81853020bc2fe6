import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { patient } from '../../runner/patience.ts'
import type { Network } from './network.ts'
import { attempt, type Finished, type RunOptions, run } from './run.ts'

export interface ContainerOptions {
  readonly network: Network
  /** Host directories shown inside, read-only: host path → path inside. */
  readonly show?: Readonly<Record<string, string>>
  /** Host directories bound inside, writable, such as the boot partition. */
  readonly bind?: Readonly<Record<string, string>>
  /** What of the network becomes the device's; `eth0` unless given. */
  readonly interfaces?: readonly string[]
  /** The kernel's arguments, which systemd in a container takes as its own (systemd(1), "Kernel Command Line"). */
  readonly kernelArguments?: readonly string[]
}

/**
 * A root booted by systemd-nspawn, with its own systemd as process 1. It works where the machine's own process 1 is not
 * systemd (`--register=no --keep-unit`), hence the empty `/run/systemd` in a mount namespace of its own.
 */
export class Container {
  static #made = 0
  readonly #group = `pibake-${process.pid}-${Container.#made++}`
  readonly #process: ChildProcess
  readonly #place = mkdtempSync(join(tmpdir(), 'pibake-container-'))
  readonly #log = join(this.#place, 'console')
  #exited = false

  constructor(root: string, options: ContainerOptions) {
    const binds = [
      ...Object.entries(options.show ?? {}).map(([from, to]) => `--bind-ro=${from}:${to}`),
      ...Object.entries(options.bind ?? {}).map(([from, to]) => `--bind=${from}:${to}`),
    ]
    const nspawn = ['systemd-nspawn', '--quiet', `--directory=${root}`, '--machine=device', ...binds]
    const wires = (options.interfaces ?? ['eth0']).map((name) => `--network-interface=${name}`)
    const { kernelArguments = [] } = options
    const init = kernelArguments.find((token) => token.startsWith('init='))?.slice('init='.length)
    const start = init === undefined ? ['--boot', ...kernelArguments] : [init]
    const alone = ['--register=no', '--keep-unit', ...wires, '--console=read-only', ...start]
    options.network.plug()
    // Killed with this process, whatever ends it: a container must not outlive its test.
    const bound = ['--pdeathsig', 'KILL', 'nsenter', `--net=/run/netns/${options.network.name}`, 'unshare', '--mount']
    const log = openSync(this.#log, 'w')
    this.#process = spawn('setpriv', [...bound, 'sh', '-euc', setUp, this.#group, ...nspawn, ...alone], {
      stdio: ['ignore', log, log],
      env: { ...process.env, SYSTEMD_NSPAWN_LOCK: '0' },
    })
    closeSync(log)
    this.#process.once('exit', () => {
      this.#exited = true
    })
  }

  /** All that was printed on the console so far. */
  console(): string {
    return readFileSync(this.#log, 'utf8')
  }

  /** Runs a command inside, as root, beside the device's own processes. */
  attempt(command: readonly string[], options: RunOptions = {}): Finished {
    const leader = this.#leader()
    if (leader === undefined) throw new Error(`the container is not running\n${this.console()}`)
    const enter = ['nsenter', '--target', leader, '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup']
    return attempt([...enter, '--root', 'env', '-i', '-C', '/', `PATH=${path}`, ...command], options)
  }

  /** {@link attempt} for a command that has to succeed. @returns its stdout */
  run(command: readonly string[], options: RunOptions = {}): string {
    const done = this.attempt(command, options)
    if (done.status !== 0) throw new Error(`${command.join(' ')}: exit ${done.status}\n${done.stdout}${done.stderr}`)
    return done.stdout
  }

  /**
   * Waits until `ready` says so, asking four times a second.
   *
   * @throws Error with the console's text after `seconds` on a machine of the usual speed, or when the container ends first
   */
  async until(what: string, seconds: number, ready: () => boolean): Promise<void> {
    const end = Date.now() + patient(seconds) * 1000
    while (!(this.#leader() !== undefined && ready())) {
      if (this.#exited) throw new Error(`the container ended while waiting for ${what}\n${this.console()}`)
      if (Date.now() > end) throw new Error(`${what}: not after ${patient(seconds)} s\n${this.console()}`)
      await sleep(250)
    }
  }

  /** Shuts the device down in order; what does not end within 30 s is killed. */
  async powerOff(): Promise<void> {
    const leader = this.#leader()
    // SIGRTMIN+4: systemd's poweroff (systemd(1)).
    if (leader !== undefined) run(['kill', '-s', 'RTMIN+4', leader])
    for (let waited = 0; !this.#exited && waited < 30_000; waited += 200) await sleep(200)
  }

  /** Ends everything that is still there, without asking, and forgets the console log. */
  async remove(): Promise<void> {
    const leader = this.#leader()
    if (leader !== undefined) attempt(['kill', '-s', 'KILL', leader])
    this.#process.kill('SIGKILL')
    while (!this.#exited) await sleep(50)
    for (const tree of groupTrees) run(['sh', '-euc', removeGroup, join(tree, this.#group)])
    rmSync(this.#place, { recursive: true, force: true })
  }

  /** The device's process 1 as this machine numbers it: the child of nspawn's own child. */
  #leader(): string | undefined {
    if (this.#exited || this.#process.pid === undefined) return undefined
    return childrenOf(String(this.#process.pid)).find((pid) => isInit(pid))
  }
}

/** Where control groups are kept; on a machine with both hierarchies systemd uses two of them. */
const groupTrees = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'].filter((tree) =>
  existsSync(join(tree, 'cgroup.procs')),
)

/** Deepest first; what was killed a moment ago may still be in it. */
const removeGroup = `if [ -d "$0" ]; then find "$0" -depth -type d -exec sh -c 'for i in $(seq 100); do rmdir "$1" && exit; sleep 0.05; done; exit 1' sh {} ';'; fi`

/**
 * In a control group of its own, for nspawn puts every container below the group that it is in itself by the same name;
 * and in a mount namespace of its own. With a read-only `/sys` nspawn does not wait for udev, which need
 * not run here, before it takes the network interface.
 */
const setUp = `${groupTrees.map((tree) => `mkdir ${tree}/$0; echo $$ >${tree}/$0/cgroup.procs; `).join('')}mount -t tmpfs tmpfs /run/systemd; mount -o remount,bind,ro /sys; exec "$@"`

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

function childrenOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter((child) => child !== '')
  } catch {
    // The process has ended.
    return []
  }
}

/** Whether the process is the first of a process namespace of its own. */
function isInit(pid: string): boolean {
  try {
    return /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
