import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { type Geometry, makeDisk, piGen } from '../power/disk.ts'
import { suite } from '../support/suite.ts'
import { assertCycloneDx, assertSpdx } from '../write/emit/support/sbom-schemas.ts'
import { type Image, stockImage } from './support/dress.ts'
import { Owner } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { run } from './support/run.ts'

const test = suite('bake with carried packages')

const owner = new Owner({ packages: 'bundle: true, remove: [less]' })
let image: Image
let geometry: Geometry
const at = (name: string) => join(dirname(image.root), name)

const NOWHERE = { http_proxy: 'http://127.0.0.1:9' }
function bake(base: string, out: string, env: Readonly<Record<string, string>> = {}) {
  return pibake(['bake', owner.spec, at(base), '--output', at(out)], { env: { ...env, XDG_CACHE_HOME: at('cache') } })
}

test.before(() => {
  image = stockImage('trixie-2026')
  geometry = piGen(image.root)
  for (const folder of ['first', 'second', 'full']) run(['mkdir', at(folder)])
  makeDisk(at('base.img'), image.boot, image.root, geometry)
  const baked = bake('base.img', 'first/kit.img')
  assert.is(baked.status, 0, baked.stderr)
})

test.after(() => {
  image?.remove()
  owner.remove()
})

test('both SBOMs are valid by their schemas, and speak of the device after its first start', async () => {
  const read = (kind: string) => JSON.parse(readFileSync(at(`first/kit.img.${kind}.json`), 'utf8'))
  const [spdx, cyclonedx] = [read('spdx'), read('cdx')]
  assertSpdx(spdx)
  await assertCycloneDx(cyclonedx)
  const names = new Set<string>(cyclonedx.components.map(({ name }: { name: string }) => name))
  for (const name of ['base-files', 'raspi-config', 'ufw', 'fail2ban']) assert.ok(names.has(name), name)
  assert.not(names.has('less'))
  assert.is(spdx.packages.length, cyclonedx.components.length + 1)
})

test('a second time, without network, all of it is the same byte by byte', () => {
  const again = bake('base.img', 'second/kit.img', NOWHERE)
  assert.is(again.status, 0, again.stderr)
  const files = readdirSync(at('first'))
  assert.equal(readdirSync(at('second')), files)
  for (const file of files) run(['cmp', at(`first/${file}`), at(`second/${file}`)])
})

test('a root partition without room is refused, and nothing is written', () => {
  run(['cp', '--sparse=always', at('base.img'), at('full.img')])
  const place = `${at('full.img')}?offset=${geometry.ext4.start}`
  const free = Number(/^Free blocks: +(\d+)$/m.exec(run(['dumpe2fs', '-h', place]))?.[1])
  writeFileSync(at('filler'), Buffer.alloc((free - 300) * 4096, 'x'))
  run(['debugfs', '-w', '-R', `write ${at('filler')} /filler`, place])
  rmSync(at('filler'))
  const { status, stderr } = bake('full.img', 'full/kit.img', NOWHERE)
  assert.is(status, 75, stderr)
  assert.match(stderr, /\d+ packages to be carried, \S+ MiB: \S+ (?:K|M)iB are free/)
  assert.equal(readdirSync(at('full')), [])
})
