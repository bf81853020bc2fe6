import { remembered } from '../../base/remembered.ts'
import { Steps } from '../../base/steps.ts'
import type { Accounts, PasswdEntry } from '../../device/formats/accounts.ts'
import { type Reach, spelled } from '../../device/net/reach.ts'
import { groupsOf, refusal } from '../../device/sshd/allow-deny.ts'
import { methodsOf } from '../../device/sshd/auth-methods.ts'
import type { SshdConfig } from '../../device/sshd/config.ts'
import { effectiveIn } from '../../device/sshd/effective.ts'
import { chrootRefusal, filesOnly } from '../../device/sshd/files-only.ts'
import { blockerOfAllLogins } from '../../device/sshd/login-blockers.ts'
import type { Connection, Question } from '../../device/sshd/match.ts'
import { type Region, regionsOf } from '../../device/sshd/networks.ts'
import { networksIn } from '../../device/sshd/patterns.ts'
import { keysFileRefusal, keysFilesOf } from '../../device/sshd/strict-modes.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { reachOfRegions } from './admission.ts'
import type { AccountFacts, KeyFacts } from './facts.ts'
import { offeredCertificates } from './offered-certificates.ts'
import { keysFilesEver, keysIn, type OfferedKey, offer } from './offered-keys.ts'
import { decisive } from './questions.ts'

/** An account, and the sshd that it is held against. */
export interface Asked {
  readonly root: Tree
  readonly accounts: Accounts
  readonly config: SshdConfig
  readonly user: PasswdEntry
  readonly hasPassword: boolean
  /** `shell`: it is meant to work on the device; `anything`: it is enough that sshd lets it in. */
  readonly wants: 'shell' | 'anything'
  /** Those on which it would come. */
  readonly ports: readonly number[]
}

/** What sshd does with an account, over all clients that there may be. */
export interface SshdFacts extends Pick<AccountFacts, 'sshd' | 'keys' | 'strictModes'> {
  /** What decides whether, or from where, the account gets in, and what nothing in the image says. */
  readonly questions: readonly Question[]
}

type Facts = Pick<AccountFacts, 'sshd' | 'keys' | 'strictModes'>

/** Two readers ask it of each account. */
export const sshdFacts = remembered((asked: Asked): SshdFacts => {
  const regions = regionsOf(networksOf(asked))
  const { first, questions } = decisive(
    (yes, met) =>
      factsWith(asked, regions, (question) => {
        met(question)
        return yes.has(question.text)
      }),
    (facts) => waysIn(facts, asked.hasPassword),
  )
  return { ...first, questions }
})

/** What of the facts lets somebody in: why it lets nobody in is no difference. */
function waysIn({ sshd, keys, strictModes }: Facts, hasPassword: boolean): string {
  const open = strictModes === undefined ? keys.filter(({ refused }) => refused === undefined) : []
  return JSON.stringify([
    open.map(({ fingerprint, from }) => [fingerprint, from.map(spelled)]),
    hasPassword ? sshd.passwordFrom?.map(spelled) : undefined,
    sshd.filesIn,
  ])
}

/** What sshd says to one client. */
interface Visit {
  readonly refused: string | undefined
  readonly keys: boolean
  readonly password: boolean
  readonly offered: readonly OfferedKey[]
  readonly unread: string | undefined
  /** The folder that it is kept in, for sftp alone. */
  readonly filesIn: string | undefined
}

function factsWith(asked: Asked, regions: readonly Region[], guess: (question: Question) => boolean): Facts {
  const { config, user, accounts } = asked
  const { useDns } = effectiveIn(config, { user: user.name, groups: [], address: '0.0.0.0' })
  const visits = new Map(
    regions.map((region) => [
      region,
      asked.ports.map((localPort) =>
        visit(asked, {
          user: user.name,
          groups: groupsOf(accounts, user),
          address: region.address,
          ...(useDns ? {} : { host: region.address }),
          localPort,
          guess,
        }),
      ),
    ]),
  )
  const all = [...visits.values()].flat()
  const open = all.filter(({ refused }) => refused === undefined)
  const from = (isLetIn: (visit: Visit) => boolean): Reach =>
    reachOfRegions(
      regions,
      (region) => visits.get(region)?.some((one) => one.refused === undefined && isLetIn(one)) ?? false,
    )
  const keys = keysOf(all, from)
  const folders = new Set(open.map(({ filesIn }) => filesIn))
  const [filesIn] = folders
  return {
    sshd: {
      refused: open.length === 0 ? all[0]?.refused : undefined,
      keys: open.some((one) => one.keys),
      password: open.some((one) => one.password),
      passwordFrom: from((one) => one.password),
      ...(folders.size === 1 && filesIn !== undefined && { filesIn }),
    },
    ...keys,
  }
}

/** Files that sshd does not read count only if it reads no other. */
function keysOf(
  visits: readonly Visit[],
  from: (isLetIn: (visit: Visit) => boolean) => Reach,
): Pick<Facts, 'keys' | 'strictModes'> {
  const offered = visits.flatMap((one) => one.offered)
  const read = offered.filter(({ isRead }) => isRead)
  const counted = read.length > 0 ? read : offered
  const unread = read.length > 0 ? undefined : visits.find((one) => one.unread !== undefined)?.unread
  const known = new Map<string, Reach>()
  const good = new Map(
    visits.map((one) => [one, new Set(one.keys ? one.offered.filter(isGood).map(({ id }) => id) : [])]),
  )
  const byId = new Map<string, OfferedKey[]>()
  for (const key of counted) byId.set(key.id, [...(byId.get(key.id) ?? []), key])
  const keys = [...byId].map(([id, same]): KeyFacts => {
    const refused = same.every((key) => key.refused !== undefined) ? same[0]?.refused : undefined
    // Most keys are good for the same clients.
    const where = visits.map((one) => (good.get(one)?.has(id) ? '1' : '0')).join('')
    const reach = known.get(where) ?? from((one) => good.get(one)?.has(id) ?? false)
    known.set(where, reach)
    return { ...(same[0] as OfferedKey).facts, from: reach, refused }
  })
  return { keys, strictModes: unread }
}

function isGood({ refused, isFrom, isRead }: OfferedKey): boolean {
  return refused === undefined && isFrom && isRead
}

function visit(asked: Asked, connection: Connection): Visit {
  const { root, accounts, config, user, hasPassword, wants } = asked
  const sshd = effectiveIn(config, connection)
  const filesIn = filesOnly(sshd)
  const files = keysFilesOf(root, config.release, user, sshd.authorizedKeysFile)
  const refusals = files.map((file) => keysFileRefusal(root, accounts, user, file, sshd.strictModes))
  return {
    refused:
      refusal(root, accounts, sshd, connection) ??
      sshd.broken ??
      blockerOfAllLogins(sshd, config.release, wants) ??
      (filesIn === undefined ? undefined : chrootRefused(root, filesIn)),
    filesIn,
    ...methodsOf(sshd, user, hasPassword),
    unread: refusals.find((reason) => reason !== undefined),
    offered: [
      ...files.flatMap((file, i) =>
        keysIn(root, file).map((entry) => offer(root, file, entry, sshd, connection, refusals[i] === undefined)),
      ),
      ...offeredCertificates(asked, sshd),
    ],
  }
}

function chrootRefused(root: Tree, folder: string): string | undefined {
  const because = chrootRefusal(root, folder, true)
  return because && `sshd does not keep anybody in ${folder}: ${because}`
}

/** Each of them is held against all others, and a client of each against all lines. */
const MOST_NETWORKS = 1000

function networksOf({ root, config, user }: Asked): ReturnType<typeof networksIn> {
  const lists = [
    ...config.conditions.flatMap(({ criteria }) =>
      criteria.filter(({ name }) => name === 'address' || name === 'host').map(({ list }) => list),
    ),
    ...config.directives
      .filter(({ keyword }) => keyword === 'allowusers' || keyword === 'denyusers')
      .flatMap(({ args }) =>
        args.filter((word) => word.includes('@')).map((word) => word.slice(word.lastIndexOf('@') + 1)),
      ),
    ...keysFilesEver(root, config, user)
      .flatMap((file) => keysIn(root, file))
      .flatMap(({ options }) => options.find(({ name }) => name === 'from')?.value ?? []),
  ]
  const networks = lists.flatMap(networksIn)
  new Steps('networks that sshd tells apart', MOST_NETWORKS).take({ file: '/etc/ssh/sshd_config' }, networks.length)
  return networks
}
