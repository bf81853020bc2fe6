import type { Origin } from '../plan/operation.ts'
import { cidr, formatBits, isPrefix, parseNetwork } from '../ufw/address.ts'
import { compileRules } from '../ufw/compile.ts'
import type { Entry } from '../ufw/entry.ts'
import { imageNames } from '../ufw/names.ts'
import { holdsPort } from '../ufw/ports.ts'
import type { Family, Side } from '../ufw/rule.ts'
import type { Ruleset } from '../ufw/ruleset.ts'
import type { Context, Contribution, Control } from './control.ts'
import { absent, rootDirectory, rootFile } from './root-file.ts'

const TABLE = '/etc/pibake/interim.nft'
const YIELD = '/usr/lib/pibake/interim-firewall-yield'
const UNITS = ['pibake-interim-firewall.service', 'pibake-interim-firewall-yield.service'] as const

/**
 * What guards the device until ufw does: a default-deny nftables table, loaded at every start before any network is
 * up, taken away once ufw's own chains are in the kernel. It keeps no state, so it is there whenever ufw is not.
 */
export const interimFirewall: Control = { name: 'interim-firewall', compile }

function compile(context: Context): Contribution {
  const { spec, inventory } = context
  const unitFiles = UNITS.map((unit) => `/etc/systemd/system/${unit}`)
  if (!spec.firewall.enabled) {
    const origin = context.because(['firewall', 'enabled'], 'no firewall is wanted')
    return { operations: [TABLE, YIELD, ...unitFiles].map((path) => absent(path, origin)) }
  }
  const origin = context.because(['firewall', 'enabled'], 'nothing is open before ufw is up')
  const { lists } = compileRules(spec.firewall.rules, imageNames(inventory))
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
      rootFile(YIELD, {}, origin, { mode: 0o755 }),
      ...unitFiles.map((path) => rootFile(path, {}, origin)),
    ],
    units: UNITS.map((unit) => ({ unit, state: 'enabled', origin })),
    packages: [{ name: 'nftables', action: 'install', origin }],
    notes: hasNft(context) ? [] : [{ severity: 'warning', message: WITHOUT_NFT, origin }],
  }
}

const WITHOUT_NFT =
  'the image has no nft: no packet filter guards it until the first start has ufw up; till then nothing but sshd listens'

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
