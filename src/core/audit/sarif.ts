import { fingerprint } from './compare.ts'
import type { AuditFinding, Level } from './finding.ts'
import { type Rule, rules } from './rules.ts'
import type { Waived } from './waivers.ts'

const LEVELS: Readonly<Record<Level, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
}

/** Findings as SARIF 2.1.0 (OASIS), which code hosts and editors show; paths are those of the device, below `DEVICE`. */
export function sarif({ findings, waived }: Waived, version: string) {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'pibake', version, rules: Object.entries(rules).map(ruleFacts) } },
        originalUriBaseIds: {
          DEVICE: { description: { text: 'The file system of the device, as its image has it.' } },
        },
        results: [
          ...findings.map(result),
          ...waived.map(({ waiver, ...finding }) => ({
            ...result(finding),
            suppressions: [{ kind: 'external', justification: `${waiver.reason} (until ${waiver.expires})` }],
          })),
        ],
      },
    ],
  }
}

const IDS = Object.keys(rules)

function result(finding: AuditFinding) {
  return {
    ruleId: finding.rule,
    ruleIndex: IDS.indexOf(finding.rule),
    level: LEVELS[finding.level],
    message: { text: `${finding.title}: ${finding.because}.` },
    locations: [locationOf(finding)],
    // The same finding of another image has the same one: what was seen before is not new.
    partialFingerprints: { 'pibakeFinding/v1': fingerprint(finding) },
    properties: {
      likelihood: finding.likelihood,
      impact: finding.impact,
      risk: finding.level,
      reasons: finding.reasons,
    },
  }
}

function ruleFacts([id, { title, likelihood, impact, cure }]: [string, Rule]) {
  return {
    id,
    shortDescription: { text: title },
    help: {
      text: 'spec' in cure ? `Closed by these lines of a spec:\n${cure.spec}` : `No spec closes it: ${cure.cannot}.`,
    },
    // A number from 0 to 10, by which GitHub sorts alerts.
    properties: { tags: ['security'], 'security-severity': ((likelihood * impact * 10) / 16).toFixed(1) },
  }
}

function locationOf({ at, subject }: AuditFinding) {
  const named = { logicalLocations: [{ name: subject }] }
  if (at === undefined) return named
  const artifactLocation = { uri: encodeURI(at.file.slice(1)), uriBaseId: 'DEVICE' }
  const region = at.line === undefined ? {} : { region: { startLine: at.line } }
  return { ...named, physicalLocation: { artifactLocation, ...region } }
}
