import type { Release } from '../inspect/inventory.ts'
import { leavesNone } from './algorithms.ts'
import { lineOf } from './allow-deny.ts'
import type { SshdEffective } from './effective.ts'

const isNone = (value: string) => value.toLowerCase() === 'none'
const isBelowOne = (value: string) => Number(value) < 1

/** Values with which sshd starts and still nobody gets a shell of this device, and what they do. */
const values: readonly (readonly [
  keyword: string,
  shuts: (value: string, release: Release, effective: SshdEffective) => boolean,
  why: string,
])[] = [
  ['MaxAuthTries', isBelowOne, 'no try is allowed'],
  ['MaxSessions', isBelowOne, 'no session is allowed'],
  ['PerSourceMaxStartups', isBelowOne, 'every connection is dropped'],
  ['ForceCommand', (value) => !isNone(value), 'it runs in place of the shell'],
  ['ChrootDirectory', (value) => !isNone(value) && value !== '/', 'the shell and the system are not in there'],
  ['Ciphers', (list, release) => leavesNone(release, 'cipher', list), 'it leaves none that clients offer'],
  [
    'MACs',
    (list, release, sshd) =>
      leavesNone(release, 'mac', list) && leavesNone(release, 'aead', sshd.value('Ciphers') ?? '+'),
    'it leaves none that clients offer, nor do the ciphers one that needs none',
  ],
  ['KexAlgorithms', (list, release) => leavesNone(release, 'kex', list), 'it leaves none that clients offer'],
  [
    'HostKeyAlgorithms',
    (list, release) => leavesNone(release, 'key', list),
    'it leaves neither ssh-ed25519 nor rsa-sha2-256 or 512, the host keys that every device has',
  ],
]

/** With these no shell is had, and still a program runs or a port is forwarded. */
const OF_THE_SHELL: ReadonlySet<string> = new Set(['MaxSessions', 'ForceCommand', 'ChrootDirectory'])

/**
 * Why nobody can log in with what sshd's configuration holds for a connection, whoever it is (servconf.c, auth2.c,
 * session.c, srclimit.c; test/system/sshd-lockouts.test.ts tries each at a running sshd); undefined: it is open.
 *
 * @param wants `shell`: to work on the device; `anything`: it is enough that sshd lets somebody in
 */
export function blockerOfAllLogins(
  effective: SshdEffective,
  release: Release,
  wants: 'shell' | 'anything' = 'shell',
): string | undefined {
  for (const [keyword, shuts, why] of values) {
    if (wants === 'anything' && OF_THE_SHELL.has(keyword)) continue
    const value = effective.value(keyword)
    if (value !== undefined && shuts(value, release, effective)) {
      return `${keyword} is '${value}'${lineOf(effective, keyword)}: ${why}`
    }
  }
  return undefined
}
