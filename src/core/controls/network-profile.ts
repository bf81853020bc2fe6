import { pskValue, ssidValue } from '../../base/encode/keyfile.ts'
import { fromHex, hex, utf8 } from '../../base/host/bytes.ts'
import { sha1 } from '../../base/host/hash.ts'
import type { Origin } from '../../base/report/origin.ts'
import type { SpecPath } from '../../base/report/report.ts'
import { wpaKey, wpaPasswordKind } from '../../device/formats/wpa-key.ts'
import { type FileOperation, file } from '../plan/operation.ts'
import { render, Traced } from '../render/render.ts'
import type { WifiNetwork, Wired } from '../spec-file/spec.ts'
import type { Context } from './control.ts'
import { eapPart } from './network-eap.ts'
import { ipPart } from './network-ip.ts'

export const PROFILES = '/etc/NetworkManager/system-connections'

/** Any fixed UUID does: what is made from it and a name is the same on every machine (RFC 9562, version 5). */
const NAMESPACE = 'a9bd1dbf5c3e4c4d9a6d6b1f2f3f8d10'

/** The profile of a wireless network, and the files that it names. */
export function wifiProfile(context: Context, network: WifiNetwork, path: SpecPath): FileOperation[] {
  const { because } = context
  const { ssid, security, hidden, priority } = network
  const uuid = uuidOf(ssid)
  const id = `pibake-${/^[A-Za-z0-9_-]+$/.test(ssid) ? ssid : uuid}`
  const eap = network.eap && eapPart(context, network.eap, id, [...path, 'eap'])
  const connection = profile(context, { id, uuid, type: 'wifi' }, network, path, {
    reason: 'a wireless network that the device joins',
    ssid: new Traced(ssidValue(ssid), because([...path, 'ssid'], "the network's name")),
    hidden,
    priority:
      priority === 0 ? undefined : new Traced(priority, because([...path, 'priority'], 'the highest is joined')),
    keyManagement: traced(keyManagement(network), because([...path, 'security'], 'how the network is protected')),
    protectedFrames: network.eap !== undefined && security === 'wpa3',
    psk: pskOf(context, network, [...path, 'psk']),
    eap: eap?.lines,
  })
  return [connection, ...(eap?.files ?? [])]
}

/** The profile of a connection by cable. A name of a wireless network has no dot in its profile's. */
export function wiredProfile(context: Context, wired: Wired, path: SpecPath): FileOperation {
  const name = wired.interface ?? wired.mac?.replaceAll(':', '').toLowerCase() ?? 'any'
  const heading: Heading = { id: `pibake-wired.${name}`, uuid: uuidOf(`\0wired\0${name}`), type: 'ethernet' }
  return profile(context, heading, wired, path, { reason: 'a connection by cable' })
}

interface Heading {
  readonly id: string
  readonly uuid: string
  /** As NetworkManager calls the kind, and the section that it has for it. */
  readonly type: 'wifi' | 'ethernet'
}

/** Mode 0600: NetworkManager ignores a profile that others can read. */
function profile(
  context: Context,
  heading: Heading,
  own: Wired | WifiNetwork,
  path: SpecPath,
  { reason, ...more }: { readonly reason: string; readonly [key: string]: unknown },
): FileOperation {
  const { because } = context
  const { content, lines } = render(`root${PROFILES}/pibake.nmconnection.ejs`, {
    ssid: undefined,
    hidden: false,
    priority: undefined,
    keyManagement: undefined,
    eap: undefined,
    ...heading,
    ...more,
    interface: traced(own.interface, because([...path, 'interface'], 'the interface that it is for')),
    mac: traced(own.mac?.toUpperCase(), because([...path, 'mac'], 'the interface that it is for')),
    ipv4: ipPart(context, own.ipv4, [...path, 'ipv4']),
    ipv6: ipPart(context, own.ipv6, [...path, 'ipv6']),
  })
  const origin = because(path, reason)
  return file(`${PROFILES}/${heading.id}.nmconnection`, content, {
    mode: 0o600,
    origin,
    lines,
    secret: heading.type === 'wifi',
  })
}

/** How NetworkManager calls it (nm-settings-nmcli(5), key-mgmt); `wpa-psk` is WPA3 too where it has a passphrase. */
function keyManagement({ security, eap }: WifiNetwork): string | undefined {
  if (eap !== undefined) return 'wpa-eap'
  return { open: undefined, owe: 'owe', wpa2: 'wpa-psk', 'wpa2-wpa3': 'wpa-psk', wpa3: 'sae' }[security]
}

/** For WPA2 the key that it makes of the passphrase: the passphrase, which may be used elsewhere too, is not on the card. */
function pskOf({ because }: Context, { ssid, security, psk }: WifiNetwork, path: SpecPath): Traced | undefined {
  if (psk === undefined) return undefined
  const text = pskValue(psk.reveal())
  if (security !== 'wpa2') return new Traced(text, because(path, 'its passphrase, which WPA3 needs as it is'))
  if (wpaPasswordKind(text) === 'key') return new Traced(text, because(path, 'its key'))
  return new Traced(wpaKey(text, ssid), because(path, 'the key that WPA2 makes of its passphrase'))
}

function traced(value: string | undefined, origin: Origin): Traced | undefined {
  return value === undefined ? undefined : new Traced(value, origin)
}

function uuidOf(name: string): string {
  const hash = sha1(fromHex(NAMESPACE), utf8(name))
  hash[6] = ((hash[6] as number) & 0x0f) | 0x50
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80
  const digits = hex(hash)
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20, 32),
  ].join('-')
}
