import type { Problem } from '../../base/report/report.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { file, type Operation } from '../plan/operation.ts'
import type { Note } from '../plan/request.ts'
import { Traced } from '../render/render.ts'
import type { Spec } from '../spec-file/spec.ts'
import type { Context, Contribution, Control } from './control.ts'
import { absent, rootFile } from './root-file.ts'

/** Further sources of packages: a deb822 file and a key each, and pins by which only what is named comes from them. */
export const packageSources: Control = { name: 'package sources', compile }

const SOURCES = '/etc/apt/sources.list.d'
const KEYS = '/etc/apt/keyrings'
const PINS = '/etc/apt/preferences.d'
const OURS = /^pibake-[a-z0-9-]+\.(sources|asc|gpg|pref)$/

type Source = Spec['packages']['sources'][number]

function compile(context: Context): Contribution {
  const { spec, inventory } = context
  const { sources } = spec.packages
  const operations = sources.flatMap((source, i) => filesOf(context, source, i))
  const paths = new Set(operations.map(({ path }) => path))
  const stale = context.because(['packages', 'sources'], 'not a source of this spec')
  const others = [SOURCES, KEYS, PINS]
    .flatMap((folder) => inventory.root.list(folder).map((name) => ({ name, path: `${folder}/${name}` })))
    .filter(({ name, path }) => OURS.test(name) && !paths.has(path))
  return {
    operations: [...operations, ...others.map(({ path }) => absent(path, stale))],
    notes: sources.map((source, i) => noteOf(context, source, i)),
    problems: sources.flatMap((source, i) => sharedHosts(inventory.root, source, i)),
  }
}

function filesOf(context: Context, source: Source, index: number): Operation[] {
  const path = ['packages', 'sources', index]
  const origin = context.because(path, 'a source of the owner’s choice')
  const pinned = context.because(
    path,
    'only packages of packages.install come from it, and nothing else in their place',
  )
  const traced = (values: readonly string[]) => new Traced(values.join(' '), origin)
  const key = `${KEYS}/pibake-${source.name}.${source.isArmoured ? 'asc' : 'gpg'}`
  const named = context.spec.packages.install
  return [
    file(key, source.key, { origin: context.because([...path, 'signedByFile'], 'the key that signs the source') }),
    rootFile(
      `${SOURCES}/pibake-${source.name}.sources`,
      {
        uris: traced(source.uris),
        suites: traced(source.suites),
        components: source.components.length === 0 ? undefined : traced(source.components),
        key: new Traced(key, origin),
      },
      origin,
      { template: `${SOURCES}/pibake.sources` },
    ),
    rootFile(
      `${PINS}/pibake-${source.name}.pref`,
      {
        hosts: hostsOf(source).map((host) => new Traced(host, pinned)),
        named: named.length === 0 ? undefined : new Traced([...new Set(named)].join(' '), pinned),
      },
      pinned,
      { template: `${PINS}/pibake.pref` },
    ),
  ]
}

/** By which apt knows an archive in a pin: without the port (apt_preferences(5), `Pin: origin`). */
function hostsOf({ uris }: Pick<Source, 'uris'>): string[] {
  return [...new Set(uris.flatMap((uri) => /^https?:\/\/([^/:]+)/.exec(uri)?.[1]?.toLowerCase() ?? []))]
}

/** A pin by host would count for the image's own archive too. */
function sharedHosts(root: Tree, source: Source, index: number): Problem[] {
  const own = hostsOf({ uris: imageAddresses(root) })
  return hostsOf(source)
    .filter((host) => own.includes(host))
    .map((host) => ({
      severity: 'error',
      code: 'PKG012',
      path: ['packages', 'sources', index, 'uris'],
      message: `${host} is the host of a source of the image too, and apt tells sources apart by their hosts here`,
      hint: 'name another mirror of it, or carry the packages as packages.debs',
    }))
}

function imageAddresses(root: Tree): string[] {
  const parts = root.list(SOURCES).filter((name) => /\.(list|sources)$/.test(name) && !OURS.test(name))
  return ['/etc/apt/sources.list', ...parts.map((name) => `${SOURCES}/${name}`)].flatMap((path) => {
    const isFile = root.lstat(root.resolve(path))?.kind === 'file'
    const text = isFile ? new TextDecoder().decode(root.read(path)) : ''
    const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'))
    return lines.flatMap((line) => line.match(/https?:\/\/[^\s\]]+/g) ?? [])
  })
}

function noteOf(context: Context, source: Source, index: number): Note {
  const origin = context.because(['packages', 'sources', index], 'a source of the owner’s choice')
  const message = `packages of packages.install may come from ${hostsOf(source).join(', ')}, whose owner they let run programs as root`
  return { severity: 'warning', message, origin }
}
