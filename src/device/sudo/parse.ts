import { Scanner, SudoersError } from './scanner.ts'

/** A name in a list of users, hosts, groups or commands; `!` before it is `negated`. */
export interface Member {
  readonly negated: boolean
  /** Without quotes and backslashes; commands with their arguments. */
  readonly text: string
}

/** What a list of users may do on a list of hosts. */
interface Privilege {
  readonly hosts: readonly Member[]
  readonly commands: readonly CommandSpec[]
}

export interface CommandSpec {
  /** undefined: no `(…)` was given, so root. */
  readonly runas: { readonly users: readonly Member[]; readonly groups: readonly Member[] } | undefined
  /** NOPASSWD (true) or PASSWD (false) in force for this command; undefined: neither. */
  readonly nopasswd: boolean | undefined
  /** SETENV: the caller may set variables, LD_PRELOAD among them. */
  readonly setsEnvironment: boolean
  /** `CWD=`, `CHROOT=`, `NOTBEFORE=` …, by name. */
  readonly options: ReadonlyMap<string, string>
  /** The command must have a certain digest. */
  readonly isDigested: boolean
  readonly command: Member
}

export type Entry =
  | { readonly kind: 'alias'; readonly type: string; readonly name: string; readonly members: readonly Member[] }
  | {
      readonly kind: 'defaults'
      /** `@` host, `:` user, `>` runas, `!` command; undefined: everybody. */
      readonly scope: '@' | ':' | '>' | '!' | undefined
      readonly members: readonly Member[]
      readonly name: string
      /** false: switched off by `!`; true: switched on; text: what it is set to. */
      readonly value: boolean | string
    }
  | { readonly kind: 'user'; readonly users: readonly Member[]; readonly privileges: readonly Privilege[] }
  | { readonly kind: 'include'; readonly directory: boolean; readonly path: string }

const TAGS = /^(?:NO)?(?:PASSWD|EXEC|FOLLOW|LOG_INPUT|LOG_OUTPUT|MAIL|INTERCEPT|SETENV)(?=\s*:)/

/** A name of a user, group or host; `\` before a character takes its meaning (toke.l, WORD). */
const WORD = String.raw`(?:[^#>!=:,()\s\\"]|\\[^\t\n])+`
const NAME = new RegExp(
  String.raw`^(?:"(?:[^"\\]|\\.)+"|#-?\d+|%:?(?:#-?\d+|${WORD})|\+${WORD}|(?:[\da-f]{0,4}:){2,7}[\da-f]{0,4}(?:\/[\da-f:]+)?|${WORD})`,
  'i',
)

/**
 * Takes one logical line apart (sudoers(5)); continued lines are joined and lines of comment left out already. One line may hold several entries.
 *
 * @throws SudoersError when sudo would skip the line
 */
export function parseLine(line: string): readonly Entry[] {
  const include = /^[@#]include(dir)?[ \t]+(?:"([^"]*)"|((?:\\.|\S)+))/.exec(line)
  if (include !== null) {
    const path = include[2] ?? (include[3] ?? '').replace(/\\(.)/g, '$1')
    return [{ kind: 'include', directory: include[1] !== undefined, path }]
  }
  const scanner = new Scanner(line)
  scanner.skip()
  if (scanner.take(/^Defaults(?=[\s@:>!]|$)/) !== undefined) return defaults(scanner)
  const type = scanner.take(/^(?:User|Runas|Host|Cmnd|Cmd)_Alias(?=\s)/)
  if (type !== undefined) return aliases(scanner, type.replace('Cmd_', 'Cmnd_'))
  return [userSpec(scanner)]
}

function defaults(scanner: Scanner): Entry[] {
  const scope = scanner.take(/^[@:>!]/) as '@' | ':' | '>' | '!' | undefined
  // Commands stand here without arguments, as other names do.
  const members = scope === undefined ? [] : list(scanner)
  const entries: Entry[] = []
  do {
    scanner.skip()
    const isOff = (scanner.take(/^(?:!\s*)+/)?.replace(/\s/g, '').length ?? 0) % 2 === 1
    const name = scanner.take(/^[A-Za-z_]+/)
    if (name === undefined) throw new SudoersError('a setting is missing')
    scanner.skip()
    const isSet = scanner.take(/^[+-]?=/) !== undefined
    scanner.skip()
    const quoted = isSet ? scanner.take(/^"(?:\\.|[^"\\])*"/) : undefined
    const value = quoted?.slice(1, -1) ?? (isSet ? scanner.take(/^(?:\\.|[^\s,#"\\])+/) : undefined)
    if (isSet && value === undefined) throw new SudoersError(`${name} has no value`)
    entries.push({ kind: 'defaults', scope, members, name, value: value?.replace(/\\(.)/g, '$1') ?? !isOff })
  } while (scanner.separator(','))
  scanner.finish()
  return entries
}

function aliases(scanner: Scanner, type: string): Entry[] {
  const entries: Entry[] = []
  do {
    scanner.skip()
    const name = scanner.take(/^[A-Z][A-Z0-9_]*/)
    scanner.skip()
    if (name === undefined || name === 'ALL' || scanner.take(/^=/) === undefined) throw new SudoersError('not an alias')
    entries.push({ kind: 'alias', type, name, members: type === 'Cmnd_Alias' ? commandList(scanner) : list(scanner) })
  } while (scanner.separator(':'))
  scanner.finish()
  return entries
}

function userSpec(scanner: Scanner): Entry {
  const users = list(scanner)
  const privileges: Privilege[] = []
  do {
    const hosts = list(scanner)
    scanner.skip()
    if (scanner.take(/^=/) === undefined) throw new SudoersError('no = after the hosts')
    privileges.push({ hosts, commands: commandSpecs(scanner) })
  } while (scanner.separator(':'))
  scanner.finish()
  return { kind: 'user', users, privileges }
}

/** `(users:groups)`, options and tags hold on for the commands after them. */
function commandSpecs(scanner: Scanner): CommandSpec[] {
  const specs: CommandSpec[] = []
  let runas: CommandSpec['runas']
  let options: ReadonlyMap<string, string> = new Map()
  const tags = new Set<string>()
  do {
    scanner.skip()
    runas = runasList(scanner) ?? runas
    options = new Map([...options, ...commandOptions(scanner)])
    for (let tag = scanner.take(TAGS); tag !== undefined; tag = scanner.take(TAGS)) {
      scanner.separator(':')
      scanner.skip()
      tags.delete(opposite(tag))
      tags.add(tag)
    }
    const nopasswd = tags.has('NOPASSWD') || (tags.has('PASSWD') ? false : undefined)
    specs.push({ runas, nopasswd, setsEnvironment: tags.has('SETENV'), options, ...digestedCommand(scanner) })
  } while (scanner.separator(','))
  return specs
}

function opposite(tag: string): string {
  return tag.startsWith('NO') ? tag.slice(2) : `NO${tag}`
}

function runasList(scanner: Scanner): CommandSpec['runas'] {
  if (scanner.take(/^\(/) === undefined) return undefined
  const users = scanner.peek(/^\s*[:)]/) ? [] : list(scanner)
  const hasGroups = scanner.separator(':')
  const groups = hasGroups && !scanner.peek(/^\s*\)/) ? list(scanner) : []
  if (hasGroups && users.length > 0 && groups.length === 0) throw new SudoersError('no group after the :')
  if (!scanner.separator(')')) throw new SudoersError('an open (')
  scanner.skip()
  return { users, groups }
}

/** Each option, and what sudo takes as its value (gram.y). */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  CWD: /^[/~*]/,
  CHROOT: /^[/~*]/,
  TIMEOUT: /^(?:\d+[dhms]?)+$/i,
  NOTBEFORE: /^\d{10}(?:\d\d){0,2}(?:[.,]\d+)?(?:Z|[+-]\d\d(?:\d\d)?)?$/,
  NOTAFTER: /^\d{10}(?:\d\d){0,2}(?:[.,]\d+)?(?:Z|[+-]\d\d(?:\d\d)?)?$/,
  ROLE: /./,
  TYPE: /./,
  APPARMOR_PROFILE: /./,
  PRIVS: /./,
  LIMITPRIVS: /./,
}
const OPTION = new RegExp(String.raw`^(?:${Object.keys(OPTIONS).join('|')})(?=\s*=)`)

/** Beside the options of a command: one of them has its value in quotes, as Bookworm's sudo does not take it. */
export const QUOTED = '"'

function commandOptions(scanner: Scanner): ReadonlyMap<string, string> {
  const options = new Map<string, string>()
  for (let name = scanner.take(OPTION); name !== undefined; name = scanner.take(OPTION)) {
    const given = scanner.take(/^\s*=\s*(?:"[^"]*"|[^\s,"]+)/)?.replace(/^\s*=\s*/, '')
    const value = given?.replace(/^"(.*)"$/, '$1')
    if (value !== given) options.set(QUOTED, name)
    if (value === undefined || !OPTIONS[name]?.test(value)) throw new SudoersError(`not a value of ${name}`)
    options.set(name, value)
    scanner.skip()
  }
  return options
}

function commandList(scanner: Scanner): Member[] {
  const members: Member[] = []
  do {
    scanner.skip()
    members.push(digestedCommand(scanner).command)
  } while (scanner.separator(','))
  return members
}

/** Bytes of the digests that a command may have to match. */
const DIGEST_SIZES: Readonly<Record<string, number>> = { sha224: 28, sha256: 32, sha384: 48, sha512: 64 }
const DIGEST = /^sha(?:224|256|384|512)\s*:\s*[A-Za-z0-9+/=]+/

function digestedCommand(scanner: Scanner): Pick<CommandSpec, 'command' | 'isDigested'> {
  const negated = scanner.negations()
  let isDigested = false
  for (let digest = scanner.take(DIGEST); digest !== undefined; digest = scanner.take(DIGEST)) {
    const [algorithm = '', value = ''] = digest.split(/\s*:\s*/)
    const size = DIGEST_SIZES[algorithm] as number
    if (![2 * size, 4 * Math.ceil(size / 3)].includes(value.length)) throw new SudoersError(`not a ${algorithm} digest`)
    isDigested = true
    scanner.separator(',')
    scanner.skip()
  }
  return { isDigested, command: { negated, text: commandText(scanner) } }
}

/** ALL, an alias, a regular expression, or a path, `sudoedit` or `list` with arguments; those end at `,`, `:` or `#`. */
function commandText(scanner: Scanner): string {
  const name = scanner.take(/^[A-Z][A-Z0-9_]*/)
  if (name !== undefined) return name
  const program =
    scanner.take(/^\^[^#\n$]*(?:\\?[#$][^#\n$]+)*\$(?=\s*(?:$|[,:#]))/) ??
    scanner.take(/^(?:sudoedit|list)(?![^\s,:#])/) ??
    scanner.take(/^\/(?:\\[,:= \t#]|[^,:=\\\s#])*(?!\\)/)
  if (program === undefined) throw new SudoersError('not a path from the root')
  const args = program.endsWith('/') ? '' : (scanner.take(/^(?=\s)(?:\\.|[^,:#\\])+/) ?? '')
  return `${program}${args}`.trim().replace(/\\([,:=#" ])/g, '$1')
}

function list(scanner: Scanner): Member[] {
  const members: Member[] = []
  do {
    scanner.skip()
    const negated = scanner.negations()
    const text = scanner.take(NAME)
    if (text === undefined) throw new SudoersError('a name is missing')
    members.push({ negated, text: text.replace(/^"(.*)"$/, '$1').replace(/\\(.)/g, '$1') })
  } while (scanner.separator(','))
  return members
}
