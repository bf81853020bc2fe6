import type { AuditFinding } from './finding.ts'
import type { Role } from './role.ts'

/** What no file of an image can do, and a device of this role needs. */
export interface Advice {
  readonly id: string
  readonly text: string
  /** What of the role, or of the findings, makes it matter. */
  readonly because: string
}

interface Kind {
  readonly id: string
  readonly text: string
  /** undefined: it does not matter here. */
  readonly because: (role: Role, findings: readonly AuditFinding[]) => string | undefined
}

const words = (said: string, list: readonly string[]) => (list.length === 0 ? undefined : `${said} ${list.join(', ')}`)

/** Ports on which people expect a web page. */
const WEB = /\b(?:80|443|3000|8000|8080|8123|8443)\/tcp$/

const KINDS: readonly Kind[] = [
  {
    id: 'enclosure',
    text: 'Put it into a case that is locked or sealed, with card, USB and Ethernet inside: whoever holds the card reads and writes all of it, whatever the system says.',
    because: ({ place }) => (place === 'public' ? 'strangers can touch it' : undefined),
  },
  {
    id: 'encryption',
    text: 'What it holds lies on the card in the clear. Encrypt the folder (gocryptfs, LUKS) with a key that is not on the card, or keep the data elsewhere.',
    because: ({ holds, place }) => (place === 'locked' ? undefined : words('it holds', holds)),
  },
  {
    id: 'manual-override',
    text: 'Give what it moves a switch that works without it, and a state that is safe when it is off or wrong.',
    because: ({ controls }) => words('it controls', controls),
  },
  {
    id: 'people',
    text: 'Write down who holds a key, why, and who takes it out when that person leaves: the spec is the list, so review its changes like code.',
    because: ({ holds, controls }) => words('it holds', holds) ?? words('it controls', controls),
  },
  {
    id: 'not-on-the-internet',
    text: 'Forward no port to it: reach it through a VPN such as WireGuard, and let the router keep everybody else out.',
    because: ({ exposure }) => (exposure === 'internet' ? 'the internet reaches it' : undefined),
  },
  {
    id: 'own-network',
    text: 'Put it into a network of its own (a VLAN, the guest network), from which the others are reached only where it is needed.',
    because: ({ talksTo }) => words('from it one comes to', talksTo),
  },
  {
    id: 'what-it-shows',
    text: 'Decide who may change what is shown, show nothing that a name or a password stands on, and have somebody look at it.',
    because: ({ shows }) => words('others see', shows),
  },
  {
    id: 'web-page',
    text: 'Go through the OWASP Top Ten with what serves its web page, put TLS and a log-in before it, and have a second person read its code.',
    because: ({ exposure }, findings) => {
      const page = findings.find(({ rule, subject }) => rule === 'listener' && WEB.test(subject))
      return page === undefined || exposure === undefined || exposure === 'offline' ? undefined : page.because
    },
  },
  {
    id: 'physical-network',
    text: 'A network socket in public is a way into your network: switch off what is not used, or ask for 802.1X.',
    because: ({ place, exposure }) =>
      place === 'public' && exposure !== 'offline' ? 'its cable can be pulled out and put elsewhere' : undefined,
  },
]

/** The advice that matters for a device of this role. */
export function adviceFor(role: Role, findings: readonly AuditFinding[]): readonly Advice[] {
  return KINDS.flatMap(({ id, text, because }) => {
    const why = because(role, findings)
    return why === undefined ? [] : [{ id, text, because: why }]
  })
}
