import type { AccountFacts, DeviceFacts, KeyFacts, Reach } from './facts.ts'
import { reachesSomething, shared } from './reach.ts'

/** One way to log in, from where, and what the owner can do then. */
export interface WayIn {
  readonly user: string
  readonly by: 'key' | 'password' | 'console'
  /** Of the key, as ssh-keygen prints it. */
  readonly fingerprint: string | undefined
  readonly from: Reach
  readonly port: number | undefined
  readonly root: 'asks for the password' | 'asks for nothing' | 'no'
}

/** A way that is shut, and by what. */
export interface Shut {
  readonly code: string
  readonly user: string | undefined
  readonly because: string
}

export interface Verdict {
  readonly ways: readonly WayIn[]
  /** Every way that an owner might expect and that does not open. */
  readonly shut: readonly Shut[]
  /** Why the device would lock its owner out; empty: proved that it will not. */
  readonly lockouts: readonly Shut[]
  /** Ways in for accounts that the spec does not name. */
  readonly intruders: readonly WayIn[]
}

/**
 * Decides who gets in. An owner must be able to log in, over the network if SSH is on and at the console if it is not,
 * and at least one of those meant to administer the device must be able to become root.
 */
export function prove(facts: DeviceFacts): Verdict {
  const judged = facts.accounts.map((account) => ({ account, ...waysOf(account, facts) }))
  const owners = judged.filter(({ account }) => account.wanted)
  const ways = owners.flatMap((owner) => owner.ways)
  const shut = owners.flatMap((owner) => owner.shut)
  return {
    ways,
    shut,
    lockouts: lockouts(facts, owners, ways, shut),
    intruders: judged.filter(({ account }) => !account.wanted).flatMap((other) => other.ways),
  }
}

function lockouts(
  facts: DeviceFacts,
  owners: readonly { readonly account: AccountFacts }[],
  ways: readonly WayIn[],
  shut: readonly Shut[],
): Shut[] {
  const remote = ways.filter((way) => way.by !== 'console')
  if (facts.ssh.enabled ? remote.length === 0 : ways.length === 0) {
    const none: Shut = { code: 'ACC001', user: undefined, because: 'no account of this spec can log in' }
    return [none, ...shut]
  }
  const admins = owners.filter(({ account }) => account.admin)
  const usable = facts.ssh.enabled ? remote : ways
  if (admins.length > 0 && !usable.some((way) => way.root !== 'no')) {
    const own = shut.filter((way) => way.code === 'ACC020')
    return own.length > 0
      ? own
      : [{ code: 'ACC021', user: undefined, because: 'nobody who can log in can become root' }]
  }
  return []
}

function waysOf(account: AccountFacts, facts: DeviceFacts): { ways: WayIn[]; shut: Shut[] } {
  const because = (code: string, text: string): { ways: WayIn[]; shut: Shut[] } => ({
    ways: [],
    shut: [{ code, user: account.name, because: text }],
  })
  if (!account.shell.usable) return because('ACC002', `the login shell ${account.shell.path} lets nobody in`)
  if (account.expires !== undefined && account.expires <= facts.today) {
    return because('ACC003', `the account expires on ${account.expires}`)
  }
  if (account.mustChangePassword && account.password !== 'usable') {
    return because('ACC004', 'a new password is demanded at the first login, but there is no old one to give')
  }
  const root = rootOf(account)
  const console: WayIn[] =
    account.password === 'usable' || account.password === 'empty'
      ? [{ user: account.name, by: 'console', fingerprint: undefined, from: [], port: undefined, root: root.how }]
      : []
  const remote = facts.ssh.enabled ? remoteWays(account, facts, root.how) : { ways: [], shut: [] }
  return { ways: [...remote.ways, ...console], shut: [...remote.shut, ...root.shut] }
}

function remoteWays(account: AccountFacts, facts: DeviceFacts, root: WayIn['root']): { ways: WayIn[]; shut: Shut[] } {
  const shut = (code: string, text: string): Shut => ({ code, user: account.name, because: text })
  if (facts.ssh.unreachable !== undefined) return { ways: [], shut: [shut('ACC014', facts.ssh.unreachable)] }
  if (account.sshd.refused !== undefined) return { ways: [], shut: [shut('ACC005', account.sshd.refused)] }
  if (!reachesSomething(facts.firewall)) {
    return { ways: [], shut: [shut('ACC006', `the firewall lets nobody reach port ${facts.ssh.port}`)] }
  }
  const way = { user: account.name, port: facts.ssh.port, root }
  const ways: WayIn[] = []
  const closed: Shut[] = []
  for (const key of account.keys) {
    const reason = keyRefused(key, account, facts)
    const from = shared(key.from, facts.firewall)
    if (reason !== undefined) closed.push(shut(reason.code, reason.because))
    else ways.push({ ...way, by: 'key', fingerprint: key.fingerprint, from })
  }
  if (account.sshd.password && account.password === 'usable') {
    ways.push({ ...way, by: 'password', fingerprint: undefined, from: facts.firewall })
  }
  if (ways.length === 0 && closed.length === 0) {
    const what = account.sshd.password
      ? 'neither a key nor a usable password'
      : 'no key, and passwords are not accepted'
    closed.push(shut('ACC007', what))
  }
  return { ways, shut: closed }
}

function keyRefused(
  key: KeyFacts,
  account: AccountFacts,
  facts: DeviceFacts,
): Pick<Shut, 'code' | 'because'> | undefined {
  const name = `the key ${key.fingerprint}`
  if (!account.sshd.keys) return { code: 'ACC008', because: `sshd takes no keys for this account` }
  if (account.strictModes !== undefined) return { code: 'ACC009', because: `StrictModes: ${account.strictModes}` }
  if (key.refused !== undefined) return { code: 'ACC010', because: `${name} is not accepted: ${key.refused}` }
  if (key.expires !== undefined && key.expires <= facts.today) {
    return { code: 'ACC011', because: `${name} expires on ${key.expires}` }
  }
  if (key.command) return { code: 'ACC012', because: `${name} runs one command only` }
  if (!reachesSomething(shared(key.from, facts.firewall))) {
    return { code: 'ACC013', because: `${name} is good only from addresses that the firewall keeps out` }
  }
  return undefined
}

function rootOf(account: AccountFacts): { how: WayIn['root']; shut: Shut[] } {
  const { root, needsPassword } = account.sudo
  if (root && !needsPassword) return { how: 'asks for nothing', shut: [] }
  if (root && account.password === 'usable') return { how: 'asks for the password', shut: [] }
  if (!account.admin) return { how: 'no', shut: [] }
  const because = root ? 'sudo asks for a password, and the account has none' : 'no sudoers rule lets it become root'
  return { how: 'no', shut: [{ code: 'ACC020', user: account.name, because }] }
}
