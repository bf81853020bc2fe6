import type { Origin } from '../../base/report/origin.ts'
import { cidr, type Family, formatBits, isPrefix, parseNetwork } from '../../device/net/address.ts'
import { compileRulesFor } from '../../device/ufw/compile.ts'
import type { Entry } from '../../device/ufw/entry.ts'
import { holdsPort } from '../../device/ufw/ports.ts'
import type { Side } from '../../device/ufw/rule.ts'
import type { Ruleset } from '../../device/ufw/ruleset.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { profilesBrought } from '../spec-file/ufw-profiles.ts'
import type { Context, Contribution, Control } from './control.ts'
import { absent, rootDirectory, rootFile } from './root-file.ts'

const TABLE = '/etc/pibake/interim.nft'
const PROGRAMS = ['interim-firewall', 'interim-firewall-yield', 'ufw-in-force'].map((name) => `/usr/lib/pibake/${name}`)
const UNITS = ['pibake-interim-firewall.service', 'pibake-interim-firewall-yield.service'] as const
const UNIT_FILES = [...UNITS, 'pibake-ssh-only.target'].map((unit) => `/etc/systemd/system/${unit}`)

/**
 * What guards the device until ufw does: a default-deny nftables table, loaded at every start before any network is
 * up, taken away once ufw's own chains are in the kernel. It keeps no state, so it is there whenever ufw is not. At a
 * start at which neither is seen in the kernel, whatever the reason, nothing but sshd is started.
 */
export const interimFirewall: Control = { name: 'interim-firewall', compile }

function compile(context: Context): Contribution {
  const { spec, inventory } = context
  if (!spec.firewall.enabled) {
    const origin = context.because(['firewall', 'enabled'], 'no firewall is wanted')
    return { operations: [TABLE, ...PROGRAMS, ...UNIT_FILES].map((path) => absent(path, origin)) }
  }
  const origin = context.because(['firewall', 'enabled'], 'nothing is open before ufw is up')
  const { lists } = compileRulesFor(spec.firewall.rules, inventory, () => profilesBrought(spec, inventory.root))
  const data = {
    ssh: spec.ssh.enabled ? sshRules(context, lists) : [],
    sshPort: spec.ssh.port,
    byPolicy:
      spec.ssh.enabled && spec.firewall.incoming === 'allow'
        ? context.because(['firewall', 'incoming'], 'what no rule names is let in')
        : undefined,
    essentialsOnly: spec.firewall.outgoing !== 'allow',
  }
  return {
    operations: [
      rootDirectory('/etc/pibake', origin),
      rootDirectory('/usr/lib/pibake', origin),
      rootFile(TABLE, data, origin),
      ...PROGRAMS.map((path) => rootFile(path, {}, origin, { mode: 0o755 })),
      ...UNIT_FILES.map((path) => rootFile(path, { network: networkUnits(inventory.root) }, origin)),
    ],
    units: UNITS.map((unit) => ({ unit, state: 'enabled', origin })),
    packages: [{ name: 'nftables', action: 'install', origin }],
    notes: hasNft(context) ? [] : [{ severity: 'warning', message: WITHOUT_NFT, origin }],
  }
}

/** What brings the network up, of what the image starts. */
const NETWORK = ['NetworkManager', 'dhcpcd', 'iwd', 'networking', 'systemd-networkd', 'wpa_supplicant'].map(
  (name) => `${name}.service`,
)

function networkUnits(root: Tree): readonly string[] {
  const system = '/etc/systemd/system'
  const wanted = root.list(system).filter((name) => name.endsWith('.wants'))
  const started = new Set(wanted.flatMap((folder) => root.list(`${system}/${folder}`)))
  return NETWORK.filter((unit) => started.has(unit))
}

const WITHOUT_NFT =
  'the image has no nft: no packet filter guards it until the first start has ufw up; till then nothing but SSH is started'

function hasNft({ inventory }: Context): boolean {
  return inventory.root.read('/usr/sbin/nft') !== undefined
}

/** One ufw rule that decides on the SSH port, in the words of nft(8). */
interface NftRule {
  readonly origin: Origin
  readonly nfproto: 'ipv4' | 'ipv6'
  readonly ip: 'ip' | 'ip6'
  /** Empty: any. */
  readonly interface: string
  readonly sides: readonly NftAddress[]
  /** Of the client; empty: any. */
  readonly ports: readonly string[]
  readonly verdict: 'accept' | 'drop'
}

/** A network, or (a netmask with holes) the mask to lay over the address first. */
interface NftAddress {
  readonly field: 'saddr' | 'daddr'
  readonly mask: string
  readonly value: string
}

/**
 * The rules of ufw that decide on the SSH port, in their order: the first that matches wins in both, so that the
 * interim table lets in whom ufw will let in, and nobody else.
 */
function sshRules({ spec, because }: Context, lists: Ruleset): NftRule[] {
  const nftRule = (entry: Entry, family: Family): NftRule => ({
    origin: because(['firewall', 'rules', entry.index], 'decides who reaches sshd'),
    nfproto: family === 4 ? 'ipv4' : 'ipv6',
    ip: family === 4 ? 'ip' : 'ip6',
    interface: entry.interfaceIn.replace(/\+$/, '*'),
    sides: [...nftAddress('saddr', entry.source), ...nftAddress('daddr', entry.destination)],
    ports: entry.source.port === 'any' ? [] : entry.source.port.replaceAll(':', '-').split(','),
    verdict: entry.action === 'allow' || entry.action === 'limit' ? 'accept' : 'drop',
  })
  const decides = (entry: Entry) =>
    !entry.forward &&
    entry.direction === 'in' &&
    (entry.protocol === 'any' || entry.protocol === 'tcp') &&
    holdsPort(entry.destination.port, spec.ssh.port)
  return ([4, 6] as const).flatMap((family) => lists[family].filter(decides).map((entry) => nftRule(entry, family)))
}

function nftAddress(field: NftAddress['field'], { address }: Side): NftAddress[] {
  const network = address === 'any' ? undefined : parseNetwork(address)
  if (network === undefined) return []
  if (isPrefix(network)) return [{ field, mask: '', value: cidr(network) }]
  const { family, bits, mask } = network
  return [{ field, mask: formatBits(family, mask), value: formatBits(family, bits) }]
}
