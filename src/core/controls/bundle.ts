import { digestOf } from '../../base/digest.ts'
import { bytewise } from '../../base/order.ts'
import type { Origin } from '../../base/report/origin.ts'
import {
  BUNDLE_LIST,
  BUNDLE_LOCK,
  type Bundle,
  CARRIED,
  type Carried,
  packagesText,
  sizeText,
} from '../carried/bundle.ts'
import { lockText } from '../carried/lock.ts'
import { type FileOperation, file, type Operation } from '../plan/operation.ts'
import type { Note } from '../plan/request.ts'
import type { Context, Contribution } from './control.ts'
import { absent, rootDirectory } from './root-file.ts'

/** On the device: `yes` keeps the packages there when they are in use. */
const BUNDLE_KEEP = '/etc/pibake/first-boot/bundle-keep'

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
      ...[...debs].map(([name, content]) => carriedFile(`${CARRIED}/${name}`, content, origin)),
      carriedFile(`${CARRIED}/Packages`, index, origin),
      carriedFile(BUNDLE_LIST, text(list.join('')), origin),
      carriedFile(BUNDLE_LOCK, text(lockText([lock])), origin),
      context.spec.packages.keep ? carriedFile(BUNDLE_KEEP, text('yes\n'), keep) : absent(BUNDLE_KEEP, keep),
      ...strangers(context, new Set([...debs.keys(), 'Packages'])),
    ],
    notes: [{ severity: 'info', message: carriedText(carried), origin }],
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

function carriedText({ lock }: Bundle): string {
  const bytes = lock.packages.reduce((sum, { size }) => sum + size, 0)
  const installed = lock.packages.reduce((sum, { installedSize }) => sum + installedSize, 0)
  const of = (because: string) => lock.packages.filter((one) => one.because === because).length
  return `${packagesText(lock.packages.length)} carried, ${sizeText(bytes)} (${sizeText(installed * 1024)} when installed): ${of('asked')} asked for, ${of('needed')} that they need, ${of('upgrade')} upgraded; as of ${lock.asOf || 'no archive'}`
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

function carriedFile(path: string, content: Uint8Array, origin: Origin): FileOperation {
  return file(path, content, { origin, bulk: true })
}
