import type { Auditor } from '../finding.ts'

/** Source packages with a vulnerability that an upgrade closes, by the data that were given. */
export const vulnerabilities: Auditor = ({ known }) => {
  const sources = new Map<string, string[]>()
  for (const { source, id, fixed } of known) {
    if (fixed !== undefined) sources.set(source, [...(sources.get(source) ?? []), `${id} (fixed in ${fixed})`])
  }
  return [...sources].map(([subject, ids]) => ({
    rule: 'vulnerable' as const,
    subject,
    at: undefined,
    because: `${subject} has ${ids.join(', ')}`,
  }))
}
