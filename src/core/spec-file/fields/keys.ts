import { isIP } from '../../../base/host/addresses.ts'
import { readPublicKey } from '../../../device/formats/mistaken-key.ts'
import { hostBitsClear } from '../../../device/formats/network.ts'
import type { PublicKey } from '../../../device/formats/public-key.ts'
import { checked, type Fault, parsed, shaped } from '../values.ts'

/** Values about public keys and where they may come from. */

export const publicKey = (description: string) => parsed(readKey, description)

/** A public key, or what is wrong with it in a spec's words. */
export function readKey(text: string): PublicKey | Fault {
  const key = readPublicKey(text)
  if (!('reason' in key)) return key
  const codes = {
    'not-a-key': 'KEY001',
    private: 'KEY002',
    format: 'KEY003',
    lines: 'SPC006',
    weak: 'KEY004',
    certificate: 'KEY005',
    options: 'KEY006',
  } as const
  return { code: codes[key.reason], predicate: key.message, hint: key.hint }
}

/** A pattern for the `from=` option (sshd(8)): address, CIDR or host name pattern, `!` for "not". */
export const fromPattern = (description: string) =>
  checked((pattern) => {
    const bare = pattern.replace(/^!/, '')
    const [address = '', length] = bare.split('/')
    const fault = (hint: string): Fault => ({
      code: 'KEY007',
      predicate: 'is not an address, a network or a host pattern',
      hint,
    })
    if (!/^[0-9A-Za-z.:*?_-]+(\/\d{1,3})?$/.test(bare)) return fault('e.g. 192.0.2.0/24, 2001:db8::/32, *.example.org')
    if (length === undefined) return undefined
    const family = isIP(address)
    if (family === 0) return fault('a network is an address, a slash and a length')
    if (Number(length) > (family === 4 ? 32 : 128)) return fault(`the length is at most ${family === 4 ? 32 : 128}`)
    return hostBitsClear(address, Number(length))
      ? undefined
      : fault('the address has bits beyond the length; sshd would ignore the key')
  }, description)

/** A name at GitHub (its own rule: letters, digits and single hyphens inside). */
export const githubName = (description: string) =>
  shaped(
    /^[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}$/,
    { code: 'KEY012', predicate: 'is not a name at GitHub', hint: 'as in https://github.com/NAME' },
    description,
  )

/** A name at Launchpad, without the `~`. */
export const launchpadName = (description: string) =>
  shaped(
    /^[a-z0-9][a-z0-9+.-]{0,62}$/,
    { code: 'KEY012', predicate: 'is not a name at Launchpad', hint: 'as in https://launchpad.net/~NAME' },
    description,
  )

/** sshd(8), permitopen: a host or an address, IPv6 in brackets, and a port, or `*` for all ports. */
export const permitOpen = (description: string) =>
  checked((target) => {
    const [, host = '', port = ''] = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.*_-]+):(\*|[0-9]{1,5})$/.exec(target) ?? []
    const isAddress = !host.startsWith('[') || isIP(host.slice(1, -1)) === 6
    const isPort = port === '*' || (Number(port) >= 1 && Number(port) <= 65_535)
    return host !== '' && isAddress && isPort
      ? undefined
      : { code: 'KEY014', predicate: 'is not HOST:PORT', hint: 'e.g. 192.0.2.5:5432, nas.lan:443, [2001:db8::1]:80' }
  }, description)
