import * as assert from 'uvu/assert'
import { cyclonedxOf } from '../../../src/write/emit/sbom-cyclonedx.ts'
import { spdxOf } from '../../../src/write/emit/sbom-spdx.ts'
import { readSbom } from '../../../src/write/packages/read-sbom.ts'
import { suite } from '../../support/suite.ts'

const test = suite('SBOMs, read again')

const one = (name: string, source: string) => ({
  name,
  version: '1:2.3-4+deb13u1',
  architecture: 'arm64',
  maintainer: undefined,
  source: { name: source, version: '2.3-4' },
  sha256: undefined,
  from: 'image' as const,
})
const facts = {
  name: 'kit.img',
  sha256: undefined,
  planDigest: 'sha256:0',
  distribution: 'debian',
  release: 'trixie',
  packages: [one('libstdc++6', 'gcc-14'), one('bash', 'bash')],
  version: '1.2.3',
  epoch: 0,
}
const failure = (text: string) => {
  const read = readSbom(text)
  return 'failure' in read ? read.failure : undefined
}

for (const [format, document] of [
  ['SPDX', spdxOf(facts)],
  ['CycloneDX', cyclonedxOf(facts)],
] as const) {
  test(`${format}: what was written is read`, () => {
    assert.equal(readSbom(JSON.stringify(document)), {
      release: 'trixie',
      packages: facts.packages.map(({ name, version, source }) => ({ name, version, source })),
    })
  })
}

test('what is not an SBOM of an image, and why', () => {
  assert.is(failure('{'), 'it is not JSON')
  for (const text of ['null', '[]', '{}', '{"spdxVersion":"SPDX-2.3"}', '{"bomFormat":"x","components":[]}']) {
    assert.is(failure(text), 'it is neither SPDX nor CycloneDX', text)
  }
  assert.is(
    failure(JSON.stringify({ ...spdxOf(facts), packages: [] })),
    'it has no package of Debian whose release it names',
  )
  const mixed = [...cyclonedxOf(facts).components, ...cyclonedxOf({ ...facts, release: 'bookworm' }).components]
  assert.is(
    failure(JSON.stringify({ ...cyclonedxOf(facts), components: mixed })),
    'it has packages of trixie and bookworm',
  )
})
