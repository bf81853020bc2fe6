import type { Release } from '../inspect/inventory.ts'
import type { Tree } from '../tree/tree.ts'
import { accumulating, scopeOf } from './keywords.ts'
import { type Connection, holds } from './match.ts'
import { type At, type Directive, readSshdConfig, type SshdConfig } from './read.ts'

/** What holds for one connection: keyword (lower case) → the lines that set it; more than one only where they add up. */
export type InForce = ReadonlyMap<string, readonly Directive[]>

/**
 * sshd reads its configuration twice: once for everybody, then the lines below `Match` for the connection, and what that
 * second reading sets replaces the first, wherever it stands (servconf.c, copy_set_server_options). `Match all` counts in
 * both.
 */
export function inForce(config: SshdConfig, connection: Connection): InForce {
  const global = collect(config.directives.filter(({ conditions }) => conditions.every((c) => c.all)))
  const matched = collect(
    config.directives.filter(
      ({ keyword, conditions }) =>
        conditions.length > 0 &&
        scopeOf(config.release, keyword) === 'match' &&
        conditions.every((c) => c.all || holds(c, connection)),
    ),
  )
  return new Map([...global, ...matched])
}

function collect(directives: readonly Directive[]): Map<string, Directive[]> {
  const found = new Map<string, Directive[]>()
  for (const directive of directives) {
    const before = found.get(directive.keyword)
    if (before === undefined) found.set(directive.keyword, [directive])
    else if (accumulating.has(directive.keyword)) before.push(directive)
  }
  return found
}

/** What sshd would do with one connection; every value as `sshd -T` spells it. */
export interface SshdEffective {
  readonly ports: readonly number[]
  /** As written; empty: all addresses. */
  readonly listenAddresses: readonly string[]
  readonly passwordAuthentication: boolean
  readonly pubkeyAuthentication: boolean
  readonly kbdInteractiveAuthentication: boolean
  readonly permitEmptyPasswords: boolean
  readonly permitRootLogin: 'yes' | 'no' | 'without-password' | 'forced-commands-only'
  readonly usePam: boolean
  readonly strictModes: boolean
  readonly maxAuthTries: number
  /** Each a list that must be passed in order, e.g. `['publickey', 'password']`; empty: any one method. */
  readonly authenticationMethods: readonly (readonly string[])[]
  readonly authorizedKeysFile: readonly string[]
  readonly allowUsers: readonly string[]
  readonly denyUsers: readonly string[]
  readonly allowGroups: readonly string[]
  readonly denyGroups: readonly string[]
  readonly requiredRsaSize: number
  readonly pubkeyAcceptedAlgorithms: string | undefined
  /** RefuseConnection of OpenSSH 10: nobody gets in. */
  readonly refuseConnection: boolean
  /** First argument of a keyword (any case) as written; undefined: sshd's default. */
  value(keyword: string): string | undefined
  /** The line that set a keyword (any case), the first where lines add up; undefined: sshd's default. */
  at(keyword: string): At | undefined
  /** Lines for which sshd would not start at all. */
  readonly errors: SshdConfig['errors']
}

/** The configuration in force for one connection to the image at `root`. */
export function effectiveFor(root: Tree, release: Release, connection: Connection): SshdEffective {
  const config = readSshdConfig(root, release)
  const lines = inForce(config, connection)
  const first = (keyword: string): string | undefined => lines.get(keyword)?.[0]?.args[0]
  const flag = (keyword: string, otherwise: boolean) =>
    (first(keyword)?.toLowerCase() ?? (otherwise ? 'yes' : 'no')) === 'yes'
  const words = (keyword: string) => lines.get(keyword)?.flatMap((d) => d.args) ?? []
  const methods = words('authenticationmethods')
  return {
    ports: lines.has('port') ? words('port').map(Number) : [22],
    listenAddresses: (lines.get('listenaddress') ?? []).map((d) => d.args[0] as string),
    passwordAuthentication: flag('passwordauthentication', true),
    pubkeyAuthentication: flag('pubkeyauthentication', true),
    kbdInteractiveAuthentication: flag('kbdinteractiveauthentication', true),
    permitEmptyPasswords: flag('permitemptypasswords', false),
    permitRootLogin: rootLogin(first('permitrootlogin')),
    usePam: flag('usepam', false),
    strictModes: flag('strictmodes', true),
    maxAuthTries: Number(first('maxauthtries') ?? 6),
    authenticationMethods: methods[0] === 'any' ? [] : methods.map((m) => m.split(',')),
    authorizedKeysFile: lines.has('authorizedkeysfile')
      ? words('authorizedkeysfile')
      : ['.ssh/authorized_keys', '.ssh/authorized_keys2'],
    allowUsers: words('allowusers'),
    denyUsers: words('denyusers'),
    allowGroups: words('allowgroups'),
    denyGroups: words('denygroups'),
    requiredRsaSize: Number(first('requiredrsasize') ?? 1024),
    pubkeyAcceptedAlgorithms: first('pubkeyacceptedalgorithms'),
    refuseConnection: flag('refuseconnection', false),
    value: (keyword) => first(keyword.toLowerCase()),
    at: (keyword) => lines.get(keyword.toLowerCase())?.[0]?.at,
    errors: config.errors,
  }
}

function rootLogin(value: string | undefined): SshdEffective['permitRootLogin'] {
  const lower = value?.toLowerCase() ?? 'prohibit-password'
  return lower === 'prohibit-password' ? 'without-password' : (lower as SshdEffective['permitRootLogin'])
}
