import type { Finding } from '../../access/finding.ts'
import type { Auditor, Sighting } from '../finding.ts'
import type { Cure, RuleId } from '../rules.ts'

/** Who gets in over the network, and what opens the device beside its accounts: as the proof of a spec sees it. */
export const waysIn: Auditor = ({ proof, stockUser }) => [
  ...new Map(
    [
      ...intruders(proof.intruders),
      ...proof.open.map((one) => opened(one, stockUser)),
      ...proof.unproved.map(unproved),
    ].map((one) => [keyOf(one), one]),
  ).values(),
]

/** An account has one finding for all places that it comes from. */
function keyOf({ rule, subject, at }: Sighting): string {
  return [rule, subject, at?.file, at?.line].join('\n')
}

function intruders(ways: Parameters<Auditor>[0]['proof']['intruders']): readonly Sighting[] {
  return ways.flatMap(({ user, by, fingerprint }): readonly Sighting[] => {
    if (by === 'password')
      return [
        { rule: 'ssh-password', subject: user, at: undefined, because: `${user} logs in over SSH with a password` },
      ]
    if (by === 'console') return []
    return [
      {
        rule: 'ssh-key',
        subject: `${user} ${fingerprint}`,
        at: undefined,
        because: `${user} logs in over SSH by the ${by} ${fingerprint}`,
      },
    ]
  })
}

function opened({ code, way, user, at, because, settle }: Finding, stockUser: string | undefined): Sighting {
  const subject = `${user ?? 'everybody'} ${code}`
  // The lines of the rule are about the account that the image was built with.
  const cure = user !== undefined && user === stockUser ? undefined : byHand(settle)
  return { rule: ruleOf(way, at), subject, at, because: user === undefined ? because : `${user}: ${because}`, cure }
}

function byHand(settle: string | undefined): Cure | undefined {
  return settle === undefined ? undefined : { cannot: settle }
}

/** Of nobody a password is known to be wanted here: what sudo gives is given unasked. */
function ruleOf(way: Finding['way'], at: Finding['at']): RuleId {
  if (way === 'root') return at?.file.startsWith('/etc/sudoers') ? 'root-unasked' : 'root-way'
  return way === 'console' ? 'console-unasked' : 'other-login'
}

function unproved({ code, user, at, because, settle }: Finding): Sighting {
  return { rule: 'unproved', subject: `${user ?? 'everybody'} ${code}`, at, because, cure: byHand(settle) }
}
