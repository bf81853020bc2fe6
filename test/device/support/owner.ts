import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addresses, type Network } from './network.ts'
import { pibake } from './pibake.ts'
import { type Finished, run } from './run.ts'

/** The port that the owner's spec gives sshd: not the usual one, so that every place that must follow it is seen to. */
export const SSH_PORT = 2222

/** Failed logins after which the owner's spec bans an address. */
export const MAX_RETRY = 3

/** The rules of the owner's spec, as `ufw show added` lists them. */
export const RULES = [
  `allow ${SSH_PORT}/tcp`,
  'allow from 192.0.2.0/24 to any port 80 proto tcp',
  'deny from 203.0.113.7 to any port 30',
  "allow in on eth0 to any port 1883 proto tcp comment 'mqtt'",
] as const

export interface LoginOptions {
  readonly user?: string
  /** Address the login comes from; the owner's unless given. */
  readonly from?: string
  /** Tried instead of the key; typed at sshd's prompt. */
  readonly password?: string
  readonly input?: string
}

/** Somebody who bakes an image and logs in to the device afterwards: a key, a password, a spec. */
export class Owner {
  readonly #place = mkdtempSync(join(tmpdir(), 'pibake-owner-'))
  readonly password = 'correct horse battery staple'
  readonly spec = join(this.#place, 'pibake.yaml')
  readonly key = join(this.#place, 'id_ed25519')

  /** @param packages of the spec; tests that are not about carried packages have no network to ask */
  constructor(packages = 'bundle: false') {
    run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'alice@laptop', '-f', this.key])
    writeFileSync(this.spec, this.#text(packages))
  }

  /** Logs in over the network and runs `command` there. */
  login(network: Network, command: readonly string[], options: LoginOptions = {}): Finished {
    const { user = 'alice', from = addresses.owner, password, input = '' } = options
    const settings = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'ConnectTimeout=5', 'LogLevel=ERROR']
    const way =
      password === undefined
        ? ['-i', this.key, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes']
        : ['-o', 'PubkeyAuthentication=no', '-o', 'NumberOfPasswordPrompts=1']
    const ssh = [
      'ssh',
      '-F',
      'none',
      '-b',
      from,
      '-p',
      String(SSH_PORT),
      ...settings.flatMap((setting) => ['-o', setting]),
    ]
    const full = [...ssh, ...way, `${user}@${addresses.device}`, ...command]
    if (password === undefined) return network.attempt(full, { input, timeout: 30 })
    const ask = join(this.#place, 'ask')
    writeFileSync(ask, `#!/bin/sh\necho '${password}'\n`, { mode: 0o700 })
    return network.attempt(full, {
      input,
      timeout: 30,
      env: { SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' },
    })
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
${RULES.map((rule) => `    - ${rule}\n`).join('')}fail2ban:
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
