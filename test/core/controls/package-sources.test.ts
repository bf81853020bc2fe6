import * as assert from 'uvu/assert'
import { packageSources } from '../../../src/core/controls/package-sources.ts'
import { imageSources } from '../../../src/device/apt/sources.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { problemsOf, runControl, secondRunDiffers, written } from '../../support/control.ts'
import { write } from '../../support/edit.ts'
import { everySample } from '../../support/samples.ts'
import { type LooseSpec, parse, smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

/** Further sources of packages, pinned. */
const test = suite('package sources')

const LITE = { behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' } as const
const KEY = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n'
const FILES = { 'them.asc': KEY }
const SOURCE = {
  name: 'them',
  uris: ['https://packages.example.org/debian'],
  suites: ['stable'],
  components: ['main', 'extra'],
  signedByFile: 'them.asc',
}
const withSources = (
  sources: readonly object[] = [SOURCE],
  packages: object = { install: ['theirs', 'other'] },
): LooseSpec => ({ ...smallSpec(), packages: { ...packages, sources } })
const spec = (...of: Parameters<typeof withSources>) => specOf(withSources(...of), FILES)
const codesOf = (sources: readonly object[], files: Record<string, string> = FILES, packages?: object) =>
  parse(withSources(sources, packages), files).problems.map(({ code }) => code)

const PINS = `# Written by pibake. Of this source only what the owner has named is installed, and it counts as the distribution's.

Package: *
Pin: origin "packages.example.org"
Pin-Priority: -1

Package: theirs other
Pin: origin "packages.example.org"
Pin-Priority: 500
`

for (const { title, options } of everySample()) {
  test(`${title}: a source with its key, and pins; they go with the key of the spec`, () => {
    const result = runControl(packageSources, spec(), samplePiOs(options))
    assert.equal(problemsOf(result), [])
    const { root } = result.target
    assert.is(written(result.contribution, '/etc/apt/keyrings/pibake-them.asc'), KEY)
    assert.is(written(result.contribution, '/etc/apt/preferences.d/pibake-them.pref'), PINS)
    const added = imageSources(root).filter(({ uris }) => uris.includes('https://packages.example.org/debian'))
    assert.equal(added, [
      {
        uris: ['https://packages.example.org/debian'],
        suites: ['stable'],
        components: ['main', 'extra'],
        architectures: [],
        signedBy: { files: ['/etc/apt/keyrings/pibake-them.asc'], fingerprints: [], key: undefined },
      },
    ])
    assert.equal(secondRunDiffers(packageSources, spec(), result), [])
    const without = runControl(packageSources, specOf(smallSpec()), result.target)
    assert.equal([...without.operations.keys()].sort(), [
      'root:/etc/apt/keyrings/pibake-them.asc',
      'root:/etc/apt/preferences.d/pibake-them.pref',
      'root:/etc/apt/sources.list.d/pibake-them.sources',
    ])
    assert.equal(imageSources(without.target.root), imageSources(samplePiOs(options).root))
  })
}

test('without the key nothing is written or named', () => {
  assert.equal([...runControl(packageSources, specOf(smallSpec()), samplePiOs(LITE)).operations], [])
})

test('a source by a path has no component', () => {
  const result = runControl(packageSources, spec([{ ...SOURCE, suites: ['./'], components: [] }]), samplePiOs(LITE))
  const text = written(result.contribution, '/etc/apt/sources.list.d/pibake-them.sources')
  assert.match(text, /^Suites: \.\/$/m)
  assert.not.match(text, 'Components')
})

test('a host of the image’s own sources is refused: a pin would count for both', () => {
  const image = samplePiOs(LITE)
  for (const line of [
    'deb [signed-by=/k.gpg] https://packages.example.org:443/x trixie main',
    'URIs: http://packages.example.org/y',
  ]) {
    write(image.root, '/etc/apt/sources.list.d/other.sources', `# https://nowhere.example.org/\n${line}\n`)
    assert.equal(problemsOf(runControl(packageSources, spec(), image)), ['PKG012 packages.sources[0].uris'])
  }
})

test('what is no source, or no key, is refused', () => {
  for (const change of [
    { name: 'Them' },
    { name: '../x' },
    { uris: ['ftp://example.org/'] },
    { uris: ['https://a:b@example.org/'] },
    { uris: ['file:///srv'] },
    { uris: ['https://Example.org/'] },
    { uris: [] },
    { suites: [] },
    { suites: ['a b'] },
    { suites: ['../x/'] },
    { components: [] },
    { suites: ['./'] },
    { suites: ['./', 'stable'] },
  ])
    assert.ok(codesOf([{ ...SOURCE, ...change }]).includes('PKG010'), JSON.stringify(change))
  assert.equal(codesOf([SOURCE, { ...SOURCE, uris: ['https://other.example.org/'] }]), ['PKG010'])
  assert.equal(codesOf([SOURCE]), [])
  assert.equal(codesOf([SOURCE], {}), ['SPC007'])
  for (const key of ['nothing\n', KEY.replaceAll('PUBLIC', 'PRIVATE'), '<html>\n'])
    assert.equal(codesOf([SOURCE], { 'them.asc': key }), ['PKG011'], key)
  assert.equal(codesOf([SOURCE], FILES, {}), ['SPC012'])
})

test('the plan says whom the packages trust', () => {
  const { notes = [] } = runControl(packageSources, spec(), samplePiOs(LITE)).contribution
  assert.equal(
    notes.map(({ severity, message }) => `${severity}: ${message}`),
    [
      'warning: packages of packages.install may come from packages.example.org, whose owner they let run programs as root',
    ],
  )
})
