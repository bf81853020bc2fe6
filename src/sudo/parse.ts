import { Scanner, SudoersError } from './scanner.ts'

/** A name in a list of users, hosts, groups or commands; `!` before it is `negated`. */
export interface Member {
  readonly negated: boolean
  /** Without quotes and backslashes; commands with their arguments. */
  readonly text: string
}

/** What a list of users may do on a list of hosts. */
export interface Privilege {
  readonly hosts: readonly Member[]
  readonly commands: readonly CommandSpec[]
}

export interface CommandSpec {
  /** undefined: no `(…)` was given, so root. */
  readonly runas: { readonly users: readonly Member[]; readonly groups: readonly Member[] } | undefined
  /** NOPASSWD (true) or PASSWD (false) in force for this command; undefined: neither. */
  readonly nopasswd: boolean | undefined
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
const OPTION =
  /^(?:ROLE|TYPE|APPARMOR_PROFILE|PRIVS|LIMITPRIVS|NOTBEFORE|NOTAFTER|TIMEOUT|CWD|CHROOT)\s*=\s*(?:"[^"]*"|\S+)\s*/

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
    if (name === undefined || scanner.take(/^=/) === undefined) throw new SudoersError('not an alias')
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

/** `(users:groups)` and tags hold on for the commands after them. */
function commandSpecs(scanner: Scanner): CommandSpec[] {
  const specs: CommandSpec[] = []
  let runas: CommandSpec['runas']
  let nopasswd: boolean | undefined
  do {
    scanner.skip()
    if (scanner.take(/^\(/) !== undefined) {
      const users = scanner.peek(/^\s*[:)]/) ? [] : list(scanner)
      const groups = scanner.separator(':') && !scanner.peek(/^\s*\)/) ? list(scanner) : []
      if (!scanner.separator(')')) throw new SudoersError('an open (')
      runas = { users, groups }
      scanner.skip()
    }
    while (scanner.take(OPTION) !== undefined) scanner.skip()
    for (let tag = scanner.take(TAGS); tag !== undefined; tag = scanner.take(TAGS)) {
      scanner.separator(':')
      scanner.skip()
      if (tag.endsWith('PASSWD')) nopasswd = tag === 'NOPASSWD'
    }
    specs.push({ runas, nopasswd, command: command(scanner) })
  } while (scanner.separator(','))
  return specs
}

function commandList(scanner: Scanner): Member[] {
  const members: Member[] = []
  do {
    scanner.skip()
    members.push(command(scanner))
  } while (scanner.separator(','))
  return members
}

function command(scanner: Scanner): Member {
  const negated = scanner.negations()
  while (scanner.take(/^sha(?:224|256|384|512)\s*:\s*[A-Za-z0-9+/=]+[\s,]*/) !== undefined) scanner.skip()
  // A command's arguments end where an unescaped `,`, `:`, `=` or `#` stands; ALL and aliases have none.
  const text = scanner.take(/^(?:ALL\b|[A-Z][A-Z0-9_]*(?=\s*(?:[,:#]|$))|(?:\\.|"[^"]*"|[^,:=#\\"])+)/)?.trim()
  if (text === undefined || text === '') throw new SudoersError('a command is missing')
  return { negated, text: text.replace(/\\([,:=#" ])/g, '$1') }
}

function list(scanner: Scanner): Member[] {
  const members: Member[] = []
  do {
    scanner.skip()
    const negated = scanner.negations()
    const text = scanner.take(/^[%+]?(?:"[^"]+"|(?:\\.|[^\s,=:()!"\\])+)/)
    if (text === undefined) throw new SudoersError('a name is missing')
    members.push({ negated, text: text.replace(/"/g, '').replace(/\\(.)/g, '$1') })
  } while (scanner.separator(','))
  return members
}
