import { refusal } from '../../base/encode/encode.ts'
import { pskValue, ssidValue } from '../../base/encode/keyfile.ts'
import { fromHex, hex, utf8 } from '../../base/host/bytes.ts'
import { sha1 } from '../../base/host/hash.ts'
import type { Origin } from '../../base/report/origin.ts'
import type { Problem, SpecPath } from '../../base/report/report.ts'
import { setLine } from '../../device/formats/lines.ts'
import { wpaKey, wpaPasswordKind } from '../../device/formats/wpa-key.ts'
import { type FileOperation, file, type Operation, remove } from '../plan/operation.ts'
import type { Note } from '../plan/request.ts'
import { render, Traced } from '../render/render.ts'
import type { Wifi, WifiNetwork } from '../spec-file/spec.ts'
import type { Context, Contribution, Control } from './control.ts'
import { editedFile, imageText, linesOf } from './edited-file.ts'
import { CERTIFICATES, eapPart } from './network-eap.ts'

/** Wi-Fi: a profile of NetworkManager for each network, the country, and the radio switched on. */
export const network: Control = { name: 'network', compile }

const PROFILES = '/etc/NetworkManager/system-connections'
const STATE = '/var/lib/NetworkManager/NetworkManager.state'

/** Any fixed UUID does: what is made from it and a name is the same on every machine (RFC 9562, version 5). */
const NAMESPACE = 'a9bd1dbf5c3e4c4d9a6d6b1f2f3f8d10'

function compile(context: Context): Contribution {
  const { spec, inventory, because } = context
  const { wifi } = spec.network
  if (wifi === undefined) return { operations: stale(context, []) }
  const problems = problemsOf(context, wifi)
  if (problems.length > 0) return { problems }
  const country = because(['network', 'wifi', 'country'], 'the radio stays off until its country is known')
  const profiles = wifi.networks.flatMap((_, index) => profile(context, wifi, index))
  return {
    operations: [
      ...profiles,
      ...stale(context, profiles),
      radioOn(context),
      ...inventory.root
        .list('/var/lib/systemd/rfkill')
        .filter((name) => name.endsWith(':wlan'))
        .map((name) => editedFile(inventory.root, `/var/lib/systemd/rfkill/${name}`, '0\n', country)),
    ],
    cmdline: [
      { remove: /cfg80211\.ieee80211_regdom=.*/, origin: country },
      { add: `cfg80211.ieee80211_regdom=${wifi.country}`, origin: country },
    ],
    notes: wifi.networks.flatMap((one, index) => notesOf(context, one, ['network', 'wifi', 'networks', index])),
  }
}

function problemsOf({ inventory }: Context, wifi: Wifi): Problem[] {
  const path = ['network', 'wifi'] as const
  const problems: Problem[] = []
  if (!inventory.packages.has('network-manager')) {
    const message = 'the image has no NetworkManager'
    problems.push({
      severity: 'error',
      code: 'NET023',
      path,
      message,
      hint: 'start from Raspberry Pi OS Lite or Desktop',
    })
  }
  for (const [index, { ssid, psk }] of wifi.networks.entries()) {
    const faults = [
      ['ssid', refusal(ssidValue, ssid)],
      ['psk', psk === undefined ? undefined : refusal(pskValue, psk.reveal())],
    ] as const
    for (const [key, message] of faults) {
      if (message === undefined) continue
      problems.push({ severity: 'error', code: 'NET022', path: [...path, 'networks', index, key], message })
    }
  }
  return problems
}

/** What the owner should know of a network. */
function notesOf({ because }: Context, { ssid, security, psk, eap }: WifiNetwork, path: SpecPath): Note[] {
  const warning = (message: string, reason: string): Note[] => [
    { severity: 'warning', message, origin: because(path, reason) },
  ]
  if (security === 'open') return warning('an open Wi-Fi network: everybody near can read along', 'no psk')
  if (security === 'owe') {
    return warning(
      'nobody reads along, but whoever opens a network of this name is taken for it',
      'owe has no password',
    )
  }
  if (eap?.password !== undefined) {
    return warning(`the password for '${ssid}' is stored as it is: whoever takes the card has it`, 'eap needs it')
  }
  return psk !== undefined && security !== 'wpa2'
    ? warning(`the passphrase of '${ssid}' is stored as it is: whoever takes the card has it`, 'WPA3 needs it')
    : []
}

/** How NetworkManager calls it (nm-settings-nmcli(5), key-mgmt); `wpa-psk` is WPA3 too where it has a passphrase. */
function keyManagement({ security, eap }: WifiNetwork): string | undefined {
  if (eap !== undefined) return 'wpa-eap'
  return { open: undefined, owe: 'owe', wpa2: 'wpa-psk', 'wpa2-wpa3': 'wpa-psk', wpa3: 'sae' }[security]
}

/** The profile of a network, mode 0600, for NetworkManager ignores one that others can read; and the files that it names. */
function profile(context: Context, wifi: Wifi, index: number): FileOperation[] {
  const { because } = context
  const network = wifi.networks[index] as WifiNetwork
  const { ssid, security, hidden, priority } = network
  const path = ['network', 'wifi', 'networks', index] as const
  const origin = because(path, 'a wireless network that the device joins')
  const uuid = uuidOf(ssid)
  const id = `pibake-${/^[A-Za-z0-9_-]+$/.test(ssid) ? ssid : uuid}`
  const eap = network.eap && eapPart(context, network.eap, id, [...path, 'eap'])
  const { content, lines } = render('root/etc/NetworkManager/system-connections/pibake.nmconnection.ejs', {
    id,
    uuid,
    ssid: new Traced(ssidValue(ssid), because([...path, 'ssid'], "the network's name")),
    hidden,
    priority:
      priority === 0 ? undefined : new Traced(priority, because([...path, 'priority'], 'the highest is joined')),
    keyManagement: traced(keyManagement(network), because([...path, 'security'], 'how the network is protected')),
    protectedFrames: network.eap !== undefined && security === 'wpa3',
    psk: pskOf(context, network, [...path, 'psk']),
    eap: eap?.lines,
  })
  const connection = file(`${PROFILES}/${id}.nmconnection`, content, { mode: 0o600, origin, lines, secret: true })
  return [connection, ...(eap?.files ?? [])]
}

function traced(value: string | undefined, origin: Origin): Traced | undefined {
  return value === undefined ? undefined : new Traced(value, origin)
}

/** For WPA2 the key that it makes of the passphrase: the passphrase, which may be used elsewhere too, is not on the card. */
function pskOf({ because }: Context, { ssid, security, psk }: WifiNetwork, path: SpecPath): Traced | undefined {
  if (psk === undefined) return undefined
  const text = pskValue(psk.reveal())
  if (security !== 'wpa2') return new Traced(text, because(path, 'its passphrase, which WPA3 needs as it is'))
  if (wpaPasswordKind(text) === 'key') return new Traced(text, because(path, 'its key'))
  return new Traced(wpaKey(text, ssid), because(path, 'the key that WPA2 makes of its passphrase'))
}

/** Profiles that an earlier spec had pibake write, and the certificates that they named. */
function stale({ inventory, because }: Context, kept: readonly FileOperation[]): Operation[] {
  const origin = because(['network', 'wifi'], 'the spec does not name this network any more')
  const filesIn = (folder: string, name: RegExp) =>
    inventory.root
      .list(folder)
      .filter((file) => name.test(file))
      .map((file) => `${folder}/${file}`)
  return [...filesIn(PROFILES, /^pibake-[^/]+\.nmconnection$/), ...filesIn(CERTIFICATES, /^pibake-[^/]+\.pem$/)]
    .filter((path) => !kept.some((operation) => operation.path === path))
    .map((path) => remove(path, { origin }))
}

/** What `nmcli radio wifi on` writes; the image says false until a country is set (pi-gen, stage2/02-net-tweaks). */
function radioOn({ inventory, because }: Context): FileOperation {
  const before = imageText(inventory.root, STATE)
  const started = /^\[main\]$/m.test(before) ? before : `[main]\n${before}`
  const isSwitch = (line: string) => line.startsWith('WirelessEnabled=')
  const text = setLine(started, isSwitch, 'WirelessEnabled=true')
  const origin = because(['network', 'wifi'], 'the radio is on')
  return editedFile(inventory.root, STATE, text, origin, linesOf(text, isSwitch, origin))
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
