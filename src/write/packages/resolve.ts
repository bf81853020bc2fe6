import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { bytewise } from '../../base/order.ts'
import type { LockedImage, LockedPackage } from '../../core/carried/lock.ts'
import type { Request } from '../../core/carried/request.ts'
import { type Source, securityPart } from '../../device/apt/sources.ts'
import { type Paragraph, paragraphs } from '../../device/formats/deb822.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { PackageError, UnknownPackages, WITHOUT } from './errors.ts'
import { knowsSnapshots, type Mirror, unmirrored } from './mirrors.ts'
import { layOwn, type OwnDeb } from './own-debs.ts'
import { PrivateRoot } from './private-root.ts'
import { aptErrors, runApt } from './run-apt.ts'
import { addressesIn, type Chosen, chosenIn, unknownIn, unmetIn } from './simulation.ts'
import { updateLists } from './update.ts'

export interface ResolveOptions {
  readonly sources: readonly Source[]
  readonly mirrors: readonly Mirror[]
  readonly env: NodeJS.ProcessEnv
  /** The owner's own packages by the SHA-256 that the request names. */
  readonly debs: ReadonlyMap<string, Uint8Array>
}

/** A choice of apt's, and where it would fetch it. */
interface Found extends Chosen {
  readonly control: Paragraph
  readonly uri: string
}

/**
 * Has this machine's apt choose what the request needs, as the image's own apt would.
 *
 * @param root the image's root partition
 * @throws UnknownPackages for names that no source has
 * @throws TargetError for a source that is not signed
 * @throws PackageError when there is no apt, no network, or no answer that leaves the image's packages in place
 */
export async function resolvePackages(root: Tree, request: Request, options: ResolveOptions): Promise<LockedImage> {
  const { sources, mirrors, env } = options
  if (request.snapshot !== null && !knowsSnapshots(mirrors)) {
    throw new PackageError('packages.snapshot needs an archive of past days', {
      hint: 'name one with --apt-mirror FROM=TO, with {snapshot} in TO in place of the day',
    })
  }
  const settings = { sources, mirrors, snapshot: request.snapshot ?? undefined }
  const place = new PrivateRoot(root, settings)
  try {
    const own = layOwn(place, root, request, options.debs)
    await updateLists(place, env)
    const found = new Map<string, Found>()
    for (const words of commands(place, root, request, settings, own)) {
      for (const one of await choose(place, env, words)) found.set(`${one.name}:${one.architecture}`, one)
    }
    const packages = [...found.values()].map((one) => locked(one, request, own, settings))
    const key = (one: LockedPackage) => `${one.name} ${one.architecture}`
    return { ...request, asOf: newestDate(place), packages: packages.sort((a, b) => bytewise(key(a), key(b))) }
  } finally {
    place.remove()
  }
}

type Settings = Pick<ResolveOptions, 'sources' | 'mirrors'> & { readonly snapshot: string | undefined }

/** What apt is asked: what is to be installed, and what of the image is to be upgraded. */
function commands(place: PrivateRoot, root: Tree, request: Request, settings: Settings, own: readonly OwnDeb[]) {
  const asked = [...request.install, ...own.map(({ name, version }) => `${name}=${version}`)]
  const install = asked.length > 0 ? [['install', ...asked]] : []
  if (request.upgrade === 'none') return install
  const upgrade = ['--with-new-pkgs', 'upgrade']
  if (request.upgrade === 'full') return [...install, upgrade]
  const sources = settings.sources.flatMap((source) => securityPart(source) ?? [])
  if (sources.length === 0) return install
  const list = place.writeSources('security', root, { ...settings, sources })
  return [...install, [`-oDir::Etc::sourcelist=${list}`, '-oDir::Etc::sourceparts=/dev/null', ...upgrade]]
}

/** Asks apt twice, for what it would do and for what it would fetch, and looks up what the lists say of each. */
async function choose(place: PrivateRoot, env: NodeJS.ProcessEnv, words: readonly string[]): Promise<Found[]> {
  const simulated = await runApt(place, env, ['apt-get', '-q', '-s', '--no-remove', ...words])
  const unknown = unknownIn(simulated.stderr)
  if (unknown.length > 0) throw new UnknownPackages(unknown)
  if (!simulated.ok) {
    const why = unmetIn(simulated.stdout).join('; ') || aptErrors(simulated)
    const asked = words.filter((word) => !word.startsWith('-')).join(' ')
    throw new PackageError(`apt could not ${asked}: ${why}`, { hint: WITHOUT })
  }
  const chosen = chosenIn(simulated.stdout)
  if (chosen.length === 0) return []
  const addresses = addressesIn((await runApt(place, env, ['apt-get', '-q', '--print-uris', ...words])).stdout)
  const names = chosen.map(({ name, architecture, version }) => {
    return architecture === 'all' ? `${name}=${version}` : `${name}:${architecture}=${version}`
  })
  const shown = paragraphs((await runApt(place, env, ['apt-cache', 'show', ...names])).stdout)
  return chosen.map((one) => {
    // The same version can stand in two lists; what is fetched is told by its digest.
    const control = shown.find(
      (paragraph) =>
        paragraph.get('package') === one.name &&
        paragraph.get('version') === one.version &&
        paragraph.get('architecture') === one.architecture &&
        addresses.has(paragraph.get('sha256') ?? ''),
    )
    const uri = addresses.get(control?.get('sha256') ?? '')
    if (control === undefined || uri === undefined)
      throw new PackageError(`apt chose ${one.name} ${one.version} and does not say where it is`)
    return { ...one, control, uri }
  })
}

function locked({ control, uri, ...one }: Found, request: Request, own: readonly OwnDeb[], settings: Settings) {
  const mine = own.some(({ name, version }) => name === one.name && version === one.version)
  const isAsked = mine || request.install.includes(one.name)
  const [, sourceName, sourceVersion] = /^(\S+)(?: \((\S+)\))?$/.exec(control.get('source') ?? one.name) ?? []
  const number = (field: string) => Number(control.get(field) ?? 0)
  return {
    name: one.name,
    version: one.version,
    architecture: one.architecture,
    file: basename(control.get('filename') ?? ''),
    size: number('size'),
    installedSize: number('installed-size'),
    sha256: control.get('sha256') ?? '',
    uri: mine ? null : unmirrored(uri, settings.sources, settings.mirrors, settings.snapshot),
    archive: mine ? '' : one.archive,
    because: isAsked ? 'asked' : one.isUpgrade ? 'upgrade' : 'needed',
    source: { name: sourceName ?? one.name, version: sourceVersion ?? one.version },
  } satisfies LockedPackage
}

/** The newest `Date` of the archives' signed lists, `2026-11-01T00:00:00Z`. */
function newestDate({ place }: PrivateRoot): string {
  const lists = join(place, 'var/lib/apt/lists')
  const dates = readdirSync(lists)
    .filter((name) => /_(?:In)?Release$/.test(name))
    .flatMap((name) => {
      const date = /^Date: (.+)$/m.exec(readFileSync(join(lists, name), 'utf8'))?.[1]
      const time = Date.parse(date ?? '')
      return Number.isNaN(time) ? [] : [time]
    })
  return dates.length === 0 ? '' : new Date(Math.max(...dates)).toISOString().replace('.000Z', 'Z')
}
