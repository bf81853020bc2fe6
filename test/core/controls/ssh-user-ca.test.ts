import * as assert from 'uvu/assert'
import { ssh } from '../../../src/core/controls/ssh.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { problemsOf, runControl, secondRunDiffers, written } from '../../support/control.ts'
import { write } from '../../support/edit.ts'
import { outcomeOf } from '../../support/plan.ts'
import { everySample } from '../../support/samples.ts'
import { brief, HASH, KEYS, type LooseSpec, parse, smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

/** Certificates of an authority of the spec. */
const test = suite('user CA')

const LITE = { behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' } as const
const DROP_IN = '/etc/ssh/sshd_config.d/00-pibake.conf'
const CA = KEYS.bob
const FINGERPRINT = 'SHA256:'

/** alice has no key of her own; carol neither. */
const withCA = (userCA: object = {}, more: object = {}): LooseSpec => ({
  version: 1,
  users: [
    { name: 'alice', passwordHash: HASH },
    { name: 'carol', passwordHash: HASH, sudo: 'none' },
  ],
  ssh: { userCA: { file: 'ca.pub', ...userCA }, ...more },
})
const FILES = { 'ca.pub': `${CA}\n` }
const spec = (...of: Parameters<typeof withCA>) => specOf(withCA(...of), FILES)
/** The key stands in the spec for tests that read no file. */
const codesOf = (written: LooseSpec, files: Record<string, string> = FILES) =>
  parse(written, files).problems.map((problem) => brief(problem).replace(/^.* /, ''))

for (const { title, options } of everySample()) {
  test(`${title}: the authority's key, a file of names for each user, and the lines that say so`, () => {
    const result = runControl(ssh, spec({ principals: { alice: ['alice', 'ops@example.org'] } }), samplePiOs(options))
    assert.equal(problemsOf(result), [])
    const lines = written(result.contribution, DROP_IN).split('\n')
    for (const line of [
      'TrustedUserCAKeys /etc/ssh/pibake-user-ca.pub',
      'AuthorizedPrincipalsFile /etc/ssh/pibake-principals/%u',
      'AuthorizedPrincipalsCommand none',
      'AllowUsers alice',
    ])
      assert.ok(lines.includes(line), line)
    assert.is(written(result.contribution, '/etc/ssh/pibake-user-ca.pub'), `${CA}\n`)
    assert.is(written(result.contribution, '/etc/ssh/pibake-principals/alice'), 'alice\nops@example.org\n')
    assert.equal(result.target.root.list('/etc/ssh/pibake-principals'), ['alice'])
    assert.equal(secondRunDiffers(ssh, spec({ principals: { alice: ['alice', 'ops@example.org'] } }), result), [])
    const all = runControl(ssh, spec(), result.target)
    assert.equal(all.target.root.list('/etc/ssh/pibake-principals'), ['alice', 'carol'])
    const one = runControl(ssh, spec({ principals: { alice: ['alice'] } }), all.target)
    assert.equal(one.target.root.list('/etc/ssh/pibake-principals'), ['alice'])
    for (const without of [specOf(smallSpec()), specOf({ ...smallSpec(), ssh: { enabled: false } })]) {
      const { root } = runControl(ssh, without, one.target).target
      for (const path of ['/etc/ssh/pibake-principals', '/etc/ssh/pibake-user-ca.pub'])
        assert.is(root.lstat(path), undefined)
    }
  })
}

test('without the key not a byte is another', () => {
  const { contribution, operations } = runControl(ssh, specOf(smallSpec()), samplePiOs(LITE))
  assert.match(written(contribution, DROP_IN), /^TrustedUserCAKeys none$/m)
  assert.not.match(written(contribution, DROP_IN), 'Principals')
  assert.not.ok([...operations.keys()].some((path) => /principals|user-ca/.test(path)))
})

test('a line of the image that would let other names or authorities in is refused', () => {
  for (const line of [
    'AuthorizedPrincipalsFile none',
    'AuthorizedPrincipalsFile /etc/names',
    'TrustedUserCAKeys /etc/other',
    'AuthorizedPrincipalsCommand /bin/names\nAuthorizedPrincipalsCommandUser nobody',
  ]) {
    const image = samplePiOs(LITE)
    write(image.root, '/etc/ssh/sshd_config.d/00-a.conf', `Match User alice\n${line}\n`)
    // What stands below a Match that is read before cannot be overruled.
    assert.equal(problemsOf(runControl(ssh, spec(), image)), ['SSH022 ssh.userCA'], line)
    const later = samplePiOs(LITE)
    write(later.root, '/etc/ssh/sshd_config.d/99-z.conf', `Match User alice\n${line}\n`)
    assert.equal(problemsOf(runControl(ssh, spec(), later)), [], line)
  }
})

test('names of nobody, names that sshd would read otherwise, and lines of sshd beside it are refused', () => {
  assert.equal(
    codesOf(withCA({ principals: { alcie: ['x'] } })).filter((code) => code === 'SSH007'),
    ['SSH007'],
  )
  for (const name of ['', 'a b', '#a', 'a,b', 'a"b', '-a']) {
    assert.ok(codesOf(withCA({ principals: { alice: [name] } })).includes('SSH008'), name)
  }
  for (const keyword of ['TrustedUserCAKeys', 'AuthorizedPrincipalsFile', 'authorizedprincipalscommand']) {
    assert.ok(codesOf(withCA({}, { settings: { [keyword]: 'none' } })).includes('SSH006'), keyword)
  }
  assert.ok(codesOf(withCA(), {}).includes('SPC007'))
  assert.ok(codesOf(withCA(), { 'ca.pub': 'nothing\n' }).includes('KEY001'))
  assert.ok(codesOf(withCA(), { 'ca.pub': '# none\n' }).includes('KEY009'))
  assert.equal(codesOf(withCA()), [])
  assert.ok(codesOf(withCA({}, { enabled: false })).includes('SPC012'))
})

test('it is a way in for its names, and for nobody else', () => {
  const ways = (written: LooseSpec) =>
    outcomeOf(written, { files: FILES }).verdict?.ways.flatMap(({ user, by, principals, fingerprint, root }) =>
      by === 'console' ? [] : [[user, by, principals?.join(), fingerprint?.startsWith(FINGERPRINT), root].join(' ')],
    )
  assert.equal(ways(withCA()), [
    'alice certificate alice true asks for the password',
    'carol certificate carol true no',
  ])
  assert.equal(ways(withCA({ principals: { alice: ['ops', 'alice'] } })), [
    'alice certificate ops,alice true asks for the password',
  ])
  assert.equal(outcomeOf(withCA(), { files: FILES }).codes, [])
  // Nobody else is left who could become root.
  assert.equal(outcomeOf(withCA({ principals: { carol: ['carol'] } }), { files: FILES }).exit, 5)
  assert.ok(outcomeOf(withCA({ principals: {} }), { files: FILES }).codes.includes('ACC001'))
})

test('what sshd would not take of the authority is no way in', () => {
  for (const settings of [
    { PubkeyAcceptedAlgorithms: 'ssh-ed25519' },
    { CASignatureAlgorithms: 'rsa-sha2-512' },
    { PubkeyAcceptedAlgorithms: '-*-cert-*' },
  ]) {
    const { codes } = outcomeOf(withCA({}, { settings }), { files: FILES })
    assert.ok(codes.includes('ACC010'), JSON.stringify(settings) + codes)
  }
  for (const settings of [{ CASignatureAlgorithms: 'ssh-ed25519' }, { PubkeyAcceptedAlgorithms: '-ecdsa*' }]) {
    assert.equal(outcomeOf(withCA({}, { settings }), { files: FILES }).codes, [], JSON.stringify(settings))
  }
})
