import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { LockedImage } from '../../../src/core/carried/lock.ts'
import { writeSbom } from '../../../src/write/emit/sbom.ts'
import { cyclonedxOf } from '../../../src/write/emit/sbom-cyclonedx.ts'
import type { SbomFacts } from '../../../src/write/emit/sbom-facts.ts'
import { sbomPackages } from '../../../src/write/emit/sbom-packages.ts'
import { spdxOf } from '../../../src/write/emit/sbom-spdx.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { assertCycloneDx, assertSpdx } from './support/sbom-schemas.ts'

const test = suite('SBOM')

const entry = (name: string, version: string, more = '') =>
  `Package: ${name}\nStatus: install ok installed\nMaintainer: M <m@localhost>\nArchitecture: arm64\nVersion: ${version}\n${more}\n`
const status = [
  entry('libstdc++6', '12.2.0-14', 'Source: gcc-12\n'),
  entry('openssl', '3.0.1-1'),
  entry('python3-systemd', '235-1+b2', 'Source: python-systemd (235-1)\n'),
  entry('unwanted', '1'),
  entry('gone', '1').replace('install ok installed', 'deinstall ok config-files'),
].join('')
const carried = (name: string, version: string, architecture: string) => ({
  name,
  version,
  architecture,
  sha256: 'ab'.repeat(32),
  source: { name, version },
})
const lock = {
  packages: [carried('openssl', '1:3.0.2~x-1', 'arm64'), carried('ufw', '0.36.2-9', 'all')],
} as unknown as LockedImage
const facts: SbomFacts = {
  name: 'kit.img',
  sha256: 'cd'.repeat(32),
  planDigest: `sha256:${'ef'.repeat(32)}`,
  distribution: 'debian',
  release: 'trixie',
  packages: sbomPackages(memoryTree({ '/var/lib/dpkg/status': status }), lock, ['unwanted']),
  version: '0.1.0',
  epoch: 1_000_000_000,
}

test('what is installed, with the source it is built from, and what is carried in the place of older versions; not what goes', () => {
  assert.equal(
    facts.packages.map(({ name, version, source, from }) => [name, version, source.name, source.version, from]),
    [
      ['libstdc++6', '12.2.0-14', 'gcc-12', '12.2.0-14', 'image'],
      ['openssl', '1:3.0.2~x-1', 'openssl', '1:3.0.2~x-1', 'carried'],
      ['python3-systemd', '235-1+b2', 'python-systemd', '235-1', 'image'],
      ['ufw', '0.36.2-9', 'ufw', '0.36.2-9', 'carried'],
    ],
  )
})

test('SPDX: as the schemas want it, and no dangling or double reference', () => {
  const document = spdxOf(facts)
  assertSpdx(document)
  const ids = document.packages.map(({ SPDXID }) => SPDXID)
  assert.is(new Set(ids).size, ids.length)
  for (const { spdxElementId, relatedSpdxElement } of document.relationships) {
    assert.ok(['SPDXRef-DOCUMENT', ...ids].includes(spdxElementId), spdxElementId)
    assert.ok(ids.includes(relatedSpdxElement), relatedSpdxElement)
  }
  assert.is(document.relationships.length, ids.length)
})

test('CycloneDX: valid by its schema; each component has its own reference, and the image depends on all of them', async () => {
  const document = cyclonedxOf(facts)
  await assertCycloneDx(document)
  const refs = document.components.map((component) => component['bom-ref'])
  assert.is(new Set(refs).size, facts.packages.length)
  assert.equal(document.dependencies[0]?.dependsOn, refs)
  assert.ok(refs.includes('pkg:deb/debian/openssl@1:3.0.2~x-1?arch=arm64&distro=trixie'))
  assert.ok(refs.includes('pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?arch=arm64&distro=trixie'))
  assert.match(document.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('the same facts give the same bytes, other ones another identity', () =>
  inWorkdir((folder) => {
    const out = join(folder, 'kit.img')
    const read = (of: SbomFacts) => writeSbom(out, of).map((file) => readFileSync(file, 'utf8'))
    assert.equal(read(facts), read({ ...facts }))
    const other = { ...facts, sha256: '00'.repeat(32) }
    assert.is.not(spdxOf(other).documentNamespace, spdxOf(facts).documentNamespace)
    assert.is.not(cyclonedxOf(other).serialNumber, cyclonedxOf(facts).serialNumber)
  }))
