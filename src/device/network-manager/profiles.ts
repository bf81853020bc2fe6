import type { Tree } from '../../storage/tree/tree.ts'
import { type Network, parseNetwork } from '../net/address.ts'
import { type HostAddress, parseHostAddress } from '../net/host-address.ts'
import { confLines } from './conf.ts'

/** A connection that NetworkManager knows (nm-settings-keyfile(5)), as far as its addresses go. */
export interface Profile {
  readonly file: string
  /** `ethernet`, `wifi`, or another kind by its own name. */
  readonly type: string
  /** Undefined: any of its kind. */
  readonly interface: string | undefined
  readonly ipv4: Addressing
  readonly ipv6: Addressing
}

export interface Addressing {
  /** `auto` where nothing is said. */
  readonly method: string
  readonly addresses: readonly HostAddress[]
  readonly hasGateway: boolean
  /** Networks that are reached by a route of their own. */
  readonly routes: readonly Network[]
}

const ETC = '/etc/NetworkManager/system-connections'
const LIB = '/usr/lib/NetworkManager/system-connections'

/** The connections that NetworkManager brings up by itself; a file that others could have written or can read it passes over. */
export function profiles(root: Tree): readonly Profile[] {
  const path = confLines(root)
    .flat()
    .filter(({ section, key }) => section === 'keyfile' && key === 'path')
    .at(-1)?.value
  const own = path ?? ETC
  const names = root.list(own)
  const packaged = root.list(LIB).filter((name) => !names.includes(name))
  return [
    ...names.filter((name) => isPrivate(root, `${own}/${name}`)).map((name) => `${own}/${name}`),
    ...packaged.map((name) => `${LIB}/${name}`),
  ].flatMap((file) => (/\/(\.|[^/]*(~|\.swp|\.bak|\.rpmsave|\.dpkg-\w+)$)/.test(file) ? [] : profileIn(root, file)))
}

function isPrivate(root: Tree, file: string): boolean {
  const entry = root.lstat(root.resolve(file))
  return entry?.kind === 'file' && entry.uid === 0 && (entry.mode & 0o077) === 0
}

const KINDS: Readonly<Record<string, string>> = { '802-3-ethernet': 'ethernet', '802-11-wireless': 'wifi' }

function profileIn(root: Tree, file: string): readonly Profile[] {
  const bytes = root.read(root.resolve(file))
  if (bytes === undefined) return []
  const sections = sectionsOf(new TextDecoder().decode(bytes))
  const connection = sections.get('connection')
  const type = lastValue(connection, 'type')
  if (type === undefined || /^(0|no|off|false)$/i.test(lastValue(connection, 'autoconnect') ?? '')) return []
  return [
    {
      file,
      type: KINDS[type] ?? type,
      interface: lastValue(connection, 'interface-name'),
      ipv4: addressing(sections.get('ipv4')),
      ipv6: addressing(sections.get('ipv6')),
    },
  ]
}

interface Line {
  readonly key: string
  readonly value: string
}

function sectionsOf(text: string): ReadonlyMap<string, readonly Line[]> {
  const sections = new Map<string, Line[]>()
  let current: Line[] = []
  for (const line of text.split('\n').map((one) => one.trim())) {
    const name = /^\[(.+)\]$/.exec(line)?.[1]
    if (name !== undefined) {
      current = sections.get(name) ?? []
      sections.set(name, current)
    } else if (!line.startsWith('#')) {
      const [, key, value = ''] = /^([^=]+?)\s*=\s*(.*)$/.exec(line) ?? []
      if (key !== undefined) current.push({ key, value })
    }
  }
  return sections
}

function lastValue(lines: readonly Line[] | undefined, key: string): string | undefined {
  return lines?.filter((line) => line.key === key).at(-1)?.value
}

/** `address1=192.0.2.10/24,192.0.2.1` has the gateway with it; so has `route1=10.0.0.0/8,192.0.2.1` its router. */
function addressing(lines: readonly Line[] = []): Addressing {
  const addresses = lines.filter(({ key }) => /^address(es)?\d*$/.test(key)).map(({ value }) => value.split(/[,; ]+/))
  const routes = lines.filter(({ key }) => /^routes?\d*$/.test(key)).map(({ value }) => value.split(/[,; ]+/)[0] ?? '')
  const isGateway = (text: string | undefined) => text !== undefined && !/^(|0\.0\.0\.0|::)$/.test(text)
  const gateways = [lastValue(lines, 'gateway'), ...addresses.map(([, gateway]) => gateway)]
  const isNever = /^(1|yes|on|true)$/i.test(lastValue(lines, 'never-default') ?? '')
  return {
    method: lastValue(lines, 'method') ?? 'auto',
    addresses: addresses.flatMap(([text = '']) => parseHostAddress(text) ?? []),
    hasGateway: (!isNever && gateways.some(isGateway)) || routes.some((text) => /\/0$/.test(text)),
    routes: routes.flatMap((text) => parseNetwork(text) ?? []),
  }
}
