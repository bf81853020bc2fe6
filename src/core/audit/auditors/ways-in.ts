import { together } from '../../../base/together.ts'
import type { Finding } from '../../access/finding.ts'
import type { Proof } from '../../access/prove-target.ts'
import { sourcesText } from '../../access/way-words.ts'
import type { Auditor, Sighting } from '../finding.ts'
import type { Cure, RuleId } from '../rules.ts'

/** Who gets in over the network, and what opens the device beside its accounts: as the proof of a spec sees it. */
export const waysIn: Auditor = ({ proof, stockUser }) => [
  ...intruders(proof),
  ...byPlace(proof.open).map((one) => opened(one, stockUser)),
  ...byPlace(proof.unproved).map(unproved),
]

/** An account has one finding for all places that it comes from by one means. */
function intruders({ intruders, unmadeInterfaces }: Proof): readonly Sighting[] {
  const means = together(intruders, ({ user, by, fingerprint }) => [user, by, fingerprint].join('\n'))
  return means.flatMap((ways): readonly Sighting[] => {
    const { user, by, fingerprint } = ways[0]
    const sources = ways.map((way) => sourcesText(way, unmadeInterfaces))
    const from = sources.includes(undefined) ? '' : `, ${sources.join(', or ')}`
    if (by === 'password') {
      const because = `${user} logs in over SSH with a password${from}`
      return [{ rule: 'ssh-password', subject: user, users: [user], at: undefined, because }]
    }
    if (by === 'console') return []
    const because = `${user} logs in over SSH by the ${by} ${fingerprint}${from}`
    return [{ rule: 'ssh-key', subject: `${user} ${fingerprint}`, users: [user], at: undefined, because }]
  })
}

/** A finding, and everybody of whom it is. */
interface Shared extends Omit<Finding, 'user'> {
  /** Empty: everybody. */
  readonly users: readonly string[]
}

/** One line of a file may let in, or up, as many as there are accounts, for more than one reason: it is one finding. */
function byPlace(findings: readonly Finding[]): readonly Shared[] {
  const placeOf = ({ code, way, at }: Shared | Finding) => [code, way, at?.file, at?.line]
  const shared = together(findings, (one) => [...placeOf(one), one.because].join('\n')).map((same) => ({
    ...same[0],
    users: [...new Set(same.flatMap(({ user }) => (user === undefined ? [] : [user])))],
  }))
  return together(shared, (one) => [...placeOf(one), ...one.users].join('\n')).map((same) => ({
    ...same[0],
    because: same.map(({ because }) => because).join(', and '),
  }))
}

function opened(finding: Shared, stockUser: string | undefined): Sighting {
  const { code, way, users, at, because, settle } = finding
  // The lines of the rule are about the account that the image was built with.
  const isStock = users.length === 1 && users[0] === stockUser
  const who = users.length === 0 ? '' : `${named(users)}: `
  return {
    rule: ruleOf(way, at),
    subject: `${subjectOf(users)} ${code}`,
    users,
    at,
    because: `${who}${because}`,
    cure: isStock ? undefined : byHand(settle),
  }
}

const FEW = 3

function subjectOf(users: readonly string[]): string {
  if (users.length === 0) return 'everybody'
  return users.length > FEW ? 'many' : users.join(' ')
}

function named(users: readonly string[]): string {
  const more = users.length - FEW
  return more > 0 ? `${users.slice(0, FEW).join(', ')} and ${more} more` : users.join(', ')
}

function byHand(settle: string | undefined): Cure | undefined {
  return settle === undefined ? undefined : { cannot: settle }
}

/** Of nobody a password is known to be wanted here: what sudo gives is given unasked. */
function ruleOf(way: Finding['way'], at: Finding['at']): RuleId {
  if (way === 'root') return at?.file.startsWith('/etc/sudoers') ? 'root-unasked' : 'root-way'
  return way === 'console' ? 'console-unasked' : 'other-login'
}

function unproved({ code, users, at, because, settle }: Shared): Sighting {
  return { rule: 'unproved', subject: `${subjectOf(users)} ${code}`, users, at, because, cure: byHand(settle) }
}
