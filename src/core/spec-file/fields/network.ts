import { isIP } from '../../../base/host/addresses.ts'
import { utf8 } from '../../../base/host/bytes.ts'
import { isCountry } from '../countries.ts'
import { checked, type Fault, shaped } from '../values.ts'

/** Names and addresses of hosts, networks and people. */

/** Labels of letters, digits and `-`, not digits alone (RFC 1123). */
const HOST_NAME =
  /^(?=.{1,253}$)(?!\d+$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/

/** The name of any host, or an IPv4 address. */
export const hostname = (description: string) =>
  shaped(
    HOST_NAME,
    {
      code: 'NET001',
      predicate: 'is not a host name (RFC 1123)',
      hint: 'letters, digits and -, at most 63 a part, not digits alone, - not first or last',
    },
    description,
  )

/** The name of a host, or an address. */
export const timeServer = (description: string) =>
  checked(
    (text) =>
      HOST_NAME.test(text) || isIP(text) !== 0
        ? undefined
        : { code: 'NET001', predicate: 'is not a host name or an address', hint: 'e.g. ntp.example.org or 192.0.2.1' },
    description,
  )

/** `http://HOST:PORT`: a proxy that asks for nothing. */
export const proxyUrl = (description: string) =>
  checked((text) => {
    const fault = (predicate: string, hint: string): Fault => ({ code: 'NET028', predicate, hint })
    if (/^[a-z]+:\/\/[^/]*@/i.test(text)) {
      const hint = 'every program and user of the device reads it: let the proxy know the device by its address'
      return fault('holds a name or a password', hint)
    }
    const [, host = '', port = '1'] = /^https?:\/\/([^/:@]+)(?::(\d{1,5}))?\/?$/.exec(text) ?? []
    return HOST_NAME.test(host) && Number(port) >= 1 && Number(port) <= 65535
      ? undefined
      : fault('is not the address of a proxy', 'e.g. http://proxy.example.org:3128')
  }, description)

/** What is fetched without the proxy: a host, all of a domain (`.example.org`), an address. */
export const proxyException = (description: string) =>
  checked(
    (text) =>
      HOST_NAME.test(text.replace(/^\./, '')) || isIP(text) !== 0
        ? undefined
        : { code: 'NET028', predicate: 'is not a host, a domain or an address', hint: 'e.g. .example.org, 192.0.2.1' },
    description,
  )

export const country = (description: string) =>
  checked((code) => {
    if (isCountry(code)) return undefined
    const upper = code.toUpperCase()
    const hint = isCountry(upper) ? `write ${upper}` : 'two capital letters of ISO 3166, e.g. AT, GB (not UK)'
    return { code: 'NET005', predicate: 'is not a country code', hint }
  }, description)

/** At most 32 bytes (IEEE 802.11). */
export const ssid = (description: string) =>
  checked((name) => {
    const { length } = utf8(name)
    return length >= 1 && length <= 32 ? undefined : { code: 'NET006', predicate: 'must be 1 to 32 bytes long' }
  }, description)

/** A name for 802.1X: RADIUS has room for 253 bytes (RFC 2865, User-Name). */
export const identity = (description: string) =>
  checked((name) => {
    const { length } = utf8(name)
    return length >= 1 && length <= 253 ? undefined : { code: 'NET012', predicate: 'must be 1 to 253 bytes long' }
  }, description)

/** An address without a login in it, which a lock would show. */
export const httpsAddress = (description: string) =>
  shaped(
    /^https:\/\/[A-Za-z0-9][A-Za-z0-9.-]{0,252}(:[0-9]{1,5})?\/[!-~]{0,1000}$/,
    { code: 'KEY012', predicate: 'is not an address of keys', hint: 'https://HOST/PATH, without a user or a password' },
    description,
  )

/** An address as mail programs take it without quotes (RFC 5321, dot-string @ domain), or a local account. */
export const mailAddress = (description: string) =>
  shaped(
    /^[\w!#$%&'*+/=?^`{|}~.-]{1,64}(?:@[A-Za-z0-9.-]{1,253})?$/,
    { code: 'ALR004', predicate: 'is not a mail address', hint: 'e.g. alice@example.org' },
    description,
  )
