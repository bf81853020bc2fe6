import { Secret } from '../../base/secret.ts'
import { type FactPath, Findings, type ForeignFile, wifiOf } from './fact.ts'
import { leaveEnterprise } from './why-not.ts'

interface Line {
  readonly value: string
  readonly line: number
}

/** A profile of NetworkManager (nm-settings-keyfile(5)): a wireless network, or a cable with addresses of its own. */
export function readConnection({ name: file, text }: ForeignFile): Findings {
  const found = new Findings(file)
  const lines = linesOf(text)
  const get = (key: string): Line | undefined => lines.get(key)
  const type = get('connection.type')?.value
  if (/^(wifi|802-11-wireless)$/.test(type ?? '')) takeWifi(found, get)
  else if (/^(ethernet|802-3-ethernet)$/.test(type ?? '')) {
    const name = get('connection.interface-name')
    const own: FactPath = ['network', 'wired', { key: 'interface', value: name?.value ?? 'eth0' }]
    if (takeAddresses(found, own, lines))
      found.set([...own, 'interface'], name?.value ?? 'eth0', name?.line ?? get('connection.type')?.line ?? 1)
  } else
    found.leave(
      `a connection of type ${type ?? 'none'}`,
      'only cables and wireless networks are taken',
      get('connection.type')?.line ?? 1,
    )
  return found
}

function takeWifi(found: Findings, get: (key: string) => Line | undefined): void {
  const ssid = get('wifi.ssid')
  if (ssid === undefined) return
  const name = /^(\d{1,3};)+$/.test(ssid.value)
    ? new TextDecoder().decode(Uint8Array.from(ssid.value.split(';').slice(0, -1).map(Number)))
    : unescaped(ssid.value)
  const management = get('wifi-security.key-mgmt')
  if (get('wifi.mode')?.value === 'ap') {
    found.leave(`the network ${name}`, 'the device joins networks, and makes none', ssid.line)
    return
  }
  if (/eap/.test(management?.value ?? '')) {
    leaveEnterprise(found, name, ssid.line)
    return
  }
  const own = wifiOf(name)
  const psk = get('wifi-security.psk')
  found.set([...own, 'ssid'], name, ssid.line)
  if (psk !== undefined) found.set([...own, 'pskFile'], new Secret(unescaped(psk.value)), psk.line)
  if (management?.value === 'sae') found.set([...own, 'security'], 'wpa3', management.line)
  const hidden = get('wifi.hidden')
  if (hidden?.value === 'true') found.set([...own, 'hidden'], true, hidden.line)
}

/** @returns whether something is said that is not so by itself */
function takeAddresses(found: Findings, own: FactPath, lines: ReadonlyMap<string, Line>): boolean {
  const before = found.facts.length
  for (const family of ['ipv4', 'ipv6']) {
    const method = lines.get(`${family}.method`)
    if (method !== undefined && /^(manual|disabled)$/.test(method.value))
      found.set([...own, family, 'method'], method.value, method.line)
    for (const [key, { value, line }] of lines) {
      const [, option] = new RegExp(`^${family}\\.(address(?:es)?\\d*|gateway|dns|route\\d+)$`).exec(key) ?? []
      const [first = '', second] = value.split(/[,;]/).filter((part) => part !== '')
      if (option === undefined || first === '') continue
      if (option.startsWith('address')) {
        found.add([...own, family, 'addresses'], first, line)
        if (second !== undefined) found.set([...own, family, 'gateway'], second, line)
      } else if (option === 'gateway') found.set([...own, family, 'gateway'], first, line)
      else if (option === 'dns')
        for (const server of value.split(/[,;]/)) {
          if (server !== '') found.add([...own, family, 'dns'], server, line)
        }
      else found.add([...own, family, 'routes'], { to: first, ...(second === undefined ? {} : { via: second }) }, line)
    }
  }
  return found.facts.length > before
}

function linesOf(text: string): ReadonlyMap<string, Line> {
  const lines = new Map<string, Line>()
  let section = ''
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    section = /^\[(.+)\]$/.exec(line)?.[1] ?? section
    const [, key, value = ''] = /^([\w.-]+)\s*=\s*(.*)$/.exec(line.startsWith('#') ? '' : line) ?? []
    if (key !== undefined) lines.set(`${SECTIONS[section] ?? section}.${key}`, { value, line: index + 1 })
  }
  return lines
}

const SECTIONS: Readonly<Record<string, string>> = {
  '802-11-wireless': 'wifi',
  '802-11-wireless-security': 'wifi-security',
  '802-3-ethernet': 'ethernet',
}

function unescaped(value: string): string {
  return value.replace(
    /\\(s|n|t|r|\\)/g,
    (_, letter: string) => ({ s: ' ', n: '\n', t: '\t', r: '\r' })[letter] ?? '\\',
  )
}
