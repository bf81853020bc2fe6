import { parse, stringify } from 'yaml'
import { visible } from '../../base/encode/visible.ts'
import { isSection, type Section } from '../spec-file/lay-over.ts'
import { ownerSection, type Starter } from '../spec-file/starter.ts'
import type { AuditFinding } from './finding.ts'

/** One section of the suggestion, and the titles of the rules that it closes. */
interface Suggested {
  readonly value: unknown
  readonly titles: ReadonlySet<string>
}

/**
 * A spec that closes the findings, as far as one can: the owner as `starter` has him, the lines of each cure, and as a
 * comment what no spec closes.
 *
 * @returns YAML
 */
export function suggestedSpec(findings: readonly AuditFinding[], starter: Starter): string {
  const byHand = findings.flatMap(({ title, because, cure }) =>
    'cannot' in cure ? [`# ${title}: ${visible(because)}`, `#   ${visible(cure.cannot)}`] : [],
  )
  return [
    '# Closes what pibake audit has found in the image; what is not said here has the defaults of pibake.',
    'version: 1',
    '',
    ownerSection(starter).trimEnd(),
    ...[...sectionsOf(findings)].flatMap(([name, { value, titles }]) => [
      '',
      ...[...titles].map((title) => `# ${title}`),
      stringify({ [name]: value }, { lineWidth: 0 }).trimEnd(),
    ]),
    ...(byHand.length === 0 ? [] : ['', '# What no spec closes:', ...byHand]),
    '',
  ].join('\n')
}

/** What the cures say, brought together; the owner's own section is not among it, nor what only he can fill in. */
function sectionsOf(findings: readonly AuditFinding[]): ReadonlyMap<string, Suggested> {
  const sections = new Map<string, Suggested>()
  for (const { title, cure } of findings) {
    if (!('spec' in cure)) continue
    for (const [name, value] of Object.entries(parse(cure.spec) as Section)) {
      if (name === 'users' || BLANK.test(JSON.stringify(value))) continue
      const known = sections.get(name)
      const titles = new Set([...(known?.titles ?? []), title])
      sections.set(name, { value: known === undefined ? value : broughtTogether(known.value, value), titles })
    }
  }
  return sections
}

/** NAME, FILE: what a cure leaves to its reader. */
const BLANK = /"[A-Z]{2,}"/

/** Lists with the members of both, sections key by key. */
function broughtTogether(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other)) return [...new Set([...one, ...other])]
  if (!isSection(one) || !isSection(other)) return other
  const both = Object.entries(other).map(([key, value]) => [
    key,
    Object.hasOwn(one, key) ? broughtTogether(one[key], value) : value,
  ])
  return { ...one, ...Object.fromEntries(both) }
}
