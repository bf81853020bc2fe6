import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { spdxOf } from '../../src/write/emit/sbom-spdx.ts'
import { pibake } from '../support/cli.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('CLI: watch')

const bash = {
  name: 'bash',
  version: '5.2-1',
  architecture: 'arm64',
  maintainer: undefined,
  source: { name: 'bash', version: '5.2-1' },
  sha256: undefined,
  from: 'image' as const,
}
const sbom = spdxOf({
  name: 'kit.img',
  sha256: undefined,
  planDigest: 'sha256:0',
  distribution: 'debian',
  release: 'trixie',
  packages: [bash],
  version: '1.2.3',
  epoch: 0,
})
const fixed = { releases: { trixie: { status: 'resolved', fixed_version: '5.2-2', urgency: 'high' } } }
const open = { releases: { trixie: { status: 'open', urgency: 'low' } } }
const unimportant = { releases: { trixie: { status: 'open', urgency: 'unimportant' } } }

/** What `watch` says of the SBOM by the data of one day. */
function watched(entries: object, ...more: string[]) {
  return inWorkdir((folder) => {
    writeFileSync(join(folder, 'kit.spdx.json'), JSON.stringify(sbom))
    writeFileSync(join(folder, 'tracker.json'), JSON.stringify({ bash: entries }))
    return pibake(['watch', 'kit.spdx.json', '--security-tracker', 'tracker.json', ...more], { cwd: folder })
  })
}

test('what an upgrade closes ends with 4, and says what to do', async () => {
  const { code, stdout } = await watched({ 'CVE-1': fixed, 'CVE-2': open })
  assert.is(code, 4)
  assert.is(
    stdout,
    [
      '1 packages of trixie',
      '',
      'An upgrade closes',
      '  CVE-1 bash 5.2-1 (high; fixed in 5.2-2): bash',
      '',
      'Without a fix',
      '  CVE-2 bash 5.2-1 (low; no fix for this release): bash',
      '',
      '1 that an upgrade closes, 1 without a fix.',
      'next: pibake lock SPEC --image BASE --update, then bake again',
      '',
    ].join('\n'),
  )
})

test('without a fix there is nothing to do, unless it is asked for', async () => {
  assert.is((await watched({ 'CVE-2': open })).code, 0)
  assert.is((await watched({ 'CVE-2': open }, '--fail-on', 'open')).code, 4)
  assert.is((await watched({ 'CVE-3': unimportant }, '--fail-on', 'open')).code, 0)
})

test('the document', async () => {
  const document = JSON.parse((await watched({ 'CVE-1': fixed, 'CVE-3': unimportant }, '--json')).stdout)
  assert.equal(
    [document.schema, document.release, document.fixed.length, document.open],
    ['pibake.watch/1', 'trixie', 1, []],
  )
})

test('files that are not what they should be', () =>
  inWorkdir((folder) => {
    writeFileSync(join(folder, 'sbom.json'), '{}')
    writeFileSync(join(folder, 'kit.spdx.json'), JSON.stringify(sbom))
    writeFileSync(join(folder, 'other.json'), JSON.stringify({ bash: { 'CVE-1': { releases: {} } } }))
    const ran = (...args: string[]) => pibake(['watch', ...args], { cwd: folder })
    const refused = (sbomFile: string, tracker: string) => ran(sbomFile, '--security-tracker', tracker)
    assert.match(refused('sbom.json', 'other.json').stderr, 'sbom.json is not the SBOM of an image: it is neither')
    assert.match(refused('kit.spdx.json', 'other.json').stderr, 'other.json is not a file of Debian')
    assert.match(refused('gone.json', 'other.json').stderr, 'gone.json cannot be read')
    assert.is(refused('sbom.json', 'other.json').code, 1)
    assert.is(ran('kit.spdx.json').code, 2)
  }))
