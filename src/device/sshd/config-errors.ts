import { isIP } from '../../base/host/addresses.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { HOST_KEY_NAMES } from '../formats/host-key.ts'
import { publicLineOf } from '../formats/openssh-private-key.ts'
import type { Release } from '../inspect/inventory.ts'
import type { Directive } from './config.ts'
import { absolute, entryAt, textAt } from './files.ts'
import { methodsLeft } from './method-lists.ts'
import type { ConfigError } from './source-line.ts'

/** What keeps sshd from starting though each line is good by itself. */
export function configErrors(root: Tree, release: Release, directives: readonly Directive[]): readonly ConfigError[] {
  const globals = directives.filter(({ conditions }) => conditions.every(({ all }) => all))
  const of = (keyword: string) => globals.filter((line) => line.keyword === keyword)
  return [
    ...(release === 'bookworm' ? lateAny(directives) : []),
    ...subsystems(release, of('subsystem')),
    ...commandsWithoutUser(release, of),
    ...unsatisfiable(of),
    ...addresses(of),
    ...hostKeys(root, of),
    ...programs(root, of),
  ]
}

type Lines = (keyword: string) => readonly Directive[]

/** OpenSSH 9.2 takes `any` for a second method of the list in force, wherever it stands (servconf.c). */
function lateAny(directives: readonly Directive[]): ConfigError[] {
  const lines = directives.filter(({ keyword }) => keyword === 'authenticationmethods')
  const first = lines.findIndex(({ conditions }) => conditions.every(({ all }) => all))
  return lines
    .slice(first + 1)
    .filter(({ args }) => first >= 0 && args[0] === 'any')
    .map(({ at }) => ({ at, message: `"any" must appear alone in AuthenticationMethods` }))
}

/** Of two of one name bookworm's sshd takes none, trixie's the first. */
function subsystems(release: Release, lines: readonly Directive[]): ConfigError[] {
  return lines.flatMap(({ args, at }, i) => {
    const isSecond = lines.slice(0, i).some((other) => other.args[0] === args[0])
    if (isSecond && release === 'trixie') return []
    if (isSecond) return [{ at, message: `Subsystem '${args[0]}' already defined` }]
    return (args[1] ?? '') === '' ? [{ at, message: 'Missing subsystem command' }] : []
  })
}

/** OpenSSH 9.2 takes no AuthorizedPrincipalsCommand once there is an AuthorizedKeysCommand (servconf.c, parse_command). */
function commandsWithoutUser(release: Release, of: Lines): ConfigError[] {
  const keys = of('authorizedkeyscommand')[0]
  const principals = of('authorizedprincipalscommand')[0]
  const isTaken = release === 'trixie' || keys === undefined
  return [keys, isTaken ? principals : undefined].flatMap((command) => {
    if (command === undefined || command.rest.toLowerCase() === 'none') return []
    if (of(`${command.keyword}user`).length > 0) return []
    return [{ at: command.at, message: `${command.rest} would run, but there is no ${command.keyword}user` }]
  })
}

/** No list of AuthenticationMethods is left when those with a method that is off are taken away. */
function unsatisfiable(of: Lines): ConfigError[] {
  const line = of('authenticationmethods')[0]
  if (line === undefined || line.args[0] === 'any') return []
  const isOn = (keyword: string, otherwise: boolean) =>
    (of(keyword)[0]?.args[0]?.toLowerCase() ?? (otherwise ? 'yes' : 'no')) === 'yes'
  const lists = line.args.map((list) => list.split(','))
  return methodsLeft(lists, isOn).length > 0
    ? []
    : [{ at: line.at, message: 'AuthenticationMethods cannot be satisfied by enabled authentication methods' }]
}

/** An address must be of the family, and a name is resolved when sshd starts: no network is waited for. */
function addresses(of: Lines): ConfigError[] {
  const family = of('addressfamily')[0]?.args[0]?.toLowerCase() ?? 'any'
  return of('listenaddress').flatMap(({ args, at }) => {
    const text = args[0] as string
    const address = isIP(text) === 6 ? text : text.replace(/^\[?([^\]]*?)\]?(:[^:\]]*)?$/, '$1')
    const own = { 0: undefined, 4: 'inet', 6: 'inet6' }[isIP(address)]
    if (own === undefined && address !== 'localhost') return [{ at, message: `bad addr or host: ${address}` }]
    return own === undefined || family === 'any' || family === own
      ? []
      : [{ at, message: `ListenAddress ${text} with AddressFamily ${family}` }]
  })
}

/**
 * sshd does not start without a host key. Those of the default names are made before it starts, of the types that every
 * device has; another is one if it is in the image, for root alone.
 */
function hostKeys(root: Tree, of: Lines): ConfigError[] {
  const lines = of('hostkey')
  const made = HOST_KEY_NAMES.map((name) => `/etc/ssh/ssh_host_${name}_key`)
  const isThere = ({ args }: Directive) => {
    const path = absolute(args[0] as string)
    return made.includes(path) || isPrivateKey(root, path)
  }
  const [first] = lines
  if (first === undefined || lines.some(isThere) || of('hostkeyagent').length > 0) return []
  const names = lines.map(({ args }) => args[0]).join(', ')
  return [{ at: first.at, message: `no hostkeys available: ${names} is not a private key of the device` }]
}

function isPrivateKey(root: Tree, path: string): boolean {
  const entry = entryAt(root, path)
  if (entry?.kind !== 'file' || (entry.uid === 0 && (entry.mode & 0o077) !== 0)) return false
  return publicLineOf(textAt(root, path) ?? '') !== undefined
}

/** What Debian's openssh-server has them named. */
const PROGRAMS = ['/usr/lib/openssh/sshd-session', '/usr/lib/openssh/sshd-auth']

/** OpenSSH 10 looks for the programs that it starts. */
function programs(root: Tree, of: Lines): ConfigError[] {
  return ['sshdsessionpath', 'sshdauthpath'].flatMap((keyword) => {
    const line = of(keyword)[0]
    if (line === undefined) return []
    const path = absolute(line.args[0] as string)
    const entry = entryAt(root, path)
    if (PROGRAMS.includes(path)) return []
    return entry?.kind === 'file' && (entry.mode & 0o111) !== 0
      ? []
      : [{ at: line.at, message: `${path} does not exist or is not executable` }]
  })
}
