import { createHash } from 'node:crypto'
import type { Made } from './record.ts'

/** RFC 4255 and 7479: the number of a key's algorithm. */
const SSHFP_ALGORITHMS: Readonly<Record<string, number>> = { 'ssh-rsa': 1, 'ssh-ed25519': 4 }
const SSHFP_SHA256 = 2

/** The host keys of all devices for ssh(1): one file for all who log in. Empty: none were made beforehand. */
export function knownHostsText(devices: readonly Made[]): string {
  return devices
    .map((made) =>
      ed25519First(made)
        .map(({ publicKey }) => `${namesOf(made)} ${publicKey}\n`)
        .join(''),
    )
    .join('')
}

/** Names as ssh looks them up: with another port than 22, in brackets with it. */
function namesOf({ address, addresses, port }: Made): string {
  const names = [address, ...addresses.map((one) => one.replace(/\/.*$/, ''))]
  return names.map((name) => (port === null || port === 22 ? name : `[${name}]:${port}`)).join(',')
}

/** SSHFP records (RFC 4255) of all devices, by their names without a domain, for the zone that they are in. */
export function sshfpText(devices: readonly Made[]): string {
  const lines = devices.flatMap((made) =>
    ed25519First(made).map(({ type, publicKey }) => {
      const blob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
      const digest = createHash('sha256').update(blob).digest('hex')
      return `${made.hostname} IN SSHFP ${SSHFP_ALGORITHMS[type]} ${SSHFP_SHA256} ${digest}\n`
    }),
  )
  return lines.join('')
}

/** The host keys of a device, the one that clients take first. */
export function ed25519First({ hostKeys }: Made): Made['hostKeys'] {
  return [...hostKeys].sort((a, b) => Number(b.type === 'ssh-ed25519') - Number(a.type === 'ssh-ed25519'))
}

/** Devices that could not be told apart, a line each. */
export function sharedHostKeys(devices: readonly Made[]): string[] {
  const owners = new Map<string, string>()
  return devices.flatMap(({ id, hostKeys }) =>
    hostKeys.flatMap(({ publicKey, fingerprint }) => {
      const owner = owners.get(publicKey)
      owners.set(publicKey, id)
      return owner === undefined ? [] : [`${owner} and ${id} have the same host key ${fingerprint}`]
    }),
  )
}
