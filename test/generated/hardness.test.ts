import * as assert from 'uvu/assert'
import { benchmarkPageText, benchmarkRules, waived } from '../../src/core/audit/benchmark.ts'
import { assertGenerated } from '../support/generated.ts'
import { smallSpec, specOf } from '../support/spec.ts'
import { suite } from '../support/suite.ts'

const test = suite('generated: rules of the CIS Benchmark')

test('docs/hardness.md is the table of rules, and of what is left', () => {
  const closed = benchmarkRules().map(({ name, number, key }) => `| \`${name}\` | ${number ?? ''} | \`${key}\` |`)
  assertGenerated(
    'docs/hardness.md',
    [
      '# What outside judges ask',
      '',
      'Made from `src/core/audit/benchmark.ts` by `npm run generate`. Rules are those of the profile CIS Level 1, Server, of',
      'scap-security-guide 0.1.82, for Debian 12 and 13; numbers those of the CIS Debian Linux 12 Benchmark, where the content names one.',
      '`pibake explain RULE` says the same of one of them. `profile: cis` has every key of the first table as the benchmark asks, and',
      '`profile: strict` most; [spec](spec.md) says what each may break. What Debian does by itself, and what the standard profile has done, is in neither table.',
      '',
      'A device with this profile does not fulfil the benchmark: a person has to look at what no program checks, and the rules of the second table are left open.',
      '',
      '## Closed by a key of the spec',
      '',
      '| rule | CIS | key |',
      '|---|---|---|',
      ...closed,
      '',
      '## Left open in profile cis, and why',
      '',
      'Waived, which is not passed.',
      '',
      '| rule | why |',
      '|---|---|',
      ...Object.entries(waived).map(([name, why]) => `| \`${name}\` | ${why} |`),
      '',
    ].join('\n'),
  )
})

test('each rule is closed by one key, or left: never both', () => {
  const names = benchmarkRules().map(({ name }) => name)
  assert.equal(
    names.filter((name, i) => names.indexOf(name) !== i || Object.hasOwn(waived, name)),
    [],
  )
})

test('every key is one of the spec, and the profile cis sets it', () => {
  const filled = (profile: string) => specOf({ ...smallSpec(), profile })
  const at = (spec: object, key: string) =>
    key.split('.').reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], spec)
  for (const { key } of benchmarkRules()) {
    const [cis, standard] = [at(filled('cis'), key), at(filled('standard'), key)]
    assert.ok(cis !== undefined, key)
    if (key !== 'hardening.coreDumps') assert.not.equal(cis, standard, key)
  }
})

test('a rule has a page, and nothing else has', () => {
  assert.match(
    benchmarkPageText('accounts_tmout') ?? '',
    /CIS Debian Linux 12, 5\.4\.3\.2.*`hardening\.idle\.shell` closes it/,
  )
  assert.match(benchmarkPageText('grub2_enable_apparmor') ?? '', /leaves open: a Pi has no GRUB/)
  for (const name of ['constructor', 'SSH004', '']) assert.is(benchmarkPageText(name), undefined)
})
