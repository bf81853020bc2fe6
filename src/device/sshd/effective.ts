import { remembered } from '../../base/remembered.ts'
import { Steps } from '../../base/steps.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { Release } from '../inspect/inventory.ts'
import type { Directive, SshdConfig } from './config.ts'
import { accumulating, lastCounts, scopeOf, takesRest } from './keywords.ts'
import { type Connection, holds } from './match.ts'
import { readSshdConfig } from './read.ts'
import type { SourceLine } from './source-line.ts'

/**
 * What holds for one connection: keyword (lower case) → the lines that set it; more than one only where they add up.
 *
 * @internal exported for the tests
 */
export type InForce = ReadonlyMap<string, readonly Directive[]>

/**
 * sshd reads its configuration twice: once for everybody, then the lines below `Match` for the connection, and what that
 * second reading sets replaces the first, wherever it stands (servconf.c, copy_set_server_options). `Match all` counts in
 * both.
 *
 * @internal exported for the tests
 */
export function inForce(config: SshdConfig, connection: Connection): InForce {
  const matched = collect(
    config,
    conditional(config).filter(
      ({ keyword, conditions }) =>
        scopeOf(config.release, keyword) === 'match' && conditions.every((c) => c.all || holds(c, connection)),
    ),
  )
  return new Map([...globalIn(config), ...matched])
}

/** What holds for everybody: asked for every account and client. */
const globalIn = remembered((config: SshdConfig) =>
  collect(
    config,
    config.directives.filter(({ conditions }) => conditions.every((c) => c.all)),
  ),
)

function collect({ release }: SshdConfig, directives: readonly Directive[]): Map<string, Directive[]> {
  const found = new Map<string, Directive[]>()
  for (const directive of directives) {
    const { keyword } = directive
    const before = found.get(keyword)
    if (before === undefined || lastCounts(release, keyword)) found.set(keyword, [directive])
    else if (accumulating.has(keyword)) before.push(directive)
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
  /** Why sshd ends the connection when it reads its configuration for it; undefined: it does not. */
  readonly broken: string | undefined
  /** sshd asks DNS for the name of the client. */
  readonly useDns: boolean
  /** First argument of a keyword (any case), or all of the line where sshd takes that; undefined: sshd's default. */
  value(keyword: string): string | undefined
  /** The line that set a keyword (any case), the first where lines add up; undefined: sshd's default. */
  at(keyword: string): SourceLine | undefined
  /** Whether the line that set a keyword stands below a `Match`. */
  isBelowMatch(keyword: string): boolean
  /** Lines for which sshd would not start at all. */
  readonly errors: SshdConfig['errors']
}

/** Some hundred lines for some hundred accounts that come from some hundred networks. */
const MOST_STEPS = 20_000_000

const known = new WeakMap<SshdConfig, Steps>()

/** The configuration in force for one connection to the image at `root`. */
export function effectiveFor(root: Tree, release: Release, connection: Connection): SshdEffective {
  return effectiveIn(readSshdConfig(root, release), connection)
}

/** @throws TargetError when there are too many lines for so many accounts and networks */
export function effectiveIn(config: SshdConfig, connection: Connection): SshdEffective {
  const steps = known.get(config) ?? new Steps("lines of sshd's configuration, held against clients", MOST_STEPS)
  known.set(config, steps)
  steps.take(config.directives.at(-1)?.at ?? { file: '/etc/ssh/sshd_config' }, config.directives.length)
  return conditional(config).length === 0
    ? forEverybody(config)
    : effectiveOf(config, inForce(config, connection), brokenFor(config, connection))
}

/** What holds for each client where no line stands below a `Match`: it is asked for thousands of accounts. */
const forEverybody = remembered((config: SshdConfig) => effectiveOf(config, globalIn(config), undefined))

const conditional = remembered((config: SshdConfig) =>
  config.directives.filter(({ conditions }) => conditions.length > 0),
)

function effectiveOf(config: SshdConfig, lines: InForce, broken: string | undefined): SshdEffective {
  const first = (keyword: string): string | undefined => {
    const line = lines.get(keyword)?.[0]
    return takesRest.has(keyword) ? line?.rest : line?.args[0]
  }
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
    broken,
    useDns: flag('usedns', false),
    isBelowMatch: (keyword) => (lines.get(keyword.toLowerCase())?.[0]?.conditions.length ?? 0) > 0,
    value: (keyword) => first(keyword.toLowerCase()),
    at: (keyword) => lines.get(keyword.toLowerCase())?.[0]?.at,
    errors: config.errors,
  }
}

/** What is only looked at in lines in force, and so at the second reading: sshd ends with the connection. */
function brokenFor(config: SshdConfig, connection: Connection): string | undefined {
  const matched = (keyword: string) =>
    conditional(config).filter(
      (line) => line.keyword === keyword && line.conditions.every((c) => c.all || holds(c, connection)),
    )
  const lateAny = matched('authenticationmethods')
    .slice(1)
    .find(({ args }) => config.release === 'bookworm' && args[0] === 'any')
  const bad = lateAny ?? matched('subsystem').find(({ args }) => (args[1] ?? '') === '')
  return bad && `sshd ends the connection at ${bad.at.file}:${bad.at.line} (${bad.keyword} ${bad.rest})`
}

function rootLogin(value: string | undefined): SshdEffective['permitRootLogin'] {
  const lower = value?.toLowerCase() ?? 'prohibit-password'
  return lower === 'prohibit-password' ? 'without-password' : (lower as SshdEffective['permitRootLogin'])
}
