import { refusal } from '../../base/encode/encode.ts'
import { pskValue, ssidValue } from '../../base/encode/keyfile.ts'
import type { Problem, SpecPath } from '../../base/report/report.ts'
import { setLine } from '../../device/formats/lines.ts'
import { type FileOperation, type Operation, remove } from '../plan/operation.ts'
import type { Note } from '../plan/request.ts'
import type { Spec, Wifi, WifiNetwork } from '../spec-file/spec.ts'
import type { Context, Contribution, Control } from './control.ts'
import { editedFile, imageText, linesOf } from './edited-file.ts'
import { CERTIFICATES } from './network-eap.ts'
import { PROFILES, wifiProfile, wiredProfile } from './network-profile.ts'

/** A profile of NetworkManager for each connection; for Wi-Fi the country, and the radio switched on. */
export const network: Control = { name: 'network', compile }

const STATE = '/var/lib/NetworkManager/NetworkManager.state'

function compile(context: Context): Contribution {
  const { spec } = context
  const { wifi, wired } = spec.network
  const problems = problemsOf(context, spec.network)
  if (problems.length > 0) return { problems }
  const profiles = [
    ...wired.map((one, i) => wiredProfile(context, one, ['network', 'wired', i])),
    ...(wifi?.networks ?? []).flatMap((one, i) => wifiProfile(context, one, ['network', 'wifi', 'networks', i])),
  ]
  const radio = wifi && radioPart(context, wifi)
  return { ...radio, operations: [...profiles, ...stale(context, profiles), ...(radio?.operations ?? [])] }
}

/** What a radio needs beside profiles, and what is to be said of its networks. */
function radioPart(context: Context, { country, networks }: Wifi): Contribution {
  const { inventory, because } = context
  const origin = because(['network', 'wifi', 'country'], 'the radio stays off until its country is known')
  return {
    operations: [
      radioOn(context),
      ...inventory.root
        .list('/var/lib/systemd/rfkill')
        .filter((name) => name.endsWith(':wlan'))
        .map((name) => editedFile(inventory.root, `/var/lib/systemd/rfkill/${name}`, '0\n', origin)),
    ],
    cmdline: [
      { remove: /cfg80211\.ieee80211_regdom=.*/, origin },
      { add: `cfg80211.ieee80211_regdom=${country}`, origin },
    ],
    notes: networks.flatMap((one, index) => notesOf(context, one, ['network', 'wifi', 'networks', index])),
  }
}

function problemsOf({ inventory }: Context, { wifi, wired }: Spec['network']): Problem[] {
  const problems: Problem[] = []
  if ((wifi !== undefined || wired.length > 0) && !inventory.packages.has('network-manager')) {
    problems.push({
      severity: 'error',
      code: 'NET023',
      path: ['network', wifi === undefined ? 'wired' : 'wifi'],
      message: 'the image has no NetworkManager',
      hint: 'start from Raspberry Pi OS Lite or Desktop',
    })
  }
  for (const [index, { ssid, psk }] of (wifi?.networks ?? []).entries()) {
    const faults = [
      ['ssid', refusal(ssidValue, ssid)],
      ['psk', psk === undefined ? undefined : refusal(pskValue, psk.reveal())],
    ] as const
    for (const [key, message] of faults) {
      if (message === undefined) continue
      problems.push({ severity: 'error', code: 'NET022', path: ['network', 'wifi', 'networks', index, key], message })
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

/** Profiles that an earlier spec had pibake write, and the certificates that they named. */
function stale({ inventory, because }: Context, kept: readonly FileOperation[]): Operation[] {
  const origin = because(['network'], 'the spec does not name this connection any more')
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
