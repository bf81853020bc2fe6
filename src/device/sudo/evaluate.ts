import { Steps } from '../../base/steps.ts'
import type { Caller } from './caller.ts'
import { commandMatches, hostMatches, isName, userMatches } from './matches.ts'
import { type CommandSpec, type Member, QUOTED } from './parse.ts'
import type { Rule, SourceLine, Sudoers } from './read.ts'

export interface SudoVerdict {
  readonly allowed: boolean
  /** Whether a password is asked for; sudo asks once a terminal and 15 minutes. */
  readonly needsPassword: boolean
  /** Whose password: `Defaults rootpw`, `targetpw` and `runaspw` want root's. */
  readonly passwordOf: 'user' | 'root'
  /** The rule that decided; undefined: none matched. */
  readonly at: SourceLine | undefined
  /** Whether variables can be given to the command, such as LD_PRELOAD. */
  readonly setsEnvironment: boolean
  /** Rules that hold or not by what only the device knows: its address, the day, a digest, a netgroup. */
  readonly doubts: readonly SourceLine[]
}

/** A command that no rule names: what `ALL` alone allows. */
export const ANYTHING = '/nowhere/anything'

/**
 * What sudo decides for one command to be run as root: of all rules that match, the last counts (sudoers(5)).
 *
 * @param holds whether a rule that hangs on what only the device knows is taken to match
 */
export function sudoFor(
  sudoers: Sudoers,
  caller: Caller,
  command: string = ANYTHING,
  holds: (at: SourceLine) => boolean = () => false,
): SudoVerdict {
  const matcher = new Matcher(sudoers, caller, command, holds)
  const setting = (name: string) => matcher.setting(name)
  const free = { needsPassword: false, passwordOf: 'user', at: undefined, setsEnvironment: true, doubts: [] } as const
  if (caller.uid === 0) return { allowed: true, ...free }
  let found: { spec: CommandSpec; at: SourceLine; isAllowed: boolean } | undefined
  for (const rule of rulesFor(sudoers, caller, matcher)) {
    for (const { hosts, commands } of rule.privileges) {
      if (matcher.list(hosts, 'Host_Alias', rule.at) !== true) continue
      for (const spec of commands) {
        const isAllowed = matcher.command(spec, rule.at)
        if (isAllowed !== undefined) found = { spec, at: rule.at, isAllowed }
      }
    }
  }
  const exempt = setting('exempt_group')
  const asks = found?.spec.nopasswd === undefined ? setting('authenticate') !== false : !found.spec.nopasswd
  return {
    allowed: found?.isAllowed === true,
    needsPassword: asks && !(typeof exempt === 'string' && caller.groups.includes(exempt)),
    passwordOf: ['rootpw', 'targetpw', 'runaspw'].some((name) => setting(name) === true) ? 'root' : 'user',
    at: found?.at,
    setsEnvironment: found?.spec.setsEnvironment === true || setting('setenv') === true || matcher.keepsLoader(),
    doubts: [...matcher.doubts.values()],
  }
}

/** What sudo may decide: as far as the rules alone say, with each doubtful rule in turn, and with all of them. */
export function possibleVerdicts(
  sudoers: Sudoers,
  caller: Caller,
  command: string = ANYTHING,
): readonly { readonly verdict: SudoVerdict; readonly doubt: SourceLine | undefined }[] {
  const verdict = sudoFor(sudoers, caller, command)
  return [
    { verdict, doubt: undefined },
    ...verdict.doubts.map((doubt) => ({ verdict: sudoFor(sudoers, caller, command, (at) => at === doubt), doubt })),
    ...verdict.doubts.slice(-1).map((doubt) => ({ verdict: sudoFor(sudoers, caller, command, () => true), doubt })),
  ]
}

/**
 * The last rule that sets something for commands run as root by a caller; undefined: none does.
 *
 * @param holds as for {@link sudoFor}
 */
export function settingFor(
  sudoers: Sudoers,
  caller: Caller,
  name: string,
  holds: (at: SourceLine) => boolean = () => false,
): { readonly value: boolean | string; readonly at: SourceLine } | undefined {
  return new Matcher(sudoers, caller, ANYTHING, holds).inForce(name).at(-1)
}

/** The rules that name a caller, and so may say something of it, in their order. */
export function rulesFor(
  sudoers: Sudoers,
  caller: Caller,
  matcher: Matcher = new Matcher(sudoers, caller, ANYTHING, () => false),
): readonly UserRule[] {
  const { users, byName, ofOthers } = indexOf(sudoers)
  const positions = [...ofOthers, ...(byName.get(caller.user.toLowerCase()) ?? [])].sort((a, b) => a - b)
  return positions.map((position) => users[position] as UserRule).filter((rule) => matcher.names(rule))
}

/** The commands that a name in a rule stands for: those of an alias, and of its aliases, without those that `!` takes away. */
export function commandsBehind(
  sudoers: Sudoers,
  { negated, text }: Member,
  seen = new Set<string>(),
): readonly string[] {
  if (negated || seen.has(text)) return []
  seen.add(text)
  const members = indexOf(sudoers).aliases.get(`Cmnd_Alias ${text}`)
  return members === undefined ? [text] : members.flatMap((member) => commandsBehind(sudoers, member, seen))
}

const aliasOf = { '@': 'Host_Alias', ':': 'User_Alias', '>': 'Runas_Alias', '!': 'Cmnd_Alias' } as const
type AliasType = (typeof aliasOf)[keyof typeof aliasOf]

/** Aliases of aliases; sudo has no limit, and nobody so many. */
const MAX_ALIASES = 1000

type UserRule = Rule & { readonly kind: 'user' }
type DefaultsRule = Rule & { readonly kind: 'defaults' }

/** The rules as they are asked for: for each account, and for many settings. */
interface Index {
  readonly users: readonly UserRule[]
  /** Places in `users` of those that name one user and nobody else, by the name in small letters, and of the others. */
  readonly byName: ReadonlyMap<string, readonly number[]>
  readonly ofOthers: readonly number[]
  readonly defaults: ReadonlyMap<string, readonly DefaultsRule[]>
  readonly aliases: ReadonlyMap<string, readonly Member[]>
  readonly steps: Steps
}

/** Rules that are held against an account: thousands of both, for a handful of questions. */
const MOST_STEPS = 20_000_000

const known = new WeakMap<Sudoers, Index>()

function indexOf(sudoers: Sudoers): Index {
  const found = known.get(sudoers) ?? made(sudoers)
  known.set(sudoers, found)
  return found
}

function made({ rules }: Sudoers): Index {
  const users: UserRule[] = []
  const byName = new Map<string, number[]>()
  const ofOthers: number[] = []
  const defaults = new Map<string, DefaultsRule[]>()
  const aliases = new Map<string, readonly Member[]>()
  for (const rule of rules) {
    if (rule.kind === 'user') {
      const name = onlyNameOf(rule)
      const places = name === undefined ? ofOthers : (byName.get(name) ?? [])
      if (name !== undefined) byName.set(name, places)
      places.push(users.length)
      users.push(rule)
    } else if (rule.kind === 'alias') aliases.set(`${rule.type} ${rule.name}`, rule.members)
    else {
      const same = defaults.get(rule.name) ?? []
      same.push(rule)
      defaults.set(rule.name, same)
    }
  }
  return { users, byName, ofOthers, defaults, aliases, steps: new Steps('steps through the rules of sudo', MOST_STEPS) }
}

/** Names of aliases, and `ALL`, have no small letters. */
function onlyNameOf({ users: [one, ...more] }: UserRule): string | undefined {
  const isName = one !== undefined && more.length === 0 && !one.negated && /^[a-z_][a-z0-9_.-]*$/.test(one.text)
  return isName ? one.text : undefined
}

/** The scopes of settings in the order in which they count. */
const PASSES: readonly (readonly DefaultsRule['scope'][])[] = [[undefined, '@', ':'], ['>'], ['!']]

class Matcher {
  readonly doubts = new Map<string, SourceLine>()
  readonly #index: Index
  readonly #caller: Caller
  readonly #command: string
  readonly #holds: (at: SourceLine) => boolean
  readonly #found = new Map<string, boolean | undefined>()

  constructor(sudoers: Sudoers, caller: Caller, command: string, holds: (at: SourceLine) => boolean) {
    this.#index = indexOf(sudoers)
    this.#caller = caller
    this.#command = command
    this.#holds = holds
  }

  /** Whether the rule is one for the caller. */
  names(rule: UserRule): boolean {
    return this.list(rule.users, 'User_Alias', rule.at) === true
  }

  /** The last member that matches decides: true, or false if it is negated; undefined: none matches. */
  list(members: readonly Member[], type: AliasType, at: SourceLine, depth = 0): boolean | undefined {
    this.#index.steps.take(at, members.length)
    for (const { negated, text } of members.toReversed()) {
      const found = this.#member(text, type, at, depth)
      if (found !== undefined) return found !== negated
    }
    return undefined
  }

  /** Whether a rule's command, run as root, is the one that is asked for: allowed or not; undefined: another. */
  command(spec: CommandSpec, at: SourceLine): boolean | undefined {
    if (!this.#runsAsRoot(spec, at)) return undefined
    const found = this.list([spec.command], 'Cmnd_Alias', at)
    const isAnything = this.#command === ANYTHING
    if (found === undefined || (spec.isDigested && isAnything)) return undefined
    return !(spec.isDigested || hasLimits(spec)) || this.#doubtful(at) ? found : undefined
  }

  setting(name: string): boolean | string | undefined {
    return this.inForce(name).at(-1)?.value
  }

  /** A variable of the dynamic loader given on sudo's command line comes through to the command. */
  keepsLoader(): boolean {
    const kept = this.inForce('env_keep').some(({ value }) => typeof value === 'string' && /\bLD_/.test(value))
    return kept || this.setting('env_reset') === false
  }

  /** Settings for all, for hosts and for users count in the order of the files, then those for root, then for commands. */
  inForce(name: string): readonly DefaultsRule[] {
    const rules = this.#index.defaults.get(name)
    if (rules === undefined) return []
    if (rules.every(({ scope }) => scope === undefined)) return rules
    return PASSES.flatMap((scopes) =>
      rules.filter(
        ({ scope, members, at }) =>
          scopes.includes(scope) && (scope === undefined || this.list(members, aliasOf[scope], at) === true),
      ),
    )
  }

  #runsAsRoot({ runas }: CommandSpec, at: SourceLine): boolean {
    if (runas === undefined) {
      const chosen = this.setting('runas_default')
      return typeof chosen !== 'string' || isRoot(chosen)
    }
    return runas.users.length > 0 && this.list(runas.users, 'Runas_Alias', at) === true
  }

  #member(text: string, type: AliasType, at: SourceLine, depth: number): boolean | undefined {
    if (text === 'ALL') return true
    const alias = isName(text) ? this.#index.aliases.get(`${type} ${text}`) : undefined
    if (alias !== undefined) return this.#alias(`${type} ${text}`, alias, type, at, depth)
    const found = this.#matches(text, type)
    return found === 'doubtful' ? this.#doubtful(at) || undefined : found || undefined
  }

  /** Looked at once, for aliases that name each other would double the work at each level; one that names itself is empty. */
  #alias(
    name: string,
    members: readonly Member[],
    type: AliasType,
    at: SourceLine,
    depth: number,
  ): boolean | undefined {
    const key = `${name} ${at.file}:${at.line}`
    if (!this.#found.has(key)) {
      this.#found.set(key, undefined)
      this.#found.set(key, depth > MAX_ALIASES ? undefined : this.list(members, type, at, depth + 1))
    }
    return this.#found.get(key)
  }

  #matches(text: string, type: AliasType): boolean | 'doubtful' {
    switch (type) {
      case 'User_Alias':
        return userMatches(text, this.#caller, this.#hasGlobal('group_plugin'))
      case 'Runas_Alias':
        return isRoot(text)
      case 'Host_Alias':
        return hostMatches(text, this.#caller.hostname)
      default:
        return commandMatches(text, this.#command)
    }
  }

  #hasGlobal(name: string): boolean {
    return this.#index.defaults.get(name)?.some(({ value }) => value !== false) ?? false
  }

  #doubtful(at: SourceLine): boolean {
    this.doubts.set(`${at.file}:${at.line}`, at)
    return this.#holds(at)
  }
}

function isRoot(text: string): boolean {
  return text.toLowerCase() === 'root' || ['#0', '%root', '%#0'].includes(text)
}

/** Days; a profile that must be there; what only Trixie's sudo takes, for Bookworm's skips the line. */
const LIMITS = ['NOTBEFORE', 'NOTAFTER', 'APPARMOR_PROFILE', 'PRIVS', 'LIMITPRIVS', QUOTED]

/** Bound to certain days and the like, or to the commands of another root directory. */
function hasLimits({ options }: CommandSpec): boolean {
  return LIMITS.some((name) => options.has(name)) || (options.get('CHROOT') ?? '*') !== '*'
}
