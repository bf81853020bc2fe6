import { bytewise } from '../order.ts'
import type { Bundle } from '../packages/bundle.ts'
import { lockText } from '../packages/lock.ts'
import { digestOf } from '../plan/digest.ts'
import type { FileOperation, Operation, Origin } from '../plan/operation.ts'
import type { Context, Contribution, Note } from './control.ts'
import { absent, rootDirectory } from './root-file.ts'

/** On the device: the carried packages, a flat apt repository. */
export const CARRIED = '/var/lib/pibake/packages'
/** On the device: what each file of it has to be, in lines as sha256sum writes them; what the first start trusts. */
export const BUNDLE_LIST = '/etc/pibake/first-boot/bundle'
/** On the device: the lock that the packages come from, so that a later run knows what is there. */
export const BUNDLE_LOCK = '/etc/pibake/first-boot/lock.json'
/** On the device: `yes` keeps the packages there when they are in use. */
const BUNDLE_KEEP = '/etc/pibake/first-boot/bundle-keep'

/** The packages that the image carries, or why it carries none though the spec wants it. */
export type Carried = Bundle | { readonly unknown: string } | undefined

/** Carried packages: a repository that the first start verifies and installs from, before it asks any network. */
export function compileBundle(context: Context, carried: Carried): Contribution {
  const origin = context.because(['packages', 'bundle'], 'carried, so that the first start needs no network')
  if (carried === undefined || 'unknown' in carried) {
    const gone = context.because(['packages', 'bundle'], 'no packages are carried')
    const paths = [CARRIED, BUNDLE_LIST, BUNDLE_LOCK, BUNDLE_KEEP]
    return { operations: paths.map((path) => absent(path, gone)), notes: notCarried(context, carried) }
  }
  const { lock, debs, index } = carried
  const digests = new Map([
    ...lock.packages.map(({ file, sha256 }) => [file, sha256] as const),
    ['Packages', digestOf(index).replace('sha256:', '')] as const,
  ])
  const list = [...digests].sort(([a], [b]) => bytewise(a, b)).map(([name, sha256]) => `${sha256}  ${name}\n`)
  const keep = context.because(['packages', 'keep'], 'whether they stay when they are in use')
  return {
    operations: [
      rootDirectory(CARRIED, origin),
      ...[...debs].map(([name, content]) => file(`${CARRIED}/${name}`, content, origin)),
      file(`${CARRIED}/Packages`, index, origin),
      file(BUNDLE_LIST, text(list.join('')), origin),
      file(BUNDLE_LOCK, text(lockText([lock])), origin),
      context.spec.packages.keep ? file(BUNDLE_KEEP, text('yes\n'), keep) : absent(BUNDLE_KEEP, keep),
      ...strangers(context, new Set([...debs.keys(), 'Packages'])),
    ],
    notes: [{ severity: 'info', message: told(carried), origin }],
  }
}

/** Files of an earlier bundle: the first start takes the repository only when each of its files is on the list. */
function strangers({ inventory, because }: Context, names: ReadonlySet<string>): Operation[] {
  const origin = because(['packages', 'bundle'], 'not one of the carried packages')
  return inventory.root
    .list(CARRIED)
    .filter((name) => !names.has(name))
    .map((name) => absent(`${CARRIED}/${name}`, origin))
}

function told({ lock }: Bundle): string {
  const bytes = lock.packages.reduce((sum, { size }) => sum + size, 0)
  const installed = lock.packages.reduce((sum, { installedSize }) => sum + installedSize, 0)
  const of = (because: string) => lock.packages.filter((one) => one.because === because).length
  return `${packagesText(lock.packages.length)} carried, ${sizeText(bytes)} (${sizeText(installed * 1024)} when installed): ${of('asked')} asked for, ${of('needed')} that they need, ${of('upgrade')} upgraded; as of ${lock.asOf || 'no archive'}`
}

/** `38 KiB`, `2.8 MiB` */
export function sizeText(bytes: number): string {
  return bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`
}

/** `1 package`, `17 packages` */
export function packagesText(count: number): string {
  return `${count} package${count === 1 ? '' : 's'}`
}

/** The first start needs the network then: told, and loudly where it is not what the spec says. */
function notCarried(context: Context, carried: { readonly unknown: string } | undefined): Note[] {
  if (carried === undefined) return []
  return [
    {
      severity: 'warning',
      message: `NOT CARRIED: which packages the image would carry is not known: ${carried.unknown}`,
      origin: context.because(['packages', 'bundle'], 'the spec wants them carried'),
    },
  ]
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}

function file(path: string, content: Uint8Array, origin: Origin): FileOperation {
  return { kind: 'file', partition: 'root', path, content, mode: 0o644, owner: { uid: 0, gid: 0 }, origin, bulk: true }
}
