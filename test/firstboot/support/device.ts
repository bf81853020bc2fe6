import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { packageRoot } from '../../../src/base/host/assets.ts'
import { patient } from '../../runner/patience.ts'
import type { Suite } from '../../support/suite.ts'

const support = join(packageRoot, 'test/firstboot/support')

/** Commands that change the device: the places where a cut or a failure matters. The fakes are counted too. */
const mutating = ['chmod', 'flock', 'mkdir', 'mv', 'rm', 'rmdir']
/** A command that changes nothing: no place for a fault. */
const passing = ['sleep']
/** Commands that only read. There is no other: a fake that is taken away must not uncover the machine's own. */
const reading = ['awk', 'cat', 'env', 'grep', 'ls', 'sha256sum']

export interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /** How many commands were called through the shims. */
  readonly calls: number
  /** The commands that a fault hit. */
  readonly fired: readonly string[]
}

export interface Fault {
  readonly kind: 'kill' | 'fail' | 'hang'
  /** The Nth command from 1, or every call of the command named. */
  readonly at: number | string
}

export interface CallOptions {
  readonly fault?: Fault
  readonly env?: Readonly<Record<string, string>>
  /** Seconds until all of it is killed, as the unit's TimeoutStartSec does; 30 unless given. */
  readonly limit?: number
}

export const plan = `sha256:${'ab'.repeat(32)}`

/**
 * A device in a directory: the program under its prefix, and every command it uses behind a shim that can count, fail,
 * hang or cut the power. Tools that need a kernel are fakes on plain files; ssh-keygen is the real one.
 */
export class Device {
  readonly root: string
  readonly #shims = mkdtempSync(join(tmpdir(), 'pibake-shims-'))

  /**
   * @param shell the program that plays `sh`, a path or a name on this machine
   * @param place the directory in which the device's root is made
   */
  constructor(shell = 'dash', place = tmpdir()) {
    this.root = mkdtempSync(join(place, 'pibake-firstboot-'))
    for (const part of ['apt.conf', 'lib', 'pibake-firstboot', 'steps'])
      cpSync(join(packageRoot, 'firstboot', part), this.path(`usr/lib/pibake/${part}`), { recursive: true })
    this.write('etc/pibake/plan', `${plan}\n`)
    this.write('etc/machine-id', `${'0'.repeat(31)}1\n`)
    this.write('etc/hostname', 'kit-07\n')
    this.write('proc/uptime', '41.20 80.00\n')
    this.write('proc/sys/kernel/random/boot_id', '11111111-2222-3333-4444-555555555555\n')
    this.write('proc/net/route', 'Iface\tDestination\neth0\t00000000\t0100000A\n')
    // A socket on port 22 of all addresses, in the state of one that listens.
    this.write(
      'proc/net/tcp',
      '  sl  local_address rem_address   st\n   0: 00000000:0016 00000000:0000 0A 00000000:0\n',
    )
    this.write('installed', 'openssh-server\n').write('unnoted', '')
    this.boot()
    mkdirSync(join(this.#shims, 'bin'))
    symlinkSync(found(shell), join(this.#shims, 'bin/sh'))
    for (const name of reading) symlinkSync(found(name), join(this.#shims, 'bin', name))
    for (const name of passing) copyFileSync(join(support, 'fakes', name), join(this.#shims, 'bin', name))
    for (const name of [
      'timeout',
      ...mutating,
      ...readdirSync(join(support, 'fakes')).filter((name) => !passing.includes(name)),
    ])
      copyFileSync(join(support, 'shim.sh'), join(this.#shims, 'bin', name))
  }

  /** Another device that is as this one is. */
  copy(): Device {
    const other = new Device()
    cpSync(this.root, other.root, { recursive: true, preserveTimestamps: true })
    return other
  }

  /** Lets the next start do these steps anew, as if it were the first to come to them. */
  redo(...steps: readonly (keyof typeof undone)[]): this {
    this.boot()
    for (const step of steps) {
      this.forget(`var/lib/pibake/steps/${step}`)
      undone[step](this)
    }
    return this
  }

  /** What the plan asks of the first start. */
  ask(name: string, text: string): this {
    return this.write(`etc/pibake/first-boot/${name}`, text)
  }

  /** Everything that can be asked, so that every step has work. */
  askEverything(): this {
    this.ask('host-keys', 'ed25519\n')
      .ask('ssh-port', '22\n')
      .ask('access', 'alice yes no password\n')
      .ask('firewall', 'ufw\n')
      .ask('fail2ban', 'sshd\nrecidive\n')
      .ask('groups', 'alice:docker\n')
      .ask('ca-certificates', 'pibake-office-1.crt\n')
    this.ask('upgrade', 'full\n').ask('locale', 'en_GB.UTF-8\n')
    this.ask('packages-install', 'fail2ban\nufw\n').ask('packages-remove', 'avahi-daemon\n')
    this.ask('scripts/01-a.sh', '#!/bin/sh\necho ran >>"$PIBAKE_PREFIX/script-ran"\n')
    chmodSync(this.path('etc/pibake/first-boot/scripts/01-a.sh'), 0o700)
    this.write('etc/group', 'docker:x:991:\n').write('usr/local/share/ca-certificates/pibake-office-1.crt', '')
    this.write('etc/machine-id', '').write('etc/locale.gen', '# none\n').write('etc/default/ufw', '')
    this.write('etc/ufw/user.rules', '-A ufw-user-input -p tcp --dport 22 -j ACCEPT\n').write('etc/ufw/user6.rules', '')
    this.write('nft-tables', 'table inet pibake_interim\n').write('half-done', 'half-done\n')
    return this.write('installed', 'avahi-daemon\nopenssh-server\n')
  }

  path(name: string): string {
    return join(this.root, name)
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  has(name: string): boolean {
    return existsSync(this.path(name))
  }

  write(name: string, text: string): this {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
    return this
  }

  /** Takes a file or directory off the device. */
  forget(name: string): void {
    rmSync(this.path(name), { recursive: true, force: true })
  }

  /** Name, mode, inode and time of change of everything outside /run: equal ones mean that nothing was written. */
  snapshot(): string {
    return readdirSync(this.root, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('run'))
      .sort()
      .map((name) => {
        const { mode, ino, mtimeNs, ctimeNs } = lstatSync(this.path(name), { bigint: true })
        return `${name} ${mode} ${ino} ${mtimeNs} ${ctimeNs}`
      })
      .join('\n')
  }

  /** A start: /run is new, and the network has told the time. */
  boot(): void {
    mkdirSync(this.path('run'), { recursive: true })
    // Not the directory itself: a test may have mounted something there.
    for (const name of readdirSync(this.path('run'))) rmSync(this.path(`run/${name}`), { recursive: true })
    mkdirSync(this.path('run/systemd/system'), { recursive: true })
    this.write('run/systemd/timesync/synchronized', '')
  }

  /** The host keys that are in their place and no whole pair: private keys that do not parse, or lack their `.pub`. */
  halfKeys(): string {
    if (!this.has('etc/ssh')) return ''
    const names = readdirSync(this.path('etc/ssh'))
    return names
      .filter((name) => name.endsWith('_key'))
      .filter((name) => !names.includes(`${name}.pub`) || publicOf(this.path(`etc/ssh/${name}`)) === undefined)
      .join(' ')
  }

  /** The types of host key that are asked for and not there. */
  missingKeys(): string[] {
    const asked = this.read('etc/pibake/first-boot/host-keys').trim().split('\n')
    return asked.filter((type) => !this.has(`etc/ssh/ssh_host_${type}_key`))
  }

  /** Takes a command away, as if its package were not installed. */
  lose(name: string): void {
    rmSync(join(this.#shims, 'bin', name))
  }

  async call(words: readonly string[], options: CallOptions = {}): Promise<Outcome> {
    writeFileSync(join(this.#shims, 'count'), '0\n')
    rmSync(join(this.#shims, 'fired'), { force: true })
    const { fault } = options
    const env = {
      PATH: join(this.#shims, 'bin'),
      // Most are there, and a shim need not look through a long list for each.
      REAL_PATH: `/usr/bin:${process.env.PATH}`,
      REAL_TIMEOUT: found('timeout'),
      SHIMS: this.#shims,
      FAKES: join(support, 'fakes'),
      TEST_PID: String(process.pid),
      PIBAKE_PREFIX: this.root,
      ...(fault === undefined
        ? {}
        : { FAULT: fault.kind, [typeof fault.at === 'number' ? 'FAULT_AT' : 'FAULT_ON']: String(fault.at) }),
      ...options.env,
    }
    const program = this.path('usr/lib/pibake/pibake-firstboot')
    const child = spawn(join(this.#shims, 'bin/sh'), [program, ...words], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const text = { stdout: '', stderr: '' }
    child.stdout.on('data', (data) => (text.stdout += data))
    child.stderr.on('data', (data) => (text.stderr += data))
    const limit = setTimeout(
      () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'),
      patient(options.limit ?? 30) * 1000,
    )
    const status = await new Promise<number | null>((resolve) => child.once('exit', resolve))
    clearTimeout(limit)
    child.stdout.destroy()
    child.stderr.destroy()
    const fired = join(this.#shims, 'fired')
    return {
      status,
      ...text,
      calls: Number(readFileSync(join(this.#shims, 'count'), 'utf8')),
      fired: existsSync(fired) ? readFileSync(fired, 'utf8').trim().split('\n') : [],
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
    rmSync(this.#shims, { recursive: true, force: true })
  }
}

/** Takes back what a step has made. */
const undone = {
  access: () => undefined,
  'ca-certificates': (device: Device) => device.forget('trusted'),
  dpkg: (device: Device) => device.write('half-done', 'half-done\n'),
  fail2ban: (device: Device) => device.forget('fail2ban-runs'),
  groups: (device: Device) => device.write('etc/group', 'docker:x:991:\n'),
  'host-keys-slow': () => undefined,
  'overlay-root': () => undefined,
  packages: (device: Device) =>
    device.write('installed', device.read('installed').replace(/^(fail2ban|ufw|zsh)\n/gm, '')),
  'packages-carried': (device: Device) => device.forget('var/lib/pibake/bundle-done'),
  'packages-remove': (device: Device) => device.write('installed', `avahi-daemon\n${device.read('installed')}`),
  scripts: () => undefined,
  'scripts-before-network': () => undefined,
  'scripts-network': () => undefined,
  ufw: (device: Device) => device.forget('ufw-active'),
  units: () => undefined,
  upgrade: (device: Device) => device.forget('var/lib/pibake/upgraded'),
} as const

/**
 * A first start that is made once for a suite: each test has a copy of the device. For tests of single steps
 * ({@link Device.redo}) and of what comes after the first start.
 *
 * @param words what is run
 */
export function started(suite: Suite, make: () => Device, words: readonly string[] = ['run']): () => Device {
  let first: Device
  suite.before(async () => {
    first = make()
    const { status, stdout, stderr } = await first.call(words)
    if (status !== 0) throw new Error(`the first start ended with ${status}: ${stdout}${stderr}`)
  })
  suite.after(() => first.remove())
  return () => first.copy()
}

function found(name: string): string {
  const folder = (process.env.PATH ?? '').split(':').find((folder) => existsSync(join(folder, name)))
  if (folder === undefined) throw new Error(`this test needs ${name}`)
  return join(folder, name)
}

/** Whether the device has an ed25519 host key whose two halves belong together, as ssh-keygen reads them. */
export function keyIsWhole(device: Device): boolean {
  const key = 'etc/ssh/ssh_host_ed25519_key'
  if (!device.has(key) || !device.has(`${key}.pub`)) return false
  const stored = device.read(`${key}.pub`).split(' ').slice(0, 2).join(' ').trim()
  return stored.startsWith('ssh-ed25519 ') && publicOf(device.path(key)) === stored
}

function publicOf(path: string): string | undefined {
  const { status, stdout } = spawnSync('ssh-keygen', ['-y', '-P', '', '-f', path], { encoding: 'utf8' })
  return status === 0 ? stdout.split(' ').slice(0, 2).join(' ').trim() : undefined
}
