import { bytewise } from '../../base/order.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { isMulti, normalisePorts } from './ports.ts'
import { PROFILES } from './profiles-table.ts'
import { type Protocol, RuleError } from './rule.ts'
import type { Services } from './services.ts'

/** One `ports` entry of an application profile. */
interface PortSpec {
  readonly port: string
  readonly protocol: Protocol
}

/** Profile name → its ports, in the profile's order. */
export type Profiles = ReadonlyMap<string, readonly PortSpec[]>

/** Files of {@link PROFILES_FOLDER} by their names there. */
export type ProfileFiles = ReadonlyMap<string, Uint8Array>

/** Where the files lie that hold profiles. */
export const PROFILES_FOLDER = '/etc/ufw/applications.d'
const IGNORED = /^\.|(\.dpkg-(new|old|dist)|~)$/

/** The profiles of the ufw package itself (the same files in Debian 12 and 13) and of openssh-server. */
export const debianProfiles: Profiles = new Map(
  Object.entries(PROFILES).map(([name, ports]) => [name, readPortSpecs(ports) ?? []]),
)

/**
 * The profiles ufw will know on the device: those in the image and, as long as ufw is not in it, those that the ufw
 * package brings. A profile with the name of a service does not count, as in ufw.
 *
 * @param brought files that the spec lays into their folder: they take the place of the image's
 */
export function imageProfiles(
  root: Tree,
  services: Services,
  ufwInstalled: boolean,
  brought: ProfileFiles = new Map(),
): Profiles {
  const profiles = new Map(ufwInstalled ? [] : debianProfiles)
  // Of two profiles with one name the last counts (ufw/applications.py, get_profiles).
  for (const name of [...new Set([...root.list(PROFILES_FOLDER), ...brought.keys()])].sort(bytewise)) {
    if (IGNORED.test(name)) continue
    const content = brought.get(name) ?? root.read(`${PROFILES_FOLDER}/${name}`)
    if (content === undefined) continue
    for (const [profile, ports] of parseProfiles(new TextDecoder().decode(content))) profiles.set(profile, ports)
  }
  for (const name of services.keys()) profiles.delete(name)
  return profiles
}

/** Reads the INI text of profile files; a profile that lacks a field or has bad ports is left out, as ufw does. */
function parseProfiles(text: string): Profiles {
  const profiles = new Map<string, readonly PortSpec[]>()
  let name: string | undefined
  let fields = new Map<string, string>()
  const close = () => {
    const ports = fields.get('ports')
    const complete = ['title', 'description', 'ports'].every((field) => fields.get(field))
    if (name === undefined || !isProfileName(name) || !complete) return
    const specs = readPortSpecs(ports ?? '')
    if (specs !== undefined) profiles.set(name, specs)
  }
  for (const line of text.split('\n')) {
    const section = /^\[(.+)\]\s*$/.exec(line)?.[1]
    const field = /^([^\s#;=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line)
    if (section !== undefined) {
      close()
      name = section
      fields = new Map()
    } else if (field?.[1] !== undefined && field[2] !== undefined) {
      fields.set(field[1].toLowerCase(), field[2])
    }
  }
  close()
  return profiles
}

/** What ufw takes as the name of a profile. */
export function isProfileName(name: string): boolean {
  return name !== 'all' && name.length <= 64 && !/^[+-]?\d+$/.test(name) && /^[a-zA-Z0-9][a-zA-Z0-9 _.+-]*$/.test(name)
}

/** `22/tcp|53`: undefined when one of them is none that ufw takes. */
function readPortSpecs(ports: string): PortSpec[] | undefined {
  const specs = ports.split('|').map(readPortSpec)
  return specs.every((spec) => spec !== undefined) ? specs : undefined
}

function readPortSpec(text: string): PortSpec | undefined {
  const [port = '', protocol = 'any', ...more] = text.split('/')
  if (more.length > 0 || (protocol !== 'any' && protocol !== 'tcp' && protocol !== 'udp')) return undefined
  if (protocol === 'any' && isMulti(port)) return undefined
  try {
    normalisePorts(port, 0)
  } catch (error) {
    if (error instanceof RuleError) return undefined
    throw error
  }
  return { port, protocol }
}
