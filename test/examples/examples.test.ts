import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { loadSpec } from '../../src/cli/load-spec.ts'
import { sha512crypt } from '../../src/device/formats/sha512crypt.ts'
import { suite } from '../support/suite.ts'

const test = suite('examples')
const folder = join(packageRoot, 'examples')

const specs = readdirSync(folder).filter((file) => file.endsWith('.yaml'))

for (const name of [...specs, 'everything/pibake.yaml']) {
  test(`${name} is sound, without a warning`, () => {
    assert.equal(
      loadSpec(join(folder, name), {}, '2026-01-01').problems.filter(({ code }) => code !== 'SPC008'),
      [],
    )
  })
}

test('their password is the one they tell', () => {
  const hash = loadSpec(join(folder, 'single.yaml')).spec?.users[0]?.passwordHash?.reveal() ?? ''
  const [, , rounds = '', salt = ''] = hash.split('$')
  assert.is(sha512crypt('correct horse battery staple', salt, Number(rounds.replace('rounds=', ''))), hash)
})
