import { refusal } from '../../base/encode/encode.ts'
import { pskValue, ssidValue } from '../../base/encode/keyfile.ts'
import { fromHex, hex, utf8 } from '../../base/host/bytes.ts'
import { sha1 } from '../../base/host/hash.ts'
import type { Problem } from '../../base/report/report.ts'
import { setLine } from '../../device/formats/lines.ts'
import { type FileOperation, file, type Operation, remove } from '../plan/operation.ts'
import type { Note } from '../plan/request.ts'
import { render, Traced } from '../render/render.ts'
import type { Wifi } from '../spec-file/spec.ts'
import type { Context, Contribution, Control } from './control.ts'
import { editedFile, imageText, linesOf } from './edited-file.ts'

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
  const profiles = wifi.networks.map((_, index) => profile(context, wifi, index))
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
    notes: wifi.networks.flatMap(({ psk }, index): Note[] => {
      if (psk !== undefined) return []
      const origin = because(['network', 'wifi', 'networks', index], 'no psk')
      return [{ severity: 'warning', message: 'an open Wi-Fi network: everybody near can read along', origin }]
    }),
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

/** Mode 0600: NetworkManager ignores a profile that others can read. */
function profile({ because }: Context, wifi: Wifi, index: number): FileOperation {
  const { ssid, psk, hidden } = wifi.networks[index] as Wifi['networks'][number]
  const path = ['network', 'wifi', 'networks', index] as const
  const origin = because(path, 'a wireless network that the device joins')
  const uuid = uuidOf(ssid)
  const id = `pibake-${/^[A-Za-z0-9_-]+$/.test(ssid) ? ssid : uuid}`
  const { content, lines } = render('root/etc/NetworkManager/system-connections/pibake.nmconnection.ejs', {
    id,
    uuid,
    ssid: new Traced(ssidValue(ssid), because([...path, 'ssid'], "the network's name")),
    hidden,
    psk: psk === undefined ? undefined : new Traced(pskValue(psk.reveal()), because([...path, 'psk'], 'its password')),
  })
  return file(`${PROFILES}/${id}.nmconnection`, content, { mode: 0o600, origin, lines, secret: true })
}

/** Profiles that an earlier spec had pibake write. */
function stale({ inventory, because }: Context, kept: readonly FileOperation[]): Operation[] {
  const origin = because(['network', 'wifi'], 'the spec does not name this network any more')
  return inventory.root
    .list(PROFILES)
    .map((name) => `${PROFILES}/${name}`)
    .filter((path) => /\/pibake-[^/]+\.nmconnection$/.test(path) && !kept.some((operation) => operation.path === path))
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
