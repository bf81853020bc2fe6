import type { Audit } from '../audit.ts'
import type { AuditFinding } from '../finding.ts'
import type { Role } from '../role.ts'
import { type Account, accountsOf } from './accounts.ts'
import { accountBox, type Box, bottomOf, doorBox, type Place } from './boxes.ts'
import { type Door, doorsOf, type Lane } from './doors.ts'
import { type Numbering, numbersText } from './numbering.ts'
import { ACCOUNT_HEIGHT, DOOR, FILTER_X, FRAME, GAP, LANE_GAP, ROOT, SOURCE, TOP, WIDE, WIDTH } from './sizes.ts'
import { type Drawn, type Wire, wiresOf } from './wires.ts'

/** More of a kind than this are counted and not drawn. */
const MOST = 8
const LEAST_HEIGHT = 52

/** Lanes of which an account is reached lie beside the accounts, the others below. */
const LANES: readonly { readonly lane: Lane; readonly title: string; readonly below: string; beside?: true }[] = [
  { lane: 'network', title: 'The network', below: 'from elsewhere', beside: true },
  { lane: 'hands', title: 'Hands', below: 'on it or its card', beside: true },
  { lane: 'copy', title: 'A copy', below: 'of the image' },
  { lane: 'local', title: 'From inside', below: 'account, program' },
  { lane: 'missing', title: 'Missing', below: 'what would help' },
]

/** Where everything of the picture lies: who comes from where, through which door, to which account, and up to root. */
export interface Picture {
  readonly width: number
  readonly height: number
  /** The device. */
  readonly frame: Place
  readonly sources: readonly Box[]
  readonly doors: readonly Box[]
  readonly accounts: readonly Box[]
  readonly root: Place
  readonly wires: readonly Wire[]
  /** The line that connections from the network cross; `missing`: the finding that there is none. */
  readonly filter: { readonly x: number; readonly y: number; readonly end: number; readonly missing: string }
}

/** Draws the attack surface of a device. */
export function pictureOf(audit: Audit, role: Role, { numberOf }: Numbering): Picture {
  const numbers = (findings: readonly AuditFinding[]) => numbersText(findings.map(numberOf))
  const accounts = few(accountsOf(audit), (user): Account => ({ user, findings: [], root: undefined })).map(
    (of, i): Drawn<Account> => ({ of, box: accountBox(of, TOP + i * (ACCOUNT_HEIGHT + GAP), numbers) }),
  )
  const accountBoxes = accounts.map(({ box }) => box)
  const all = doorsOf(audit)
  const sources: Box[] = []
  const doors: Drawn<Door>[] = []
  let y = TOP
  for (const { lane, title, below, beside = false } of LANES) {
    const own = few(
      all.filter((door) => door.lane === lane),
      (more): Door => ({ lane, title: more, below: '', findings: [] }),
    )
    if (own.length === 0 && !beside) continue
    const start = beside || accounts.length === 0 ? y : Math.max(y, bottomOf(accountBoxes) + LANE_GAP)
    const width = beside && accounts.length > 0 ? DOOR.width : WIDE
    let end = start
    for (const of of own) {
      const box = doorBox(of, end, width, numbers)
      doors.push({ of, box })
      end += box.height + GAP
    }
    const height = Math.max(LEAST_HEIGHT, end - GAP - start)
    const words = { title: [title], below: said(lane, role) ?? below }
    sources.push({ ...SOURCE, y: start, height, level: 'none', ...words, numbers: '' })
    y = start + height + LANE_GAP
  }
  const end = Math.max(bottomOf(sources), bottomOf(accountBoxes))
  return {
    width: WIDTH,
    height: end + LANE_GAP,
    frame: { ...FRAME, y: 1, height: end + LANE_GAP - 2 },
    sources,
    doors: doors.map(({ box }) => box),
    accounts: accountBoxes,
    root: { ...ROOT, y: TOP, height: end - TOP },
    wires: wiresOf(doors, accounts),
    filter: {
      x: FILTER_X,
      y: TOP,
      end: bottomOf(sources.slice(0, 1)),
      missing: numbers(audit.findings.filter(({ rule }) => rule === 'no-packet-filter')),
    },
  }
}

/** What the role says of those who stand there. */
function said(lane: Lane, { exposure, place }: Role): string | undefined {
  if (lane === 'network') return exposure
  return lane === 'hands' && place !== undefined ? `place: ${place}` : undefined
}

/** As many as are drawn, the last of them for those that are not. */
function few<T>(all: readonly T[], rest: (text: string) => T): readonly T[] {
  return all.length <= MOST ? all : [...all.slice(0, MOST - 1), rest(`and ${all.length - MOST + 1} more`)]
}
