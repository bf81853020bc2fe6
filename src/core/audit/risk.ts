import type { AuditFinding, Level, Sighting } from './finding.ts'
import type { Role } from './role.ts'
import { type Cure, type Grade, type Path, type Rule, rules } from './rules.ts'

export const LEVELS: readonly Level[] = ['low', 'medium', 'high', 'critical']

/** The matrix: the product of the two grades. */
export function levelOf(likelihood: Grade, impact: Grade): Level {
  const product = likelihood * impact
  if (product >= 12) return 'critical'
  if (product >= 8) return 'high'
  return product >= 4 ? 'medium' : 'low'
}

/** What a role moves: by how much, of which findings, and why. */
interface Move {
  readonly when: (role: Role) => boolean
  readonly by: readonly Path[]
  readonly likelihood?: number
  readonly impact?: number
  readonly reason: (role: Role) => string
}

const EVERY: readonly Path[] = ['network', 'local', 'hands', 'copy']

/** docs/audit.md has this table in words. */
const MOVES: readonly Move[] = [
  {
    when: ({ exposure }) => exposure === 'offline',
    by: ['network'],
    likelihood: -2,
    reason: () => 'no network reaches it',
  },
  {
    when: ({ exposure }) => exposure === 'internet',
    by: ['network'],
    likelihood: 1,
    reason: () => 'the internet reaches it',
  },
  { when: ({ place }) => place === 'locked', by: ['hands'], likelihood: -1, reason: () => 'it is locked up' },
  { when: ({ place }) => place === 'public', by: ['hands'], likelihood: 1, reason: () => 'strangers can touch it' },
  {
    when: ({ holds }) => holds.length > 0,
    by: EVERY,
    impact: 1,
    reason: ({ holds }) => `it holds ${holds.join(', ')}`,
  },
  {
    when: ({ controls }) => controls.length > 0,
    by: ['network', 'local', 'hands'],
    impact: 1,
    reason: ({ controls }) => `it controls ${controls.join(', ')}`,
  },
  {
    when: ({ shows }) => shows.length > 0,
    by: ['network', 'local', 'hands'],
    impact: 1,
    reason: ({ shows }) => `others see what it shows (${shows.join(', ')})`,
  },
  {
    when: ({ talksTo }) => talksTo.length > 0,
    by: ['network', 'local'],
    impact: 1,
    reason: ({ talksTo }) => `from it one comes to ${talksTo.join(', ')}`,
  },
]

/** What a sighting means for a device of this role. */
export function judged({ cure: own, unit, users = [], ...sighting }: Sighting, role: Role): AuditFinding {
  const { title, by, likelihood, impact, cure: ruled }: Rule = rules[sighting.rule]
  const moves = MOVES.filter((move) => move.by.includes(by) && move.when(role))
  const moved = (start: number, key: 'likelihood' | 'impact') =>
    bounded(start + moves.reduce((sum, move) => sum + (move[key] ?? 0), 0))
  const grades = { likelihood: moved(likelihood, 'likelihood'), impact: moved(impact, 'impact') }
  return {
    ...sighting,
    users,
    title,
    ...grades,
    level: levelOf(grades.likelihood, grades.impact),
    reasons: moves.map(({ reason }) => reason(role)),
    cure: own ?? withUnit(ruled, unit),
  }
}

function withUnit(cure: Cure, unit: string | undefined): Cure {
  return 'cannot' in cure || unit === undefined ? cure : { spec: cure.spec.replace('UNIT', () => unit) }
}

function bounded(value: number): Grade {
  return Math.min(4, Math.max(1, value)) as Grade
}
