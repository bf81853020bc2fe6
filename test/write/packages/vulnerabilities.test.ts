import { spawnSync } from 'node:child_process'
import * as assert from 'uvu/assert'
import { compareDebVersions } from '../../../src/device/formats/deb-version.ts'
import { parseTracker, vulnerabilitiesOf } from '../../../src/write/packages/vulnerabilities.ts'
import { suite } from '../../support/suite.ts'

const test = suite('known vulnerabilities')

const versions =
  '0 1 1.0 1.0-1 1.0-1+b2 1.0~rc1-1 1.0~~ 1.0~ 1.0a 1.0+deb12u1 1.0-1~deb13u2 1:0.1 2:0 1.10 1.9 1.09 1.0-01 1.0.1-1 1a1 1-1-1 10'.split(
    ' ',
  )

test('versions are in the order that dpkg gives them', () => {
  const wrong: string[] = []
  const line = (a: string, b: string) => `dpkg --compare-versions '${a}' lt '${b}' && echo lt || echo ge`
  const pairs = versions.flatMap((a) => versions.map((b) => [a, b] as const)).filter(([a, b]) => a !== b)
  const { stdout } = spawnSync('sh', ['-c', pairs.map(([a, b]) => line(a, b)).join('\n')], { encoding: 'utf8' })
  const judged = stdout.trim().split('\n')
  assert.is(judged.length, pairs.length)
  pairs.forEach(([a, b], i) => {
    if (compareDebVersions(a, b) < 0 !== (judged[i] === 'lt')) wrong.push(`${a} ${b}: dpkg says ${judged[i]}`)
  })
  assert.equal(wrong, [])
})

const one = (name: string, source: string, version: string) => ({
  name,
  version,
  architecture: 'arm64',
  maintainer: undefined,
  source: { name: source, version },
  sha256: undefined,
  from: 'image' as const,
})
const data = {
  openssl: {
    'CVE-1': { releases: { trixie: { status: 'resolved', fixed_version: '3.5.1-1', urgency: 'high' } } },
    'CVE-2': { releases: { trixie: { status: 'open', urgency: 'low' } } },
    'CVE-3': { releases: { trixie: { status: 'resolved', fixed_version: '0' } } },
    'CVE-4': { releases: { trixie: { status: 'resolved', fixed_version: '3.5.0-1' } } },
    'CVE-5': { releases: { bookworm: { status: 'open' } } },
    'CVE-6': { releases: { trixie: { status: 'undetermined' } } },
    'TEMP-7': {},
  },
  bash: { 'CVE-8': { releases: { trixie: { status: 'open' } } } },
}

test('what is open, and what is mended in a later version; once a source package', () => {
  const parsed = parseTracker(JSON.stringify(data), 'trixie')
  assert.ok('tracker' in parsed)
  const packages = [
    one('openssl', 'openssl', '3.5.0-1'),
    one('libssl3t64', 'openssl', '3.5.0-1'),
    one('zsh', 'zsh', '5'),
  ]
  assert.equal(vulnerabilitiesOf(packages, parsed.tracker, 'trixie'), [
    {
      id: 'CVE-1',
      source: 'openssl',
      version: '3.5.0-1',
      urgency: 'high',
      fixed: '3.5.1-1',
      packages: ['libssl3t64', 'openssl'],
    },
    {
      id: 'CVE-2',
      source: 'openssl',
      version: '3.5.0-1',
      urgency: 'low',
      fixed: undefined,
      packages: ['libssl3t64', 'openssl'],
    },
  ])
})

const sid = '{"x": {"CVE-1": {"releases": {"sid": {"status": "open"}}}}}'
for (const text of ['', '[', '[1]', '[]', '{}', '{"x": 1}', '{"x": {"CVE-1": {"releases": 1}}}', sid]) {
  test(`no data of the tracker: ${text}`, () => {
    assert.ok('failure' in parseTracker(text, 'trixie'))
  })
}
