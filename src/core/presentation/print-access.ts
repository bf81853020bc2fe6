import { visible } from '../../base/encode/visible.ts'
import type { HostKeys } from '../../device/formats/host-key.ts'
import type { Inventory } from '../../device/inspect/inventory.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { type Finding, fileLineText } from '../access/finding.ts'
import type { Blocked, WayIn } from '../access/prove.ts'
import type { Proof } from '../access/prove-target.ts'
import { meansText, rootText, sourcesText } from '../access/way-words.ts'
import { hostnameOf } from '../controls/hostname.ts'
import type { Plan } from '../plan/plan.ts'
import type { Spec } from '../spec-file/spec.ts'
import type { Screen } from './screen.ts'

/** Who may get in where, and by which keys the device shows who it is. */
interface Granted {
  readonly spec: Spec
  readonly inventory: Pick<Inventory, 'packages'>
  readonly plan: Pick<Plan, 'units' | 'packages'>
  readonly verdict: Proof
  readonly hostKeys: HostKeys
}

/**
 * The card that ends a successful run: who logs in, how, from where, what root asks for, and how to know the device.
 *
 * @param root the device's root partition, which may name the device
 * @param screen one that is too narrow for the fingerprints gets their ends alone
 */
export function loginCard(granted: Granted, root: Tree, screen?: Screen): string[] {
  const { spec, verdict, hostKeys } = granted
  const announced = isAnnounced(granted)
  const [first, ...more] = verdict.addresses
  const address = announced ? addressOf(spec, root) : (first ?? 'ADDRESS')
  const others = announced ? verdict.addresses : more
  const keys = Object.values(hostKeys)
  return [
    'You get in by',
    ...(verdict.isOffline ? ['  the device has no network: the console is the only way in'] : []),
    ...(address === 'ADDRESS' && !verdict.isOffline
      ? ['  ADDRESS is what the network gave the device: it announces no name (avahi-daemon is off)']
      : []),
    ...wayLines(verdict.ways, address, verdict, screen),
    ...(verdict.transfers.length > 0 ? ['Files alone, by sftp'] : []),
    ...wayLines(verdict.transfers, address, verdict, screen),
    ...(others.length > 0 ? [`  or in place of ${address}: ${others.join(', ')}`] : []),
    ...verdict.droppedFactors.map(({ at, because }) => visible(`  second factor off: ${fileLineText(at)}: ${because}`)),
    ...verdict.behindFirewall.map((finding) => `  kept out by the firewall alone: ${shutText(finding)}`),
    ...verdict.shut.map((shut) => `  shut: ${shutText(shut)}`),
    ...(verdict.unproved.length > 0 ? ['Not proved, as accepted'] : []),
    ...verdict.unproved.map((finding) => `  ${shutText(finding)}`),
    ...(verdict.intruders.length > 0 ? ['Others who can get in'] : []),
    ...wayLines(verdict.intruders, address, verdict, screen),
    ...(keys.length > 0 ? ['Its host keys'] : []),
    ...keys.map(({ publicKey: { type, fingerprint } }) => `  ${fingerprint} (${type})`),
  ]
}

/** Will the device answer to NAME.local (mDNS)? */
function isAnnounced({ inventory, plan }: Granted): boolean {
  const isOff = plan.units.some(
    ({ unit, state }) => unit === 'avahi-daemon.service' && (state === 'disabled' || state === 'masked'),
  )
  const goes = plan.packages.some(({ name, action }) => name === 'avahi-daemon' && action === 'remove')
  return inventory.packages.has('avahi-daemon') && !isOff && !goes
}

/** How to reach the device in its owner's network: by the name that avahi announces. */
export function addressOf(spec: Spec, root: Tree): string {
  return `${hostnameOf(spec, root)}.local`
}

/** One reason in one line, its stable code first. */
export function shutText({ code, user, at, because }: Pick<Blocked, 'code' | 'user' | 'at' | 'because'>): string {
  const place = at === undefined ? '' : `${fileLineText(at)}: `
  return visible(`${code} ${user === undefined ? '' : `${user}: `}${place}${because}`)
}

/** What cannot be judged, each with where it stands and what would settle it. */
export function unprovedReport(findings: readonly Finding[]): string[] {
  return [
    'This decides who gets in, and cannot be judged:',
    ...findings.flatMap((finding) => [
      `  ${shutText(finding)}`,
      ...(finding.settle === undefined ? [] : [visible(`    to settle it: ${finding.settle}`)]),
    ]),
  ]
}

/** How to go on with what cannot be judged. */
export function unprovedHint(findings: readonly Finding[]): string {
  const flags = [...new Set(findings.map(({ code }) => code))].map((code) => `--accept-unproved ${code}`)
  return `  hint: when you have looked at it yourself, ${flags.join(' ')} goes on all the same`
}

/** One way a line, in columns: what is typed, by what one gets in, from where, and how one becomes root. */
export function wayLines(ways: readonly WayIn[], address: string, proof: Proof, screen: Screen | undefined): string[] {
  const rows = ways.map((way) => wayParts(way, address, proof))
  const width = Math.max(0, ...rows.map(([call]) => call.length))
  return rows.map(([call, ...rest]) => {
    const line = visible(`  ${call.padEnd(width)}   ${rest.join('   ')}`)
    const isNarrow = screen?.isTerminal === true && line.length > screen.columns
    return isNarrow ? line.replace(/(SHA256:.{4})\S+(\S{4})/, '$1…$2') : line
  })
}

function wayParts(
  way: WayIn,
  address: string,
  { unmadeInterfaces }: Proof,
): readonly [call: string, ...rest: string[]] {
  if (way.by === 'console') return ['console', `${way.user}, password`, rootText(way)]
  const isForFiles = way.filesIn !== undefined
  const [program, option] = isForFiles ? ['sftp', '-P'] : ['ssh', '-p']
  const call = `${program} ${way.port === 22 ? '' : `${option} ${way.port} `}${way.user}@${address}`
  const terminal = way.noTerminal === true && !isForFiles ? ['no terminal'] : []
  const rest = isForFiles ? `below ${way.filesIn}` : rootText(way)
  const from = sourcesText(way, unmadeInterfaces)
  return [call, meansText(way), ...terminal, ...(from === undefined ? [] : [from]), rest]
}
