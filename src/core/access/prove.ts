import type { Code } from '../../base/report/codes.ts'
import type { RootGroup } from '../../device/formats/privileged-groups.ts'
import { FROM_EVERYWHERE, type Reach, type Sources, shared, spelled } from '../../device/net/reach.ts'
import type { AccountFacts, DeviceFacts, Gate, KeyFacts } from './facts.ts'
import type { FileLine, Finding, Way } from './finding.ts'

/** One way to log in, from where, and what the owner can do then. */
export interface WayIn extends Sources {
  readonly user: string
  readonly by: 'key' | 'certificate' | 'password' | 'console'
  /** Of the key, or of the authority, as ssh-keygen prints it. */
  readonly fingerprint: string | undefined
  /** The names of which a certificate has to bear one. */
  readonly principals?: readonly string[]
  /** sshd gives no terminal to whoever comes by this key. */
  readonly noTerminal?: true
  readonly port: number | undefined
  /** By sudo. */
  readonly root: 'asks for the password' | 'asks for nothing' | 'no'
  readonly rootGroups: readonly RootGroup[]
  /** Files are exchanged by sftp, below this folder, and that is all. */
  readonly filesIn?: string
}

/** Nobody comes to the console over a network. */
const AT_THE_DEVICE: Sources = { from: [], except: [], interfaces: undefined, exceptInterfaces: [] }

/** A way that is shut, and by what. */
export interface Blocked {
  readonly code: Code
  readonly user: string | undefined
  readonly because: string
  /** The line or file that shuts it, where one does. */
  readonly at?: FileLine | undefined
}

export interface Verdict {
  readonly ways: readonly WayIn[]
  /** Ways of owners to exchange files, and nothing else: nobody works on the device by these. */
  readonly transfers: readonly WayIn[]
  /** Every way that an owner might expect and that does not open. */
  readonly shut: readonly Blocked[]
  /** Why the device would lock its owner out; empty: proved that it will not. */
  readonly lockouts: readonly Blocked[]
  /** Ways in for accounts that the spec does not name. */
  readonly intruders: readonly WayIn[]
  /** What opens the device further than the spec says. */
  readonly open: readonly Finding[]
  /** What decides and cannot be judged: with any of these the rest is not proved. */
  readonly unproved: readonly Finding[]
}

/**
 * Decides who gets in. An owner must be able to log in, over the network if SSH is on and at the console if it is not,
 * and at least one of those meant to administer the device must be able to become root.
 */
export function prove(facts: DeviceFacts, findings: readonly Finding[] = []): Verdict {
  const judged = facts.accounts.map((account) => ({ account, ...waysOf(account, facts, shutBy(findings, account)) }))
  const owners = judged.filter(({ account }) => account.wanted)
  const all = owners.flatMap((owner) => owner.ways)
  const ways = all.filter(({ filesIn }) => filesIn === undefined)
  const shut = owners.flatMap((owner) => owner.shut)
  return {
    ways,
    transfers: all.filter(({ filesIn }) => filesIn !== undefined),
    shut,
    lockouts: lockouts(facts, owners, ways, shut),
    intruders: judged.filter(({ account }) => !account.wanted).flatMap((other) => other.ways),
    open: findings.filter(({ answer }) => answer === 'open'),
    unproved: findings.filter(({ answer }) => answer === 'unproved'),
  }
}

/** What cannot be judged and is not accepted: with any of these left the device is not proved. */
export function leftUnproved({ unproved }: Verdict, accepted: readonly Code[]): readonly Finding[] {
  return unproved.filter(({ code }) => !accepted.includes(code))
}

/** What shuts a way for the account; undefined: nothing does. */
type ShutBy = (way: Way) => Blocked | undefined

function shutBy(findings: readonly Finding[], { name }: AccountFacts): ShutBy {
  const shut = findings.filter(({ answer, user }) => answer === 'shut' && (user === undefined || user === name))
  return (wanted) => {
    const found = shut.find(({ way }) => way === wanted)
    return found && { code: found.code, user: name, because: found.because, at: found.at }
  }
}

function lockouts(
  facts: DeviceFacts,
  owners: readonly { readonly account: AccountFacts }[],
  ways: readonly WayIn[],
  shut: readonly Blocked[],
): Blocked[] {
  const remote = ways.filter((way) => way.by !== 'console')
  if (facts.ssh.enabled ? remote.length === 0 : ways.length === 0) {
    const none: Blocked = { code: 'ACC001', user: undefined, because: 'no account of this spec can log in' }
    return [none, ...shut]
  }
  const admins = owners.filter(({ account }) => account.admin)
  const usable = facts.ssh.enabled ? remote : ways
  if (admins.length > 0 && !usable.some((way) => way.root !== 'no')) {
    const own = shut.filter(({ code }) => code.startsWith('ACC02'))
    return own.length > 0
      ? own
      : [{ code: 'ACC021', user: undefined, because: 'nobody who can log in can become root' }]
  }
  return []
}

function waysOf(account: AccountFacts, facts: DeviceFacts, shutBy: ShutBy): { ways: WayIn[]; shut: Blocked[] } {
  const because = (code: Code, text: string): { ways: WayIn[]; shut: Blocked[] } => ({
    ways: [],
    shut: [{ code, user: account.name, because: text }],
  })
  const isForFiles = account.isForFiles === true && account.sshd.filesIn !== undefined
  if (!account.shell.usable && !isForFiles)
    return because('ACC002', `the login shell ${account.shell.path} lets nobody in`)
  if (account.expires !== undefined && account.expires <= facts.today) {
    return because('ACC003', `the account expires on ${account.expires}`)
  }
  if (account.mustChangePassword && account.password !== 'usable') {
    return because('ACC004', 'a new password is demanded at the first login, but there is no old one to give')
  }
  const login = shutBy('login')
  if (login !== undefined) return { ways: [], shut: [login] }
  const root = rootOf(account, shutBy)
  const console: WayIn[] =
    account.shell.usable &&
    (account.password === 'usable' || account.password === 'empty') &&
    shutBy('console') === undefined
      ? [
          {
            user: account.name,
            by: 'console',
            fingerprint: undefined,
            ...AT_THE_DEVICE,
            port: undefined,
            root: root.how,
            rootGroups: account.rootGroups,
          },
        ]
      : []
  const remote = facts.ssh.enabled ? remoteWays(account, facts, root.how, shutBy) : { ways: [], shut: [] }
  return { ways: [...remote.ways, ...console], shut: [...remote.shut, ...root.shut] }
}

function remoteWays(
  account: AccountFacts,
  facts: DeviceFacts,
  root: WayIn['root'],
  shutBy: ShutBy,
): { ways: WayIn[]; shut: Blocked[] } {
  const shut = (code: Code, text: string): Blocked => ({ code, user: account.name, because: text })
  if (facts.ssh.unreachable !== undefined) return { ways: [], shut: [shut('ACC014', facts.ssh.unreachable)] }
  const ssh = shutBy('ssh')
  if (ssh !== undefined) return { ways: [], shut: [ssh] }
  if (account.sshd.refused !== undefined) return { ways: [], shut: [shut('ACC005', account.sshd.refused)] }
  const { reach, closed: gate } = passed(facts.gates)
  if (gate !== undefined) return { ways: [], shut: [{ ...shut(gate.code, gate.because), at: gate.at }] }
  const way = {
    user: account.name,
    port: facts.ssh.port,
    root,
    rootGroups: account.rootGroups,
    ...(account.isForFiles === true && account.sshd.filesIn !== undefined && { filesIn: account.sshd.filesIn }),
  }
  const ways: WayIn[] = []
  const closed: Blocked[] = []
  for (const key of account.keys) {
    const reason = keyRefused(key, account, facts, reach)
    const by = shutBy('key')
    if (reason !== undefined) closed.push(shut(reason.code, reason.because))
    else if (by !== undefined) closed.push(by)
    else {
      const sources = shared(key.from, reach).map(spelled)
      const { fingerprint, principals } = key
      const by =
        principals === undefined ? ({ by: 'key' } as const) : ({ by: 'certificate', principals: principals } as const)
      const terminal = key.noTerminal ? { noTerminal: true as const } : {}
      ways.push(...sources.map((from) => ({ ...way, ...by, fingerprint, ...terminal, ...from })))
    }
  }
  const byPassword = shutBy('password')
  if (takesPassword(account) && byPassword !== undefined) closed.push(byPassword)
  else if (takesPassword(account)) {
    const sources = shared(account.sshd.passwordFrom ?? FROM_EVERYWHERE, reach).map(spelled)
    ways.push(...sources.map((from) => ({ ...way, by: 'password' as const, fingerprint: undefined, ...from })))
  }
  if (ways.length === 0 && closed.length === 0) {
    const what = account.sshd.password
      ? 'neither a key nor a usable password'
      : 'no key, and passwords are not accepted'
    closed.push(shut('ACC007', what))
  }
  return { ways, shut: closed }
}

/** What all gates let through together; `closed` is the one that leaves nothing of what the earlier ones let through. */
function passed(gates: readonly Gate[]): { readonly reach: Reach; readonly closed: Gate | undefined } {
  let reach = FROM_EVERYWHERE
  for (const gate of gates) {
    reach = shared(reach, gate.reach)
    if (reach.length === 0) return { reach, closed: gate }
  }
  return { reach, closed: undefined }
}

function takesPassword({ sshd, password }: AccountFacts): boolean {
  return sshd.password && password === 'usable'
}

function keyRefused(
  key: KeyFacts,
  account: AccountFacts,
  facts: DeviceFacts,
  reach: Reach,
): Pick<Blocked, 'code' | 'because'> | undefined {
  const name = `the ${key.principals === undefined ? 'key' : 'authority'} ${key.fingerprint}`
  if (!account.sshd.keys) return { code: 'ACC008', because: `sshd takes no keys for this account` }
  if (account.strictModes !== undefined) return { code: 'ACC009', because: `StrictModes: ${account.strictModes}` }
  if (key.refused !== undefined) return { code: 'ACC010', because: `${name} is not accepted: ${key.refused}` }
  if (key.expires !== undefined && key.expires <= facts.today) {
    return { code: 'ACC011', because: `${name} expires on ${key.expires}` }
  }
  // Of somebody else it is enough that sshd lets him in.
  if (key.command && account.wanted) return { code: 'ACC012', because: `${name} runs one command only` }
  if (shared(key.from, reach).length === 0) {
    return { code: 'ACC013', because: `${name} is good only from addresses that the firewall or the network keeps out` }
  }
  return undefined
}

function rootOf(account: AccountFacts, shutBy: ShutBy): { how: WayIn['root']; shut: Blocked[] } {
  const { root, needsPassword } = account.sudo
  const by = shutBy('root')
  if (by !== undefined) return { how: 'no', shut: account.admin ? [by] : [] }
  if (root && !needsPassword) return { how: 'asks for nothing', shut: [] }
  if (root && account.password === 'usable') return { how: 'asks for the password', shut: [] }
  if (!account.admin) return { how: 'no', shut: [] }
  const because = root ? 'sudo asks for a password, and the account has none' : 'no sudoers rule lets it become root'
  return { how: 'no', shut: [{ code: 'ACC020', user: account.name, because }] }
}
