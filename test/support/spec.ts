import type { Problem } from '../../src/base/report/report.ts'
import { type ParsedSpec, parseSpec } from '../../src/core/check/parse.ts'
import type { ReadReferenced } from '../../src/core/spec-file/referenced-files.ts'
import type { Spec } from '../../src/core/spec-file/spec.ts'
import { MemoryTree } from '../../src/storage/tree/memory.ts'

/** The day on which the tests judge ends of accounts and keys. */
export const TODAY = '2026-11-22'

/** Throw-away public keys; nobody has their private halves. */
export const KEYS = {
  alice: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPjo1TdQSG/G4KQ2oOm0YNJv/6+d9J4LiQHIhvFyLxk1 alice@laptop',
  bob: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKVIZm/sseLptLxXbrdUP1tW6VgNbuzV/XoRyL9Qsx2Y bob@desk',
} as const

/** crypt(3) of `correct horse`. */
export const HASH = '$6$pibake$DV/4B6VHmu0DKPASlET/Mnyg4EtJWp80t7HFpvfUJ8H2X3ovY9uJEyXeFsdkKegUG3cqBY8kZ.JBOVF0UboiS/'

// biome-ignore lint/suspicious/noExplicitAny: a spec in a test is shaped by hand, also into wrong shapes.
export type LooseSpec = any

/** The smallest useful spec: one owner with a key and a password for sudo. */
export function smallSpec(): LooseSpec {
  return { version: 1, users: [{ name: 'alice', passwordHash: HASH, authorizedKeys: [KEYS.alice] }] }
}

/** A spec that uses every section. */
export function fullSpec(): LooseSpec {
  return {
    version: 1,
    device: { hostname: 'kit-07', timezone: 'Europe/Vienna', locale: 'en_GB.UTF-8', keyboard: 'gb' },
    users: [
      { name: 'alice', passwordHash: HASH, authorizedKeys: [KEYS.alice, { key: KEYS.bob, restrict: true }] },
      { name: 'bob', authorizedKeys: [{ key: KEYS.bob, from: ['192.0.2.0/24'] }], sudo: 'none', groups: ['gpio'] },
    ],
    ssh: { port: 2222, settings: { ClientAliveInterval: '120' } },
    firewall: {
      rules: [
        'limit 2222/tcp',
        'allow from 192.0.2.0/24 to any port 80 proto tcp',
        "allow in on eth0 to any port 1883 proto tcp comment 'mqtt'",
      ],
    },
    fail2ban: { jails: { sshd: { maxretry: 4, findtime: '10m', bantime: -1 } } },
    updates: { firstBoot: 'full', reboot: '03:30' },
    packages: { install: ['mosquitto'], remove: ['triggerhappy'] },
    services: { disable: ['avahi-daemon'] },
    hardware: { bluetooth: 'off', usbStorage: 'block' },
    network: { wifi: { country: 'AT', networks: [{ ssid: 'kit', pskFile: 'wifi.psk' }] } },
    files: [{ path: '/etc/motd', content: 'kit 07\n', mode: '0644', owner: 'root', group: 'root' }],
  }
}

/** What the specs of tests name, where a test brings nothing else. */
const FILES: Readonly<Record<string, string>> = { 'wifi.psk': 'long enough\n' }

/**
 * Reads and checks a spec: YAML, or an object (JSON is YAML).
 * @param files those that it names, by the path that stands in it
 * @param today undefined: ends of accounts and keys are not judged
 */
export function parse(spec: LooseSpec | string, files = FILES, today?: string): ParsedSpec {
  const text = typeof spec === 'string' ? spec : JSON.stringify(spec, null, 2)
  const read: ReadReferenced = (path) => {
    const content = files[path]
    if (content === undefined) return { failure: 'no such file' }
    return { bytes: new TextEncoder().encode(content), readByAll: false }
  }
  const host = {
    read,
    verify: () => 'not looked at',
    unpack: () => new MemoryTree('deb'),
    ask: () => ({ failure: 'it is not set' }),
  }
  return parseSpec(new TextEncoder().encode(text), 'pibake.yaml', host, today)
}

/** A spec without error, with its places and its digest; throws with the errors of one that has some. */
export function sound(written: LooseSpec | string, files = FILES): ParsedSpec & { readonly spec: Spec } {
  const result = parse(written, files, TODAY)
  const errors = result.problems.filter(({ severity }) => severity === 'error')
  if (result.spec === undefined || errors.length > 0)
    throw new Error(`the spec is not sound:\n${errors.map(brief).join('\n')}`)
  return { ...result, spec: result.spec }
}

/** The resolved spec of what is written. */
export function specOf(written: LooseSpec | string, files = FILES): Spec {
  return sound(written, files).spec
}

/** `12:7 SSH004`: place and code of a problem. */
export function brief({ position, code }: Problem): string {
  return `${position?.line}:${position?.column} ${code}`
}
