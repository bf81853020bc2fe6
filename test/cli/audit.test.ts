import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import * as v from 'valibot'
import { packageRoot } from '../../src/base/host/assets.ts'
import { auditSchema, comparisonSchema } from '../../src/cli/audit-schema.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import type { MemoryTree } from '../../src/storage/tree/memory.ts'
import { pibake } from '../support/cli.ts'
import { me, plant } from '../support/plant.ts'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'

const test = suite('CLI: audit')

/** The stock image of Bookworm in two folders, and the flags that name them. */
function stockIn(folder: string): string[] {
  const image = samplePiOs({ behaviour: 'bookworm-2025', variant: 'lite', architecture: 'arm64' })
  for (const name of ['boot', 'root'] as const) {
    const nodes = [...(image[name] as MemoryTree).nodes].map(([at, node]) => [at, { ...node, ...me }] as const)
    mkdirSync(join(folder, name))
    plant(join(folder, name), nodes)
  }
  return ['--boot', 'boot', '--root', 'root']
}

test('a stock image: the matrix, the worst first, with its cure', () =>
  inWorkdir((folder) => {
    const target = stockIn(folder)
    const { code, stdout, stderr } = pibake(['audit', ...target], { cwd: folder })
    assert.is(code, 0, stderr)
    assert.match(stdout, /^Raspberry Pi OS Lite .*\(bookworm, arm64\)\n\nlikely ↓ {2}harm →/)
    assert.match(
      stdout,
      /\n\ncritical An account becomes root without a password \(root-unasked\)\n {2}\/etc\/sudoers\.d\/010_pi-nopasswd:1: .*\n {2}\+ users:/,
    )
    assert.match(stdout, /\nNobody gets in\.\n\n\d+ findings: 1 critical, \d high/)
    const next = /\nnext: pibake (audit --boot boot --root root --suggest) > suggested\.yaml\n$/.exec(stdout)?.[1]
    assert.ok(next, stdout)
    assert.match(pibake(next.split(' '), { cwd: folder, env: { HOME: folder } }).stdout, /^# Closes what/)
  }))

test('the document, and what a role makes of it', () =>
  inWorkdir((folder) => {
    const target = stockIn(folder)
    const of = (...more: string[]) =>
      JSON.parse(pibake(['audit', ...target, '--json', ...more], { cwd: folder }).stdout)
    const likelihood = (document: { findings: { rule: string; likelihood: number }[] }) =>
      document.findings.find(({ rule }) => rule === 'no-packet-filter')?.likelihood
    const plain = of()
    v.parse(auditSchema, plain)
    assert.equal([plain.image.release, plain.waysIn, plain.skipped], ['bookworm', [], []])
    assert.equal(
      [plain, of('--role', 'exposure=internet'), of('--role', 'exposure=offline')].map(likelihood),
      [3, 4, 1],
    )
  }))

test('exit codes: a finding as bad as that, and a role that is not one', () =>
  inWorkdir((folder) => {
    const target = stockIn(folder)
    const code = (...more: string[]) => pibake(['audit', ...target, ...more], { cwd: folder }).code
    assert.is(code('--fail-on', 'critical'), 4)
    assert.is(code('--fail-on', 'nonsense'), 2)
    const wrong = pibake(['audit', ...target, '--role', 'place=moon'], { cwd: folder })
    assert.is(wrong.code, 2)
    assert.match(wrong.stderr, /'place=moon' is not a part of a role: exposure=offline\|lan\|internet/)
    assert.is(pibake(['audit'], { cwd: folder }).code, 2)
  }))

test('SARIF goes to a file of its own', () =>
  inWorkdir((folder) => {
    const target = stockIn(folder)
    assert.is(pibake(['audit', ...target, '--sarif', 'out.sarif'], { cwd: folder }).code, 0)
    assert.is(JSON.parse(readFileSync(join(folder, 'out.sarif'), 'utf8')).version, '2.1.0')
    const nowhere = pibake(['audit', ...target, '--sarif', 'gone/out.sarif'], { cwd: folder })
    assert.equal([nowhere.code, nowhere.stdout], [2, ''])
  }))

test('the page goes to a file of its own, the same for the same image and day', () =>
  inWorkdir((folder) => {
    const target = stockIn(folder)
    const page = (name: string) => {
      const env = { SOURCE_DATE_EPOCH: '1767225600' }
      assert.is(pibake(['audit', ...target, '--html', name], { cwd: folder, env }).code, 0)
      return readFileSync(join(folder, name), 'utf8')
    }
    const first = page('one.html')
    assert.match(first, /<h1>Raspberry Pi OS Lite .*\(bookworm, arm64\)<\/h1>/)
    assert.match(first, '<time datetime="2026-01-01">')
    assert.is(page('two.html'), first)
    const nowhere = pibake(['audit', ...target, '--html', 'gone/out.html'], { cwd: folder })
    assert.equal([nowhere.code, nowhere.stdout], [2, ''])
  }))

test('without the boot partition that is said', () =>
  inWorkdir((folder) => {
    stockIn(folder)
    const { code, stdout } = pibake(['audit', '--root', 'root'], { cwd: folder })
    assert.is(code, 0)
    assert.match(stdout, 'the boot partition was not given: nothing is said of it')
  }))

test('two images: what was closed, what is new, what is left', () =>
  inWorkdir((folder) => {
    const [before, after] = ['before.img', 'after.img']
    makeSampleImage(join(folder, before), { behaviour: 'bookworm-2025' })
    const spec = join(packageRoot, 'examples/kit.yaml')
    const baked = pibake(['bake', spec, before, '-o', after, '--no-bundle'], { cwd: folder })
    assert.is(baked.code, 0, baked.stderr)
    const { code, stdout } = pibake(['audit', before, after], { cwd: folder })
    assert.is(code, 0)
    assert.match(stdout, /\n\nClosed\n {2}critical {2}An account becomes root without a password: .*\n/)
    assert.match(stdout, /\n\nNew\n {2}low {7}SSH takes a key that the image brings: alice/)
    // What the profile standard leaves as it is.
    assert.match(
      stdout,
      /\nLeft\n {2}low {7}USB disks are taken: .*\n {2}low {7}Programs run from folders that everybody can write: .*\n\n\d+ closed, 2 new, 2 left\.\n$/,
    )
    const document = v.parse(
      comparisonSchema,
      JSON.parse(pibake(['audit', before, after, '--json'], { cwd: folder }).stdout),
    )
    assert.equal([document.added.length, document.left.length], [2, 2])
    const ways = document.after.waysIn.map(({ user, by }) => `${user} ${by}`)
    assert.equal(ways, ['alice key', 'alice console', 'bob key'])
    assert.is(pibake(['audit', before, after, '--fail-on', 'medium'], { cwd: folder }).code, 0)
    assert.is(pibake(['audit', after, before, '--fail-on', 'medium'], { cwd: folder }).code, 4)
    assert.is(pibake(['audit', before, '--image', after], { cwd: folder }).code, 2)
    assert.is(pibake(['audit', before, after, after], { cwd: folder }).code, 2)
  }))

const RISKY = `version: 1
users: [{ name: alice, authorizedKeys: [{ file: alice.pub }], sudo: none }]
risk:
  exposure: internet
  place: public
  waivers:
    - { rule: no-packet-filter, reason: "the router has one", expires: 2099-01-01 }
    - { rule: listener, about: "nginx.service 80/tcp", reason: "the page of the kit", expires: 2099-01-01 }
`

test('the role and the waivers of a spec; --role is laid over them', () =>
  inWorkdir((folder) => {
    const target = stockIn(folder)
    writeFileSync(join(folder, 'kit.yaml'), RISKY)
    writeFileSync(join(folder, 'alice.pub'), `${KEYS.alice}\n`)
    const plain = pibake(['audit', ...target, '--spec', 'kit.yaml', '--all'], { cwd: folder })
    assert.is(plain.code, 0, plain.stderr)
    assert.not.match(plain.stdout, '(no-packet-filter)')
    assert.match(plain.stdout, /\nWhat no file can do\n {2}Put it into a case .*\n {4}because strangers can touch it\n/)
    assert.match(plain.stdout, /\nWaived\n {2}No packet filter .*: the router has one \(until 2099-01-01\)\n/)
    assert.match(plain.stdout, /\nWaivers that did nothing\n {2}listener: nothing was found for it\n/)
    const asked = ['audit', ...target, '--spec', 'kit.yaml', '--role', 'place=locked,holds=credentials', '--json']
    const printed = JSON.parse(pibake(asked, { cwd: folder }).stdout)
    const { role, waived, idleWaivers, advice } = v.parse(auditSchema, printed)
    assert.equal(
      [role.exposure, role.place, role.holds, waived.length, idleWaivers.length],
      ['internet', 'locked', ['credentials'], 1, 1],
    )
    assert.equal(
      advice.map(({ id }: { id: string }) => id),
      ['people', 'not-on-the-internet'],
    )
    writeFileSync(join(folder, 'kit.yaml'), RISKY.replace('no-packet-filter', 'no-filter'))
    const wrong = pibake(['audit', ...target, '--spec', 'kit.yaml'], { cwd: folder })
    assert.equal([wrong.code, wrong.stdout], [2, ''])
    assert.match(wrong.stderr, 'AUD001')
  }))

test('the suggested spec is one, but for what only its owner knows', () =>
  inWorkdir((folder) => {
    const target = stockIn(folder)
    const { code, stdout } = pibake(['audit', ...target, '--suggest'], { cwd: folder, env: { HOME: folder } })
    assert.is(code, 0)
    assert.match(stdout, /^# Closes what pibake audit has found/)
    writeFileSync(join(folder, 'kit.yaml'), stdout)
    const unfilled = pibake(['check', 'kit.yaml'], { cwd: folder })
    assert.is(unfilled.code, 5, unfilled.stderr)
    const filled = stdout
      .replace('authorizedKeys: []', `authorizedKeys: ["${KEYS.alice}"]`)
      .replace('# passwordHash: ""', `passwordHash: "${HASH}"`)
    writeFileSync(join(folder, 'kit.yaml'), filled)
    const checked = pibake(['check', 'kit.yaml'], { cwd: folder })
    assert.is(checked.code, 0, checked.stderr)
    assert.is(pibake(['audit', ...target, '--suggest', '--json'], { cwd: folder }).code, 2)
    assert.is(pibake(['audit', 'a.img', 'b.img', '--suggest'], { cwd: folder }).code, 2)
  }))

test('explain: a rule of the audit, and one that is misspelt', () => {
  const { code, stdout } = pibake(['explain', 'root-unasked'])
  assert.is(code, 0)
  assert.match(stdout, /^root-unasked\n\nAn account becomes root without a password\. With NOPASSWD/)
  assert.match(stdout, /CIS Debian Linux 12: 5\.2\.4, 5\.2\.5\n/)
  const document = JSON.parse(pibake(['explain', 'root-unasked', '--json']).stdout)
  assert.equal([document.schema, document.rule, document.impact], ['pibake.rule/1', 'root-unasked', 4])
  const wrong = pibake(['explain', 'root-unaskd'])
  assert.is(wrong.code, 2)
  assert.match(wrong.stderr, 'did you mean root-unasked?')
})

test('--deep, and what a security tracker knows', () =>
  inWorkdir((folder) => {
    const target = stockIn(folder)
    writeFileSync(join(folder, 'root/usr/bin/kit'), 'changed')
    mkdirSync(join(folder, 'root/var/lib/dpkg/info'), { recursive: true })
    writeFileSync(join(folder, 'root/var/lib/dpkg/info/kit.md5sums'), `${'0'.repeat(32)}  usr/bin/kit\n`)
    const fixed = { releases: { bookworm: { status: 'resolved', fixed_version: '99:1' } } }
    writeFileSync(join(folder, 'tracker.json'), JSON.stringify({ sudo: { 'CVE-1': fixed } }))
    const rulesOf = (...more: string[]) => {
      const { findings } = JSON.parse(pibake(['audit', ...target, '--json', ...more], { cwd: folder }).stdout)
      return findings.map(({ rule, subject }: { rule: string; subject: string }) => `${rule} ${subject}`)
    }
    const plain = rulesOf()
    assert.not.ok(plain.some((one: string) => /changed-file|vulnerable/.test(one)))
    assert.ok(rulesOf('--deep').includes('changed-file /usr/bin/kit'))
    assert.ok(rulesOf('--security-tracker', 'tracker.json').includes('vulnerable sudo'))
  }))
