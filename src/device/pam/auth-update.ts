import { bytewise } from '../../base/order.ts'
import type { Tree } from '../../storage/tree/tree.ts'

/** Stacks that pam-auth-update keeps (pam-auth-update(8), libpam-runtime), in /etc/pam.d/common-TYPE. */
const TYPES = ['auth', 'account', 'password', 'session', 'session-noninteractive'] as const

type Type = (typeof TYPES)[number]

const PROFILES = '/usr/share/pam-configs'
const SAVED = '/var/lib/pam'
const MARKS = [
  '# here are the per-package modules (the "Primary" block)',
  "# here's the fallback if no module succeeds",
  '# and here are more per-package modules (the "Additional" block)',
  '# end of pam-auth-update config',
] as const

type Profile = Readonly<Record<string, string>>

/** What is to be, beside what is on. */
export interface Wanted {
  /** Profiles that are on, name → text. */
  readonly on: ReadonlyMap<string, string>
  /** Names of profiles that are not, and whose files go. */
  readonly off: readonly string[]
  /** Whether pam_unix takes an empty password (`nullok`); undefined: as it is. */
  readonly takesEmpty: boolean | undefined
}

/**
 * What pam-auth-update makes of the profiles that are on, so that a later run of it makes the same of them: the stacks, and what it notes
 * of them in /var/lib/pam. What somebody has added to a line of theirs or taken from it stays.
 *
 * @returns path → text; undefined: the stacks of the image are not as pam-auth-update keeps them, and it would not change them either
 */
export function authUpdate(root: Tree, wanted: Wanted): ReadonlyMap<string, string> | undefined {
  const text = (path: string) => {
    const bytes = root.lstat(root.resolve(path))?.kind === 'file' ? root.read(path) : undefined
    return bytes && new TextDecoder().decode(bytes)
  }
  const texts = new Map(root.list(PROFILES).map((name) => [name, text(`${PROFILES}/${name}`) ?? '']))
  for (const name of wanted.off) texts.delete(name)
  for (const [name, own] of wanted.on) texts.set(name, own)
  const profiles = new Map([...texts].map(([name, own]) => [name, parseProfile(own)]))
  const stacks = new Map(TYPES.map((type) => [type, currentStack(type, text)]))
  if ([...stacks.values()].includes(undefined)) return undefined

  const before = [...stacks.values()].flatMap((stack) => stack?.modules ?? [])
  const on = new Set([...before, ...wanted.on.keys()].filter((name) => profiles.has(name)))
  const sorted = (names: Iterable<string>) =>
    [...names].sort((a, b) => priority(profiles.get(b)) - priority(profiles.get(a)) || bytewise(b, a))
  const enabled = sorted(on)
  const files = new Map<string, string>()
  for (const [type, stack] of stacks) {
    const edits = type === 'auth' ? withEmpty(stack as Stack, wanted.takesEmpty) : (stack as Stack)
    files.set(`/etc/pam.d/common-${type}`, stackText(type, profiles, enabled, edits))
    files.set(`${SAVED}/${type}`, savedText(type, profiles, enabled))
  }
  const seen = (text(`${SAVED}/seen`) ?? '').split('\n').filter((name) => name !== '' && profiles.has(name))
  const names = new Set([...seen, ...wanted.on.keys()])
  files.set(
    `${SAVED}/seen`,
    sorted(names)
      .map((name) => `${name}\n`)
      .join(''),
  )
  return files
}

/** parse_pam_profile: `Field: value`, and lines that go on. */
function parseProfile(text: string): Profile {
  const found: Record<string, string> = {}
  let field = ''
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^(\S+):\s+(.*?)\s*$/.exec(line) ?? /^(\S+):()$/.exec(line) ?? []
    if (name !== undefined) {
      field = name.replace(/-Final$/, '')
      found[field] = value
    } else if (line.trim() !== '') {
      found[field] = `${found[field] ?? ''}\n${line.trim()}`.trimStart()
    }
  }
  const isForAll = found['Session-Interactive-Only'] !== 'yes'
  for (const part of isForAll ? ['-Type', '', '-Initial'] : []) {
    const value = found[`Session${part}`]
    if (value !== undefined) found[`Session-noninteractive${part}`] = value
  }
  return found
}

function priority(profile: Profile | undefined): number {
  return Number(profile?.Priority ?? 0)
}

/** Words of a line that somebody has added to it or taken from it, by control and module. */
type Edits = ReadonlyMap<string, ReadonlySet<string>>

interface Stack {
  readonly lines: readonly string[]
  readonly modules: readonly string[]
  readonly added: Edits
  readonly removed: Edits
}

const keyOf = (type: Type) => type.replace('-noninteractive', '')
const partsOf = (line: string): { key: string; words: string[] } => {
  const [, key = '', rest = ''] = /^((?:\[[^\]]+\]|\w+)\s+\S+)\s*(.*)/.exec(line) ?? []
  return { key, words: rest.split(/\s+/).filter((word) => word !== '') }
}
/** Without the length of jumps, which follows from the stack. */
const withoutJumps = (line: string) =>
  line.replace(/(\[[^0-9]*)[0-9]+(.*\])/g, '$1$2').replace(/(\[.*)end(.*\])/g, '$1$2')

/** diff_profiles: the stack as it is, against what was noted of it. */
function currentStack(type: Type, text: (path: string) => string | undefined): Stack | undefined {
  const [current, saved] = [text(`/etc/pam.d/common-${type}`), text(`${SAVED}/${type}`)]
  if (current === undefined || saved === undefined) return undefined
  const lines = current.split('\n')
  const at = MARKS.map((mark) => lines.findIndex((line) => line.startsWith(mark)))
  if (at.some((place, i) => place === -1 || place < (at[i - 1] ?? 0))) return undefined
  const [first = 0, second = 0, third = 0, fourth = 0] = at
  const noted = notedLines(saved)
  const [modules, added, removed] = [[] as string[], new Map<string, Set<string>>(), new Map<string, Set<string>>()]
  for (const line of [...lines.slice(first + 1, second), ...lines.slice(third + 1, fourth)]) {
    const { key, words } = partsOf(withoutJumps(line.replace(new RegExp(`^${keyOf(type)}\\s+`), '')))
    const found = noted.findIndex((one) => one.key === key)
    // A line of nobody's: pam-auth-update gives up, too.
    if (found === -1) return undefined
    const [one] = noted.splice(0, found + 1).slice(-1) as [(typeof noted)[number]]
    modules.push(one.profile)
    const own = new Set(words)
    added.set(key, new Set(words.filter((word) => !one.words.includes(word))))
    removed.set(key, new Set(one.words.filter((word) => !own.has(word))))
  }
  return { lines, modules, added, removed }
}

function notedLines(saved: string) {
  let profile = ''
  return saved.split('\n').flatMap((line) => {
    const name = /^Module: (.*)/.exec(line)?.[1]
    if (name !== undefined) profile = name
    return name !== undefined || line === '' ? [] : [{ profile, ...partsOf(withoutJumps(line)) }]
  })
}

const UNIX = /\bpam_unix\.so$/

function withEmpty(stack: Stack, takesEmpty: boolean | undefined): Stack {
  if (takesEmpty === undefined) return stack
  const change = (edits: Edits, word: (set: Set<string>) => void): Edits => {
    const changed = new Map([...edits].map(([key, words]) => [key, new Set(words)]))
    for (const [key, words] of changed) if (UNIX.test(key)) word(words)
    return changed
  }
  return {
    ...stack,
    added: change(stack.added, (words) => words.delete('nullok')),
    removed: change(stack.removed, (words) => (takesEmpty ? words.delete('nullok') : words.add('nullok'))),
  }
}

type Block = 'Primary' | 'Additional'

/** The lines of the profiles for one block; the first profile of it has its own, where it says so. */
function blockLines(type: Type, block: Block, profiles: ReadonlyMap<string, Profile>, enabled: readonly string[]) {
  const field = type[0]?.toUpperCase() + type.slice(1)
  const own = enabled.filter((name) => profiles.get(name)?.[`${field}-Type`] === block)
  return own.map((name, i) => {
    const profile = profiles.get(name) as Profile
    const text = (i === 0 ? profile[`${field}-Initial`] : undefined) ?? profile[field] ?? ''
    return { name, lines: text.split('\n').filter((line) => line !== '') }
  })
}

/** create_from_template */
function stackText(
  type: Type,
  profiles: ReadonlyMap<string, Profile>,
  enabled: readonly string[],
  stack: Stack,
): string {
  const written = (block: Block) => {
    const all = blockLines(type, block, profiles, enabled).flatMap(({ lines }) => lines)
    if (all.length === 0 && block === 'Primary') return [`${keyOf(type)}\t[default=1]\t\t\tpam_permit.so`]
    // In the additional block a jump to the end stays on the stack.
    const last = block === 'Primary' ? all.length : all.length - 1
    return all.map((line, i) => `${keyOf(type)}\t${lineText(line, last - i, stack)}`)
  }
  const at = MARKS.map((mark) => stack.lines.findIndex((line) => line.startsWith(mark)))
  const [first = 0, second = 0, third = 0, fourth = 0] = at
  return [
    ...stack.lines.slice(0, first + 1),
    ...written('Primary'),
    ...stack.lines.slice(second, third + 1),
    ...written('Additional'),
    ...stack.lines.slice(fourth),
  ].join('\n')
}

/** merge_one_line */
function lineText(line: string, jump: number, { added, removed }: Stack): string {
  const { key, words } = partsOf(line)
  const plain = withoutJumps(key)
  const [more, less] = [added.get(plain) ?? new Set<string>(), removed.get(plain) ?? new Set<string>()]
  const kept = words.filter((word) => !less.has(word))
  const rest = [...more].filter((word) => !words.includes(word)).sort(bytewise)
  return `${key.replaceAll('end', String(jump))} ${[...kept, ...rest].join(' ')}`
}

function savedText(type: Type, profiles: ReadonlyMap<string, Profile>, enabled: readonly string[]): string {
  const text = (block: Block) =>
    blockLines(type, block, profiles, enabled)
      .filter(({ lines }) => lines.length > 0)
      .map(({ name, lines }) => `Module: ${name}\n${lines.join('\n')}\n`)
  const primary = text('Primary')
  const none = primary.length === 0 ? ['Module: null\n[default=1]\t\t\tpam_permit.so\n'] : primary
  return [...none, ...text('Additional')].join('')
}
