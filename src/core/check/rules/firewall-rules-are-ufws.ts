import type { Problem } from '../../../base/report/report.ts'
import { FROM_EVERYWHERE, type Reach } from '../../../device/net/reach.ts'
import { admits } from '../../../device/ufw/admits.ts'
import { compileRules } from '../../../device/ufw/compile.ts'
import { debianNamesWith } from '../../../device/ufw/names.ts'
import type { Spec } from '../../spec-file/spec.ts'
import { profilesBrought } from '../../spec-file/ufw-profiles.ts'
import type { Rule } from './rule.ts'

/** Every firewall rule is one that ufw takes, and the policies leave open what the spec needs. */
export const firewallRulesAreUfws: Rule = {
  reads: ['firewall', 'updates', 'alerts', 'device'],
  check({ spec }, report) {
    const { problems, outgoing } = judgeRules(spec)
    for (const { severity, code, path, message, hint } of problems) report[severity](code, path, message, hint)
    if (!spec.firewall.enabled) return
    if (spec.firewall.incoming === 'allow') {
      report.warning(
        'FWL020',
        ['firewall', 'incoming'],
        'firewall.incoming: allow lets in what no rule names',
        'incoming: deny',
      )
    }
    const { firstBoot, unattended, sshServerDaily } = spec.updates
    const updates = firstBoot !== 'none' || unattended || sshServerDaily
    if (outgoing.length > 0 && (updates || spec.alerts.webhook !== undefined)) {
      report.warning(
        'FWL021',
        ['firewall', 'outgoing'],
        `${updates ? 'updates' : 'alerts'} are on, and the firewall shuts ${outgoing.map(({ name }) => name).join(', ')} on the way out`,
        `rules: ${outgoing.map(({ port, protocol }) => `allow out ${port}/${protocol}`).join(', ')}`,
      )
    }
  },
}

/** What a device asks of others to fetch packages: names, the time without which certificates fail, the archive. */
const NEEDED: readonly Needed[] = [
  { name: 'DNS', port: 53, protocol: 'udp' },
  { name: 'NTP', port: 123, protocol: 'udp' },
]
const ARCHIVE: readonly Needed[] = [
  { name: 'HTTP', port: 80, protocol: 'tcp' },
  { name: 'HTTPS', port: 443, protocol: 'tcp' },
]

interface Needed {
  readonly name: string
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
}

/** Through a proxy the archive is asked at the proxy's port. */
function neededBy({ device: { proxy } }: Spec): readonly Needed[] {
  if (proxy === undefined) return [...NEEDED, ...ARCHIVE]
  const { port, protocol } = new URL(proxy.url)
  const usual = protocol === 'https:' ? 443 : 80
  return [...NEEDED, { name: 'the proxy', port: port === '' ? usual : Number(port), protocol: 'tcp' }]
}

/** The firewall of a spec as far as it can be judged without an image. */
export function judgeRules(spec: Spec): {
  readonly problems: readonly Problem[]
  /** From where sshd is reached; everywhere also where only the image can tell. */
  readonly ssh: Reach
  /** What is needed on the way out, and shut. */
  readonly outgoing: readonly Needed[]
} {
  const { firewall, ssh } = spec
  const { lists, problems } = compileRules(firewall.rules, debianNamesWith(profilesBrought(spec)))
  // A rule that is refused, or names a profile that only the image may have, leaves the rest without a verdict.
  const known = !problems.some(({ severity, code }) => severity === 'error' || code === 'FWL012')
  if (!known || !firewall.enabled) return { problems, ssh: FROM_EVERYWHERE, outgoing: [] }
  const open = (direction: 'in' | 'out', protocol: 'tcp' | 'udp', port: number) =>
    admits(lists, direction === 'in' ? firewall.incoming : firewall.outgoing, { direction, protocol, port }).reach
  return {
    problems,
    ssh: open('in', 'tcp', ssh.port),
    outgoing: neededBy(spec).filter(({ protocol, port }) => open('out', protocol, port).length === 0),
  }
}
