import type { Reach } from '../access/facts.ts'
import type { Shut, Verdict, WayIn } from '../access/prove.ts'
import { visible } from '../encode/visible.ts'
import type { HostKeys } from '../formats/host-key.ts'
import { hostnameOf } from '../inspect/hostname.ts'
import type { Inventory } from '../inspect/inventory.ts'
import type { Plan } from '../plan/plan.ts'
import type { Spec } from '../spec/spec.ts'
import type { Tree } from '../tree/tree.ts'

/** Who may get in where, and by which keys the device shows who it is. */
interface Granted {
  readonly spec: Spec
  readonly inventory: Pick<Inventory, 'packages'>
  readonly plan: Pick<Plan, 'units' | 'packages'>
  readonly verdict: Verdict
  readonly hostKeys: HostKeys
}

/**
 * The card that ends a successful run: who logs in, how, from where, what root asks for, and how to know the device.
 *
 * @param root the device's root partition, which may name the device
 */
export function loginCard(granted: Granted, root: Tree): string[] {
  const { spec, verdict, hostKeys } = granted
  const announced = isAnnounced(granted)
  const address = announced ? addressOf(spec, root) : 'ADDRESS'
  const keys = Object.values(hostKeys)
  return [
    'The way in',
    ...(announced ? [] : ['  ADDRESS is what the network gave the device: it announces no name (avahi-daemon is off)']),
    ...verdict.ways.map((way) => `  ${wayText(way, address)}`),
    ...verdict.shut.map((shut) => `  shut: ${shutText(shut)}`),
    ...(verdict.intruders.length > 0 ? ['Others who can get in'] : []),
    ...verdict.intruders.map((way) => `  ${wayText(way, address)}`),
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
export function shutText(shut: Shut): string {
  return visible(`${shut.code} ${shut.user === undefined ? '' : `${shut.user}: `}${shut.because}`)
}

function wayText(way: WayIn, address: string): string {
  const root = way.root === 'no' ? 'cannot become root' : `sudo ${way.root}`
  if (way.by === 'console') return visible(`${way.user} at the console, with the password; ${root}`)
  const port = way.port === 22 ? '' : ` -p ${way.port}`
  const by = way.by === 'key' ? `with the key ${way.fingerprint}` : 'with the password'
  return visible(`ssh${port} ${way.user}@${address}  ${by}, from ${reachText(way.from)}; ${root}`)
}

function reachText(reach: Reach): string {
  return reach === 'everywhere' ? 'everywhere' : reach.join(', ')
}
