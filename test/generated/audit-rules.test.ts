import * as assert from 'uvu/assert'
import { levelOf } from '../../src/core/audit/risk.ts'
import { rulePageText } from '../../src/core/audit/rule-pages.ts'
import { type Grade, type Rule, type RuleId, rules } from '../../src/core/audit/rules.ts'
import { assertGenerated } from '../support/generated.ts'
import { parse } from '../support/spec.ts'
import { suite } from '../support/suite.ts'

const test = suite('generated: rules of the audit')

test('docs/audit-rules.md is the table of rules', () => {
  const rows = Object.entries(rules).map(([id, { title, likelihood, impact, cure }]: [string, Rule]) => {
    const closed =
      'spec' in cure
        ? cure.spec
            .split('\n')
            .map((line) => `\`${line}\``)
            .join('<br>')
        : cure.cannot
    return `| \`${id}\` | ${title} | ${likelihood} × ${impact}, ${levelOf(likelihood, impact)} | ${closed} |`
  })
  assertGenerated(
    'docs/audit-rules.md',
    [
      '# Rules of the audit',
      '',
      'Made from `src/core/audit/rules.ts` by `npm run generate`. An id keeps its meaning for ever. Likelihood and impact are those of an',
      'ordinary device in a home network; [audit](audit.md) says what the role of a device makes of them.',
      '',
      '| id | what | likelihood × impact | closed by, in a spec |',
      '|---|---|---|---|',
      ...rows,
      '',
      'Numbers of the CIS Debian Linux 12 Benchmark and of ANSSI-BP-028 are those of recommendations that a rule of scap-security-guide',
      '0.1.82 checks and that ask the same. A device without findings does not fulfil either of them.',
      '',
      ...Object.keys(rules).map((id) => `#${rulePageText(id as RuleId)}`),
    ].join('\n'),
  )
})

test('what closes a finding are keys that a spec has', () => {
  for (const [id, { cure }] of Object.entries(rules) as [string, Rule][]) {
    if (!('spec' in cure)) continue
    const { problems } = parse(`version: 1\n${cure.spec}\n`)
    assert.equal(
      problems.filter(({ code }) => code === 'SPC002').map(({ message }) => message),
      [],
      id,
    )
  }
})

test('the matrix grows with both grades', () => {
  const order = ['low', 'medium', 'high', 'critical']
  const grades: readonly Grade[] = [1, 2, 3, 4]
  for (const a of grades) {
    for (const b of grades) {
      assert.is(levelOf(a, b), levelOf(b, a))
      if (b > 1) assert.ok(order.indexOf(levelOf(a, b)) >= order.indexOf(levelOf(a, (b - 1) as Grade)))
    }
  }
  assert.equal([levelOf(1, 1), levelOf(4, 4)], ['low', 'critical'])
})
