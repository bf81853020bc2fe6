import type { Sources } from '../../../device/net/reach.ts'
import type { Finding } from '../../access/finding.ts'
import type { Auditor, Sighting } from '../finding.ts'
import type { Cure, RuleId } from '../rules.ts'

/** Who gets in over the network, and what opens the device beside its accounts: as the proof of a spec sees it. */
export const waysIn: Auditor = ({ proof, stockUser }) => [
  ...new Map(
    [
      ...intruders(proof.intruders),
      ...byPlace(proof.open).map((one) => opened(one, stockUser)),
      ...byPlace(proof.unproved).map(unproved),
    ].map((one) => [keyOf(one), one]),
  ).values(),
]

/** An account has one finding for all places that it comes from. */
function keyOf({ rule, subject, at }: Sighting): string {
  return [rule, subject, at?.file, at?.line].join('\n')
}

function intruders(ways: Parameters<Auditor>[0]['proof']['intruders']): readonly Sighting[] {
  const places = new Map<string, string[]>()
  const keyed = ways.map((way) => ({ way, key: [way.user, way.by, way.fingerprint].join('\n') }))
  for (const { way, key } of keyed) places.set(key, [...(places.get(key) ?? []), sourcesText(way)])
  return [...new Map(keyed.map(({ way, key }) => [key, way]))].flatMap(([key, way]): readonly Sighting[] => {
    const { user, by, fingerprint } = way
    const all = places.get(key) as string[]
    const from = all.includes('') ? '' : all.join(' or')
    if (by === 'password') {
      const because = `${user} logs in over SSH with a password${from}`
      return [{ rule: 'ssh-password', subject: user, at: undefined, because }]
    }
    if (by === 'console') return []
    const because = `${user} logs in over SSH by the ${by} ${fingerprint}${from}`
    return [{ rule: 'ssh-key', subject: `${user} ${fingerprint}`, at: undefined, because }]
  })
}

/** `, from 10.0.0.0/8, through tailscale0`; empty: from everywhere. */
function sourcesText({ from, interfaces }: Sources): string {
  const places = from === 'everywhere' ? '' : `, from ${from.join(', ')}`
  return interfaces === undefined ? places : `${places}, through ${interfaces.join(', ')}`
}

/** A finding, and everybody of whom it is. */
interface Shared extends Omit<Finding, 'user'> {
  /** Empty: everybody. */
  readonly users: readonly string[]
}

/** One line of a file may let in, or up, as many as there are accounts: it is one finding. */
function byPlace(findings: readonly Finding[]): readonly Shared[] {
  const places = new Map<string, Shared>()
  for (const { user, ...one } of findings) {
    const key = [one.code, one.way, one.at?.file, one.at?.line, one.because].join('\n')
    const users = [...new Set([...(places.get(key)?.users ?? []), ...(user === undefined ? [] : [user])])]
    places.set(key, { ...one, users })
  }
  return [...places.values()]
}

function opened(finding: Shared, stockUser: string | undefined): Sighting {
  const { code, way, users, at, because, settle } = finding
  // The lines of the rule are about the account that the image was built with.
  const isStock = users.length === 1 && users[0] === stockUser
  const who = users.length === 0 ? '' : `${named(users)}: `
  return {
    rule: ruleOf(way, at),
    subject: `${subjectOf(users)} ${code}`,
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
  return { rule: 'unproved', subject: `${subjectOf(users)} ${code}`, at, because, cure: byHand(settle) }
}
