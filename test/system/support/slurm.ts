import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { patient } from '../../runner/patience.ts'
import { attempt, run } from './run.ts'

/** A Slurm of one machine on loopback, as root: its own munge, controller and node, which end with this process. */
export class Slurm {
  readonly #place: string
  readonly #daemons: readonly ChildProcess[]
  readonly #env: Readonly<Record<string, string>>

  private constructor(place: string, daemons: readonly ChildProcess[], env: Readonly<Record<string, string>>) {
    this.#place = place
    this.#daemons = daemons
    this.#env = env
  }

  /** @param places for tasks at one time */
  static async start(places: number): Promise<Slurm> {
    const place = mkdtempSync(join(tmpdir(), 'pibake-slurm-'))
    const at = (name: string) => join(place, name)
    for (const name of ['state', 'spool']) mkdirSync(at(name))
    writeFileSync(at('munge.key'), randomBytes(1024), { mode: 0o400 })
    const name = hostname().split('.')[0] as string
    const [controller, node] = await Promise.all([freePort(), freePort()])
    writeFileSync(at('slurm.conf'), configuration(place, name, places, controller, node))
    const env = { SLURM_CONF: at('slurm.conf') }
    const munge = ['key-file', 'socket', 'pid-file', 'log-file', 'seed-file'].map(
      (key) => `--${key}=${at(`munge.${key.replace('-file', '')}`)}`,
    )
    const daemons = [
      // It warns of running as root, and of a folder below one that all may write.
      daemon(['munged', '--foreground', '--force', ...munge], env),
      daemon(['slurmctld', '-D', '-c'], env),
      daemon(['slurmd', '-D', '-c', '-N', name], env),
    ]
    const slurm = new Slurm(place, daemons, env)
    await slurm.until('an idle node', 60, () => /\bidle\b/.test(slurm.#said(['sinfo', '--noheader'])))
    return slurm
  }

  /** Runs one of its commands. @returns its stdout */
  run(
    command: readonly string[],
    options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ) {
    return run(command, { ...options, env: { ...options.env, ...this.#env } })
  }

  /** Tasks of an array that are in a state, by their numbers. */
  tasks(job: string, state: 'RUNNING' | 'PENDING'): readonly number[] {
    const lines = this.#said(['squeue', '--noheader', '--array', `--job=${job}`, `--states=${state}`, '--format=%K'])
    return lines.split('\n').filter(Boolean).map(Number)
  }

  /** Kills a task and has it started again at once. @returns whether it could: it may have come to its end meanwhile */
  requeue(job: string, task: number): boolean {
    const { status } = attempt(['scontrol', 'requeue', `${job}_${task}`], { env: this.#env })
    if (status !== 0) return false
    // Otherwise, and if it is still about to end, it starts two minutes from now.
    attempt(['scontrol', 'update', `JobId=${job}_${task}`, 'StartTime=now'], { env: this.#env })
    return true
  }

  async until(what: string, seconds: number, ready: () => boolean): Promise<void> {
    const end = performance.now() + patient(seconds) * 1000
    while (!ready()) {
      if (performance.now() > end) throw new Error(`Slurm: no ${what} after ${seconds} s`)
      await sleep(500)
    }
  }

  /** A command that fails as long as the controller comes up. */
  #said(command: readonly string[]): string {
    try {
      return this.run(command)
    } catch (error) {
      if (this.#daemons.some(({ exitCode }) => exitCode !== null)) throw error
      return ''
    }
  }

  async stop(): Promise<void> {
    for (const child of [...this.#daemons].reverse()) {
      const ended = once(child, 'exit')
      if (child.exitCode !== null) continue
      child.kill('SIGTERM')
      await ended
    }
    rmSync(this.#place, { recursive: true, force: true })
  }
}

function daemon(command: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const PATH = `/usr/sbin:${process.env.PATH}`
  return spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
    stdio: 'ignore',
    env: { ...process.env, PATH, ...env },
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await once(server.close(), 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Of slurm.conf(5): no accounting, no cgroups, and a node that has as many places as it is told. */
function configuration(place: string, name: string, places: number, controller: number, node: number): string {
  return `ClusterName=pibake
SlurmctldHost=${name}(127.0.0.1)
SlurmUser=root
SlurmctldPort=${controller}
SlurmdPort=${node}
AuthType=auth/munge
AuthInfo=socket=${place}/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
StateSaveLocation=${place}/state
SlurmdSpoolDir=${place}/spool
SlurmctldPidFile=${place}/slurmctld.pid
SlurmdPidFile=${place}/slurmd.pid
SlurmctldLogFile=${place}/slurmctld.log
SlurmdLogFile=${place}/slurmd.log
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
NodeName=${name} NodeAddr=127.0.0.1 CPUs=${places} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
`
}
