import * as assert from 'uvu/assert'
import * as v from 'valibot'
import { type ImagerFacts, imagerList } from '../../../src/write/emit/imager.ts'
import { suite } from '../../support/suite.ts'

const test = suite('Imager list')
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const size = v.pipe(v.number(), v.integer(), v.minValue(1))
/** What Imager's os-list-schema.json asks of an entry, and what else its example has. */
const list = v.strictObject({
  // As src/hwlistmodel.cpp reads it.
  imager: v.strictObject({
    devices: v.strictTuple([
      v.strictObject({
        name: v.pipe(v.string(), v.nonEmpty()),
        tags: v.pipe(v.array(v.string()), v.nonEmpty()),
        default: v.literal(true),
        icon: v.string(),
        description: v.string(),
        matching_type: v.picklist(['inclusive', 'exclusive']),
      }),
    ]),
  }),
  os_list: v.strictTuple([
    v.strictObject({
      name: v.pipe(v.string(), v.nonEmpty()),
      description: v.string(),
      icon: v.string(),
      url: v.pipe(v.string(), v.nonEmpty()),
      extract_size: size,
      extract_sha256: hash,
      image_download_size: size,
      image_download_sha256: hash,
      release_date: v.pipe(v.string(), v.isoDate()),
      init_format: v.literal('none'),
      devices: v.array(v.pipe(v.string(), v.regex(/^pi[1-5]-(?:32|64)bit$/))),
      architecture: v.picklist(['armhf', 'armv8']),
    }),
  ]),
})
const facts: ImagerFacts = {
  out: 'out/kit 07.img.xz',
  name: 'kit-07',
  description: 'Raspberry Pi OS, hardened',
  image: { architecture: 'arm64', date: undefined },
  epoch: 1_700_000_000,
  decoded: { size: 3_000_000_000, sha256: 'a'.repeat(64) },
  packed: { size: 500_000_000, sha256: 'b'.repeat(64) },
}
const entryOf = (more: Partial<ImagerFacts>) => v.parse(list, imagerList({ ...facts, ...more })).os_list[0]

test('one system that Imager shows on the devices that run it and does not customise', () => {
  const entry = entryOf({})
  assert.is(entry.url, 'kit%2007.img.xz')
  assert.is(entry.release_date, '2023-11-14')
  assert.is(entry.architecture, 'armv8')
  assert.ok(entry.devices.every((device) => device.endsWith('-64bit')))
  const other = entryOf({ image: { architecture: 'armhf', date: '2026-04-13' } })
  assert.is(other.release_date, '2026-04-13')
  assert.ok(other.devices.includes('pi1-32bit'))
})

test('the address is where OUT will be', () => {
  for (const urlBase of ['https://example.org/images', 'https://example.org/images/']) {
    assert.is(entryOf({ urlBase }).url, 'https://example.org/images/kit%2007.img.xz')
  }
  assert.is(entryOf({ urlBase: 'file:///srv/' }).url, 'file:///srv/kit%2007.img.xz')
})

test('a hash that is not known is not given', () => {
  const [entry] = imagerList({ ...facts, decoded: { size: 1 } }).os_list
  assert.is(entry !== undefined && 'extract_sha256' in entry, false)
})
