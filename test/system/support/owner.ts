import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { patient } from '../../runner/patience.ts'
import { addresses, type Network } from './network.ts'
import { pibake } from './pibake.ts'
import { type Finished, type RunOptions, run } from './run.ts'

/** The port that the owner's spec gives sshd: not the usual one, so that every place that must follow it is seen to. */
export const SSH_PORT = 2222

/** Failed logins after which the owner's spec bans an address. */
export const MAX_RETRY = 3

/** The rules of the owner's spec unless others are given, as `ufw show added` lists them. */
export const RULES = [
  `allow ${SSH_PORT}/tcp`,
  'allow from 192.0.2.0/24 to any port 80 proto tcp',
  'deny from 203.0.113.7 to any port 30',
  "allow in on eth0 to any port 1883 proto tcp comment 'mqtt'",
] as const

/** The way to a device: how a command is run where the owner sits, and where sshd is seen from there. */
export interface Way {
  readonly attempt: (command: readonly string[], options: RunOptions) => Finished
  readonly destination: string
  readonly port: number
  /** Address that the login comes from. */
  readonly from: string
  /** Seconds that the client waits for sshd to answer. */
  readonly patience: number
}

export interface LoginOptions {
  readonly user?: string
  /** Address the login comes from; the owner's unless given. */
  readonly from?: string
  /** Tried instead of the key; typed at sshd's prompt. */
  readonly password?: string
  readonly input?: string
  /** On stderr the client tells what it does, and what sshd offers. */
  readonly verbose?: boolean
  /** Seconds until it is given up; 30 unless given. */
  readonly timeout?: number
}

interface OwnerOptions {
  readonly rules?: readonly string[]
  readonly packages?: string
  readonly more?: string
}

/** Somebody who bakes an image and logs in to the device afterwards: a key, a password, a spec. */
export class Owner {
  readonly #place = mkdtempSync(join(tmpdir(), 'pibake-owner-'))
  readonly password = 'correct horse battery staple'
  readonly spec = join(this.#place, 'pibake.yaml')
  readonly key = join(this.#place, 'id_ed25519')

  readonly #rules: readonly string[]

  /**
   * @param packages of the spec; tests that are not about carried packages have no network to ask
   * @param more lines at the end of the spec
   */
  constructor({ rules = RULES, packages = 'bundle: false', more = '' }: OwnerOptions = {}) {
    this.#rules = rules
    run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'alice@laptop', '-f', this.key])
    writeFileSync(this.spec, `${this.#text(packages)}${more}`)
  }

  /** Logs in over the test network and runs `command` there. */
  login(network: Network, command: readonly string[], options: LoginOptions = {}): Finished {
    const from = options.from ?? addresses.owner
    const attempt: Way['attempt'] = (full, settings) => network.attempt(full, settings)
    return this.loginBy({ attempt, destination: addresses.device, port: SSH_PORT, from, patience: 5 }, command, options)
  }

  /** {@link login} by any way. */
  loginBy(way: Way, command: readonly string[], options: LoginOptions = {}): Finished {
    const { user = 'alice', password, input = '', verbose = false, timeout = 30 } = options
    const how =
      password === undefined
        ? ['-i', this.key, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes']
        : ['-o', 'PubkeyAuthentication=no', '-o', 'NumberOfPasswordPrompts=1']
    const where = ['-b', way.from, '-p', String(way.port), '-o', `ConnectTimeout=${way.patience}`]
    // A client whose address is banned in the middle hears nothing more: it has failed, as status 124.
    const limit = ['timeout', '--kill-after=5', String(patient(timeout))]
    const full = [
      ...limit,
      ...ssh,
      ...(verbose ? ['-v'] : []),
      ...where,
      ...how,
      `${user}@${way.destination}`,
      ...command,
    ]
    if (password === undefined) return way.attempt(full, { input, timeout: timeout + 30 })
    const ask = join(this.#place, 'ask')
    writeFileSync(ask, `#!/bin/sh\necho '${password}'\n`, { mode: 0o700 })
    const env = { SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' }
    return way.attempt(full, { input, timeout: timeout + 30, env })
  }

  remove(): void {
    rmSync(this.#place, { recursive: true })
  }

  #text(packages: string): string {
    const hash = pibake(['hash-password'], { input: `${this.password}\n` }).stdout.trim()
    return `version: 1
device:
  hostname: kit-07
  timezone: Europe/Vienna
users:
  - name: alice
    passwordHash: "${hash}"
    authorizedKeys:
      - ${readFileSync(`${this.key}.pub`, 'utf8').trim()}
ssh:
  port: ${SSH_PORT}
firewall:
  rules:
${this.#rules.map((rule) => `    - ${rule}\n`).join('')}fail2ban:
  jails:
    sshd: { maxretry: ${MAX_RETRY}, findtime: 10m, bantime: -1 }
updates:
  firstBoot: security
packages: { ${packages} }
services:
  disable: [avahi-daemon]
hardware:
  usbStorage: block
`
  }
}

/** The client with nothing of this machine's own settings. */
const ssh = [
  'ssh',
  '-F',
  'none',
  ...['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'].flatMap((setting) => [
    '-o',
    setting,
  ]),
]
