import { packageFileState } from '../../device/inspect/package-digests.ts'
import type { Hooked } from '../../device/netfilter/admitted.ts'
import { hookedOf, restore } from '../../device/netfilter/restore.ts'
import { nftRules } from '../../device/nftables/rules.ts'
import { isExecutable, textAt } from '../../device/sshd/files.ts'
import { inForce } from '../../device/systemd/settings.ts'
import type { Unit, Units } from '../../device/systemd/units.ts'
import { ufwOnDevice } from '../../device/ufw/on-device.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { FileLine } from './finding.ts'
import type { FinishedDevice } from './finished-device.ts'
import { startOf } from './start.ts'
import { startedCommands } from './started-commands.ts'

/** Something that decides and that cannot be read. */
export interface Unclear extends FileLine {
  readonly because: string
}

/** A packet filter that the device will load. */
export interface PacketFilter {
  readonly hooked: readonly Hooked[]
  /** Files whose rules the kernel does not get. */
  readonly refused: readonly Unclear[]
  readonly unclear: readonly Unclear[]
}

/** The device, and whether it starts a unit. */
interface Asked extends FinishedDevice {
  readonly units: Units
  readonly isStarted: (unit: string) => boolean
}

export function packetFilters(finished: FinishedDevice): PacketFilter[] {
  const { root } = finished
  const wanted = wantedNames(root)
  const { units } = startOf(finished)
  const isMasked = (name: string) => units.unit(name).state === 'masked'
  const device: Asked = { ...finished, units, isStarted: (name) => wanted.has(name) && !isMasked(name) }
  return [ufw(device), nftables(device), netfilterPersistent(device), others(device)].filter(
    (filter) => filter !== undefined,
  )
}

function ufw(device: Asked): PacketFilter | undefined {
  const { root, packages, requests } = device
  const asked = (action: 'install' | 'remove') =>
    requests.some((request) => request.name === 'ufw' && request.action === action)
  const isThere = packages.has('ufw')
  if (asked('remove') || !(isThere || asked('install'))) return undefined
  const unit = device.units.unit('ufw.service')
  const isSwitchedOn = root.read('/etc/pibake/first-boot/firewall') !== undefined
  // deb-systemd-helper enables the unit of a package that is new, unless it is masked.
  const isStarted = unit.state !== 'masked' && (!isThere || device.isStarted('ufw.service'))
  const found = ufwOnDevice(root, { isNew: !isThere, isSwitchedOn, isStarted })
  return found && { ...found, unclear: [...found.unclear, ...changedUnit(device, unit, 'ufw')] }
}

/** `nft -f /etc/nftables.conf`; the package's own file has chains without rules. */
function nftables(device: Asked): PacketFilter | undefined {
  const text = textAt(device.root, NFTABLES)
  if (text === undefined || !device.isStarted('nftables.service')) return undefined
  const { hooked, others: lines, refused } = nftRules(text, NFTABLES)
  const because = 'nft carries this line out, which does more than write chains out'
  return {
    hooked,
    refused: refused === undefined ? [] : [{ file: NFTABLES, ...refused }],
    unclear: lines.map((line) => ({ file: NFTABLES, line, because })),
  }
}

/** Each file is given to iptables-restore, which throws away what was there. */
function netfilterPersistent(device: Asked): PacketFilter | undefined {
  if (!device.isStarted('netfilter-persistent.service')) return undefined
  const loaded = ([4, 6] as const).map((family) => {
    const file = `/etc/iptables/rules.v${family}`
    const { tables, refused } = restore(new Map(), textAt(device.root, file) ?? '', file, true)
    return { hooked: hookedOf(tables, family), refused: refused === undefined ? [] : [{ file, ...refused }] }
  })
  return {
    hooked: loaded.flatMap(({ hooked }) => hooked),
    refused: loaded.flatMap(({ refused }) => refused),
    unclear: [],
  }
}

const NFTABLES = '/etc/nftables.conf'
/** Firewalls whose configuration is not read here. */
const UNREAD = ['firewalld', 'shorewall', 'shorewall6', 'ferm', 'iptables', 'ip6tables', 'arno-iptables-firewall']
/** Folders and files whose programs are run at a start or when a network comes up. */
const SCRIPTS = ['/etc/network/if-pre-up.d', '/etc/network/if-up.d', '/etc/NetworkManager/dispatcher.d']
const COMMAND =
  /^[^#]*(?<![\w/-])(?:\/\S*\/)?(?:(?:ip6?tables(?:-restore|-legacy|-nft)?|nft|ufw)\s|ip\s+(?:-\S+\s+)*(?:ro?|route|ru|rule|a|addr|address|l|li|link)\s+(?:add|del|delete|replace|change|flush|set)\b|route\s+(?:add|del)\b|ifconfig\s.*\bdown\b)/
/** Their units are judged by what they load. */
const JUDGED = /^(nftables|netfilter-persistent|ufw|pibake-.*)\.service$/

/** Programs of the image that may change what the kernel filters. */
function others(device: Asked): PacketFilter {
  const { root } = device
  const units = UNREAD.map((name) => `${name}.service`)
    .filter((name) => device.isStarted(name))
    .map((name) => ({ file: `/usr/lib/systemd/system/${name}`, line: undefined, because: `${name} is started` }))
  const scripts = [...SCRIPTS.flatMap((folder) => root.list(folder).map((name) => `${folder}/${name}`)), RC_LOCAL]
  // Of these every line: they may have commands before and after the one that is started.
  const own = root
    .list('/etc/systemd/system')
    .filter((name) => name.endsWith('.service') && !name.startsWith('pibake-') && device.isStarted(name))
    .map((name) => `/etc/systemd/system/${name}`)
  const lines = [...scripts.filter((path) => isExecutable(root, path)), ...own].flatMap((file) =>
    commandsIn(root, file),
  )
  const commands = startedCommands(device)
    .filter(
      ({ by, words, at }) =>
        by !== RC_LOCAL && !JUDGED.test(by) && !own.includes(at.file) && COMMAND.test(words.join(' ')),
    )
    .map(({ words, at }) => ({ ...at, because: isRun(words.join(' ')) }))
  return { hooked: [], refused: [], unclear: [...units, ...lines, ...commands] }
}

function commandsIn(root: Tree, file: string): Unclear[] {
  const lines = (textAt(root, file) ?? '').split('\n')
  return lines.flatMap((text, i) => (COMMAND.test(text) ? [{ file, line: i + 1, because: isRun(text.trim()) }] : []))
}

function isRun(command: string): string {
  return `it is run at a start: ${command}`
}

const RC_LOCAL = '/etc/rc.local'

/** The names that folders of links have in them: what a start of some unit starts. */
function wantedNames(root: Tree): ReadonlySet<string> {
  const folders = ['/etc/systemd/system', '/usr/lib/systemd/system'].flatMap((folder) =>
    root.list(folder).flatMap((name) => (/\.(wants|requires)$/.test(name) ? [`${folder}/${name}`] : [])),
  )
  return new Set(folders.flatMap((folder) => root.list(folder)))
}

/** A unit that no longer does what its package made it do. */
function changedUnit({ root }: FinishedDevice, unit: Unit, packageName: string): Unclear[] {
  if (unit.file === undefined) return []
  const because = (what: string) => `${what}: what ${unit.name} does is not what the package made it do`
  const started = inForce(unit.settings, 'Service', 'ExecStart')
  const added = started.find(({ file }) => file !== unit.file)
  if (added !== undefined) return [{ file: added.file, line: added.line, because: because(`ExecStart=${added.value}`) }]
  return packageFileState(root, unit.file, [packageName]) === 'changed'
    ? [{ file: unit.file, line: undefined, because: because('the file was changed') }]
    : []
}
