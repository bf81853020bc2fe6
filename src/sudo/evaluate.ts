import { matchPattern } from '../sshd/patterns.ts'
import type { CommandSpec, Member } from './parse.ts'
import type { At, Rule, Sudoers } from './read.ts'

/** Who calls sudo, and where. */
export interface Caller {
  readonly user: string
  readonly uid: number
  /** Names of the user's groups, the primary one among them. */
  readonly groups: readonly string[]
  readonly hostname: string
}

export interface SudoVerdict {
  readonly allowed: boolean
  /** Whether a password is asked for; sudo asks once a terminal and 15 minutes. */
  readonly needsPassword: boolean
  /** Whose password: `Defaults rootpw`, `targetpw` and `runaspw` want root's. */
  readonly passwordOf: 'user' | 'root'
  /** The rule that decided; undefined: none matched. */
  readonly at: At | undefined
}

/** A command that no rule names: what `ALL` alone allows. */
export const ANYTHING = '/nowhere/anything'

/** What sudo decides for one command to be run as root: of all rules that match, the last counts (sudoers(5)). */
export function sudoFor(sudoers: Sudoers, caller: Caller, command: string = ANYTHING): SudoVerdict {
  if (caller.uid === 0) return { allowed: true, needsPassword: false, passwordOf: 'user', at: undefined }
  const matcher = new Matcher(sudoers.rules, caller, command)
  const setting = (name: string) => matcher.setting(name)
  let found: { spec: CommandSpec; at: At } | undefined
  for (const rule of sudoers.rules) {
    if (rule.kind !== 'user' || matcher.list(rule.users, 'User_Alias') !== true) continue
    for (const { hosts, commands } of rule.privileges) {
      if (matcher.list(hosts, 'Host_Alias') !== true) continue
      for (const spec of commands) {
        if (matcher.runsAsRoot(spec) && matcher.list([spec.command], 'Cmnd_Alias') !== undefined) {
          found = { spec, at: rule.at }
        }
      }
    }
  }
  const exempt = setting('exempt_group')
  const asks = found?.spec.nopasswd === undefined ? setting('authenticate') !== false : !found.spec.nopasswd
  return {
    allowed: found !== undefined && matcher.list([found.spec.command], 'Cmnd_Alias') === true,
    needsPassword: asks && !(typeof exempt === 'string' && caller.groups.includes(exempt)),
    passwordOf: ['rootpw', 'targetpw', 'runaspw'].some((name) => setting(name) === true) ? 'root' : 'user',
    at: found?.at,
  }
}

/** The value of a `Defaults` setting that holds for a caller and a command run as root; undefined: not set. */
export function settingFor(sudoers: Sudoers, caller: Caller, name: string): boolean | string | undefined {
  return new Matcher(sudoers.rules, caller, ANYTHING).setting(name)
}

const aliasOf = { '@': 'Host_Alias', ':': 'User_Alias', '>': 'Runas_Alias', '!': 'Cmnd_Alias' } as const

class Matcher {
  readonly #rules: readonly Rule[]
  readonly #caller: Caller
  readonly #command: string
  readonly #aliases = new Map<string, readonly Member[]>()

  constructor(rules: readonly Rule[], caller: Caller, command: string) {
    this.#rules = rules
    this.#caller = caller
    this.#command = command
    for (const rule of rules) if (rule.kind === 'alias') this.#aliases.set(`${rule.type} ${rule.name}`, rule.members)
  }

  /** The last member that matches decides: true, or false if it is negated; undefined: none matches. */
  list(members: readonly Member[], type: string, depth = 0): boolean | undefined {
    for (const { negated, text } of [...members].reverse()) {
      const found = this.#member(text, type, depth)
      if (found !== undefined) return found !== negated
    }
    return undefined
  }

  runsAsRoot({ runas }: CommandSpec): boolean {
    if (runas === undefined) return true
    return runas.users.length > 0 && this.list(runas.users, 'Runas_Alias') === true
  }

  /** Settings for all, for hosts and for users count in the order of the files, then those for root, then for commands. */
  setting(name: string): boolean | string | undefined {
    const passes = [[undefined, '@', ':'], ['>'], ['!']]
    let value: boolean | string | undefined
    for (const scopes of passes) {
      for (const rule of this.#rules) {
        if (rule.kind !== 'defaults' || rule.name !== name || !scopes.includes(rule.scope)) continue
        if (rule.scope === undefined || this.list(rule.members, aliasOf[rule.scope]) === true) value = rule.value
      }
    }
    return value
  }

  #member(text: string, type: string, depth: number): boolean | undefined {
    if (text === 'ALL') return true
    const alias = /^[A-Z][A-Z0-9_]*$/.test(text) ? this.#aliases.get(`${type} ${text}`) : undefined
    if (alias !== undefined) return depth > 32 ? undefined : this.list(alias, type, depth + 1)
    return this.#matches(text, type) || undefined
  }

  #matches(text: string, type: string): boolean {
    const { user, uid, groups, hostname } = this.#caller
    switch (type) {
      case 'User_Alias':
        return text.startsWith('%') ? groups.includes(text.slice(1)) : text === user || text === `#${uid}`
      case 'Runas_Alias':
        return text === 'root' || text === '#0' || text === '%root'
      case 'Host_Alias':
        return matchPattern(hostname, text) || matchPattern(hostname.split('.')[0] as string, text)
      default: {
        const [path = '', ...args] = text.split(/\s+/)
        if (args.length > 0 && args[0] !== '""') return false
        if (path.endsWith('/')) return this.#command.slice(0, this.#command.lastIndexOf('/') + 1) === path
        // Here `*` does not cross a `/` (fnmatch(3), FNM_PATHNAME).
        return path.split('/').length === this.#command.split('/').length && matchPattern(this.#command, path)
      }
    }
  }
}
