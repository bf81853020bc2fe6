import * as v from 'valibot'
import { LEVELS } from '../core/audit/risk.ts'
import { type RuleId, rules } from '../core/audit/rules.ts'

const strings = v.array(v.string())
const grade = v.pipe(
  v.picklist([1, 2, 3, 4]),
  v.description('From hardly, or a nuisance, to certain, or the whole device.'),
)
const line = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)))

const role = v.strictObject({
  exposure: v.optional(v.picklist(['offline', 'lan', 'internet'])),
  place: v.optional(v.picklist(['locked', 'home', 'public'])),
  holds: strings,
  controls: strings,
  shows: strings,
  talksTo: strings,
})

const image = v.strictObject({
  other: v.optional(v.pipe(v.string(), v.description('The name of the system, where it is not Raspberry Pi OS.'))),
  release: v.picklist(['bookworm', 'trixie']),
  behaviour: v.string(),
  variant: v.string(),
  architecture: v.string(),
  builder: v.string(),
  date: v.pipe(v.nullable(v.string()), v.description('The day on which it was made, as it says.')),
})

const findingEntries = {
  rule: v.pipe(v.picklist(Object.keys(rules) as RuleId[]), v.description('Stable; `pibake explain RULE` says more.')),
  subject: v.pipe(
    v.string(),
    v.description('An account, a unit, a file: with the rule it tells one finding from the others.'),
  ),
  title: v.string(),
  users: v.pipe(strings, v.description('The accounts that it is about; empty: it is about none, or about everybody.')),
  at: v.pipe(
    v.nullable(v.strictObject({ file: v.string(), line })),
    v.description('A path of the device; without a line the file as a whole.'),
  ),
  because: v.string(),
  likelihood: grade,
  impact: grade,
  level: v.picklist(LEVELS),
  reasons: v.pipe(strings, v.description('Why it is not as for an ordinary device at home.')),
  cure: v.union([
    v.strictObject({ spec: v.pipe(v.string(), v.description('Lines of a spec that close it.')) }),
    v.strictObject({ cannot: v.pipe(v.string(), v.description('What to do where no spec closes it.')) }),
  ]),
}
const finding = v.strictObject(findingEntries)

const waiver = v.strictObject({
  rule: v.string(),
  about: v.optional(v.string()),
  reason: v.string(),
  expires: v.pipe(v.string(), v.isoDate()),
})

const wayIn = v.strictObject({
  user: v.string(),
  by: v.picklist(['key', 'certificate', 'password', 'console']),
  fingerprint: v.optional(v.string()),
  principals: v.optional(strings),
  noTerminal: v.optional(v.literal(true)),
  port: v.optional(v.number()),
  from: v.pipe(v.union([v.literal('everywhere'), strings]), v.description('Networks; an empty list is nowhere.')),
  except: strings,
  interfaces: v.pipe(v.optional(strings), v.description('Absent: all but `exceptInterfaces`.')),
  exceptInterfaces: strings,
  root: v.picklist(['asks for the password', 'asks for nothing', 'no']),
  rootGroups: v.array(v.strictObject({ name: v.string(), does: v.string() })),
  filesIn: v.optional(v.string()),
})

const facts = {
  image,
  findings: v.pipe(v.array(finding), v.description('The worst first.')),
  waived: v.array(v.strictObject({ ...findingEntries, waiver })),
  idleWaivers: v.array(v.strictObject({ waiver, because: v.string() })),
  advice: v.array(v.strictObject({ id: v.string(), text: v.string(), because: v.string() })),
  waysIn: v.pipe(v.array(wayIn), v.description('Who gets in.')),
  skipped: strings,
}

/**
 * What `pibake audit --json` prints of one image.
 *
 * @internal exported for the tests
 */
export const auditSchema = v.strictObject({ schema: v.literal('pibake.audit/1'), role, ...facts })

/**
 * What it prints of two.
 *
 * @internal exported for the tests
 */
export const comparisonSchema = v.strictObject({
  schema: v.literal('pibake.audit-comparison/1'),
  role,
  before: v.strictObject(facts),
  after: v.strictObject(facts),
  closed: v.array(finding),
  added: v.array(finding),
  left: v.array(finding),
})

/** As it is built: nothing of it is changed. */
type Built<T> = T extends object ? { readonly [Key in keyof T]: Built<T[Key]> } : T

export type AuditDocument = Built<v.InferOutput<typeof auditSchema>>
export type ComparisonDocument = Built<v.InferOutput<typeof comparisonSchema>>
