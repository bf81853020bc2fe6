import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import * as v from 'valibot'
import { packageRoot } from '../../../src/base/host/assets.ts'
import { jsonText } from '../../../src/write/emit/json.ts'
import { type ProvenanceFacts, provenanceOf } from '../../../src/write/emit/provenance.ts'
import { toolDigest, toolVersion } from '../../../src/write/emit/tool.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('provenance')
const hash = (letter: string) => letter.repeat(64)
const facts: ProvenanceFacts = {
  subjects: [
    { name: 'out/kit.img.xz.bmap', sha256: hash('b') },
    { name: 'out/kit.img.xz', sha256: hash('a') },
  ],
  base: { name: '/home/alice/Downloads/raspios.img.xz', sha256: hash('c') },
  spec: { name: '/home/alice/pibake.yaml', sha256: hash('d'), digest: `sha256:${hash('e')}` },
  files: [
    { name: 'keys/bob.pub', sha256: hash('1') },
    { name: 'keys/alice.pub', sha256: hash('2') },
  ],
  flags: { level: '6', acceptLockout: false },
  tool: { version: '0.1.0', digest: hash('f') },
  epoch: 1_700_000_000,
  sourceDateEpoch: 1_700_000_000,
}

const digests = v.pipe(
  v.record(v.picklist(['sha256', 'dirHash', 'pibakeSpec']), v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  v.check((set) => Object.keys(set).length > 0, 'empty'),
)
/** in-toto's TypeURI and ResourceURI: RFC 3986, with a scheme. */
const uri = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text) && !text.includes(' '), 'no URI'),
)
const time = v.pipe(v.string(), v.isoTimestamp(), v.endsWith('Z'))
/** in-toto: name, uri or content, and a digest (spec/v1/resource_descriptor.md). */
const resource = v.pipe(
  v.strictObject({ name: v.optional(v.string()), uri: v.optional(uri), digest: digests }),
  v.check(({ name, uri }) => name !== undefined || uri !== undefined, 'neither name nor uri'),
)
/** The fields that in-toto Statement v1 and SLSA provenance v1 require, and those that they know. */
const statement = v.strictObject({
  _type: v.literal('https://in-toto.io/Statement/v1'),
  subject: v.pipe(
    v.array(v.strictObject({ name: v.pipe(v.string(), v.nonEmpty()), digest: digests })),
    v.nonEmpty(),
    v.check((list) => new Set(list.map(({ name }) => name)).size === list.length, 'names are unique'),
  ),
  predicateType: v.literal('https://slsa.dev/provenance/v1'),
  predicate: v.strictObject({
    buildDefinition: v.strictObject({
      buildType: uri,
      externalParameters: v.record(v.string(), v.unknown()),
      internalParameters: v.optional(v.record(v.string(), v.unknown())),
      resolvedDependencies: v.optional(v.array(resource)),
    }),
    runDetails: v.strictObject({
      builder: v.strictObject({
        id: uri,
        version: v.optional(v.record(v.string(), v.string())),
        builderDependencies: v.optional(v.array(resource)),
      }),
      metadata: v.optional(
        v.strictObject({
          invocationId: v.optional(v.string()),
          startedOn: v.optional(time),
          finishedOn: v.optional(time),
        }),
      ),
      byproducts: v.optional(v.array(resource)),
    }),
  }),
})

const parsed = (given: ProvenanceFacts) => v.parse(statement, JSON.parse(jsonText(provenanceOf(given))))

test('in-toto statement v1 with SLSA provenance v1', () => {
  const { subject, predicate } = parsed(facts)
  assert.equal(
    subject.map(({ name }) => name),
    ['kit.img.xz', 'kit.img.xz.bmap'],
  )
  assert.equal(
    predicate.buildDefinition.resolvedDependencies?.map(({ name, digest }) => `${name} ${JSON.stringify(digest)}`),
    [
      `raspios.img.xz {"sha256":"${hash('c')}"}`,
      `pibake.yaml {"sha256":"${hash('d')}"}`,
      `keys/alice.pub {"sha256":"${hash('2')}"}`,
      `keys/bob.pub {"sha256":"${hash('1')}"}`,
      `pibake {"dirHash":"${hash('f')}"}`,
    ],
  )
  assert.equal(predicate.runDetails.metadata, {
    startedOn: '2023-11-14T22:13:20Z',
    finishedOn: '2023-11-14T22:13:20Z',
  })
})

test('a spec whose bytes are not to be guessed at is named by the digest of what everybody may know', () => {
  const { predicate } = parsed({ ...facts, spec: { ...facts.spec, sha256: undefined } })
  assert.equal(predicate.buildDefinition.resolvedDependencies?.[1], {
    name: 'pibake.yaml',
    digest: { pibakeSpec: hash('e') },
  })
})

test('the same for the same inputs, without a time, a folder, a machine or a user of its own', () => {
  const text = jsonText(provenanceOf(facts))
  const other: ProvenanceFacts = {
    ...facts,
    subjects: [...facts.subjects].reverse(),
    files: [...facts.files].reverse(),
    base: { ...facts.base, name: '/srv/raspios.img.xz' },
    flags: { acceptLockout: false, level: '6' },
  }
  assert.is(jsonText(provenanceOf(other)), text)
  const { username } = userInfo()
  for (const word of ['/home', 'Downloads', hostname(), ...(username === 'root' ? [] : [username])]) {
    assert.not.ok(text.includes(word), word)
  }
  const { sourceDateEpoch: _, ...undated } = facts
  assert.is(parsed(undated).predicate.runDetails.metadata, undefined)
})

test("the tool's digest is what standard tools make of the package's files", () =>
  inWorkdir((work) => {
    // As the package lies there when it is installed; the tests run from build/src.
    cpSync(join(packageRoot, 'build/src'), join(work, 'dist'), { recursive: true })
    for (const name of ['firstboot', 'templates'])
      cpSync(join(packageRoot, name), join(work, name), { recursive: true })
    const command = 'find dist firstboot templates -type f | LC_ALL=C sort | xargs sha256sum | sha256sum'
    const theirs = execFileSync('sh', ['-c', command], { cwd: work, encoding: 'utf8' }).split(' ')[0]
    assert.is(toolDigest(), theirs)
    assert.match(toolVersion(), /^\d+\.\d+\.\d+$/)
  }))
