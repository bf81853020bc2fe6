import type { Reach } from '../access/facts.ts'
import type { Shut, Verdict, WayIn } from '../access/prove.ts'
import { visible } from '../encode/visible.ts'
import type { Spec } from '../spec/spec.ts'
import type { Tree } from '../tree/tree.ts'

/**
 * The card that ends a successful run: who logs in, how, from where, and what root asks for.
 *
 * @param address how to reach the device, e.g. `kit-07.local`
 */
export function loginCard(verdict: Verdict, address: string): string[] {
  return [
    'The way in',
    ...verdict.ways.map((way) => `  ${wayText(way, address)}`),
    ...verdict.shut.map((shut) => `  shut: ${shutText(shut)}`),
    ...(verdict.intruders.length > 0 ? ['Others who can get in'] : []),
    ...verdict.intruders.map((way) => `  ${wayText(way, address)}`),
  ]
}

/** How to reach the device in its owner's network: by the name that avahi announces. */
export function addressOf(spec: Spec, root: Tree): string {
  const inImage = new TextDecoder().decode(root.read('/etc/hostname') ?? new Uint8Array()).trim()
  return `${spec.device.hostname ?? (inImage || 'raspberrypi')}.local`
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
