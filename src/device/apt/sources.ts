import { TargetError } from '../../base/errors.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { type Paragraph, paragraphs, words } from '../formats/deb822.ts'
import { withoutLogin } from './without-login.ts'

/** One entry of apt's sources (sources.list(5)), of binary packages. */
export interface Source {
  /** Without a slash at the end. */
  readonly uris: readonly string[]
  readonly suites: readonly string[]
  readonly components: readonly string[]
  /** Empty: those of the image. */
  readonly architectures: readonly string[]
  readonly signedBy: SignedBy
}

/** The keys that a source may be signed with; all empty: the keys that apt trusts for everything. */
interface SignedBy {
  /** Absolute paths in the image. */
  readonly files: readonly string[]
  readonly fingerprints: readonly string[]
  /** An armoured key that stands in the source itself. */
  readonly key: string | undefined
}

const LIST = '/etc/apt/sources.list'
const PARTS = '/etc/apt/sources.list.d'

/**
 * The sources of the image's apt, in its order, one-line and deb822; sources of source code and disabled ones are left out.
 *
 * @throws TargetError for an unsigned source, and for one that no network reaches
 */
export function imageSources(root: Tree): Source[] {
  const parts = root
    .list(PARTS)
    .filter((name) => /^[\w.-]+\.(?:list|sources)$/.test(name))
    .map((name) => `${PARTS}/${name}`)
  return [LIST, ...parts].flatMap((path) => {
    const bytes = root.read(path)
    if (bytes === undefined) return []
    const text = new TextDecoder().decode(bytes)
    const where = `${root.label}: ${path}`
    return path.endsWith('.sources') ? deb822Sources(text, where) : oneLineSources(text, where)
  })
}

/** Whether the source is a security archive: there alone `updates.firstBoot: security` takes upgrades from. */
export function securityPart(source: Source): Source | undefined {
  const suites = source.suites.filter((suite) => /(?:-security|\/updates)$/.test(suite))
  return suites.length === 0 ? undefined : { ...source, suites }
}

function deb822Sources(text: string, where: string): Source[] {
  return paragraphs(text).flatMap((paragraph) => {
    const isOff = /^(?:no|false|off|0|without|disable)$/i.test(paragraph.get('enabled') ?? 'yes')
    if (isOff || !words(paragraph.get('types')).includes('deb')) return []
    return [made(paragraph, where)]
  })
}

function oneLineSources(text: string, where: string): Source[] {
  return text.split('\n').flatMap((whole) => {
    const line = whole.replace(/#.*$/, '').trim()
    const [, options = '', rest] = /^deb\s+(?:\[([^\]]*)\]\s*)?(.*)$/.exec(line) ?? []
    if (rest === undefined) return []
    const [uri = '', suite = '', ...components] = words(rest)
    const given = words(options).map((option): [string, string] => {
      const [name = '', ...value] = option.split('=')
      return [name.toLowerCase().replace(/^arch$/, 'architectures'), value.join('=').replaceAll(',', ' ')]
    })
    return [made(new Map([...given, ['uris', uri], ['suites', suite], ['components', components.join(' ')]]), where)]
  })
}

function made(fields: Paragraph, where: string): Source {
  const uris = words(fields.get('uris')).map((uri) => uri.replace(/\/+$/, ''))
  for (const name of ['trusted', 'allow-insecure', 'allow-weak']) {
    if (/^(?:yes|true|on|1|with|enable)$/i.test(fields.get(name) ?? '')) {
      throw new TargetError(`${where}: ${withoutLogin(uris.join(' '))} is taken without a signature (${name}: yes)`, {
        hint: 'packages are carried from signed sources only: sign it, or take the source out of the image',
      })
    }
  }
  const other = uris.find((uri) => !/^https?:\/\/[^\s/@]+(?:\/[^\s]*)?$/.test(uri))
  if (other !== undefined || uris.length === 0) {
    throw new TargetError(
      `${where}: a source of packages that cannot be reached from here: ${withoutLogin(other ?? '(none)')}`,
      {
        hint: 'http and https sources without a password can be used',
      },
    )
  }
  return {
    uris,
    suites: words(fields.get('suites')),
    components: words(fields.get('components')),
    architectures: words(fields.get('architectures')),
    signedBy: signedBy(fields.get('signed-by') ?? '', where),
  }
}

function signedBy(value: string, where: string): SignedBy {
  if (value.includes('-----BEGIN PGP')) {
    // A single dot stands for an empty line (deb822(5)).
    const key = value
      .split('\n')
      .map((line) => line.trim().replace(/^\.$/, ''))
      .join('\n')
    return { files: [], fingerprints: [], key: `${key.trim()}\n` }
  }
  const all = value.split(/[\s,]+/).filter((word) => word !== '')
  const files = all.filter((word) => word.startsWith('/'))
  const fingerprints = all.filter((word) => /^[0-9A-Fa-f]{16,64}!?$/.test(word))
  const strange = all.find((word) => !files.includes(word) && !fingerprints.includes(word))
  if (strange !== undefined) throw new TargetError(`${where}: signed-by names neither a file nor a key: ${strange}`)
  return { files, fingerprints, key: undefined }
}
