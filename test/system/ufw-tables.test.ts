import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { debianNames } from '../../src/device/ufw/names.ts'
import { debianProfiles, imageProfiles } from '../../src/device/ufw/profiles.ts'
import { debianServices, parseServices } from '../../src/device/ufw/services.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { suite } from '../support/suite.ts'
import { debianRoot, releases } from './support/roots.ts'

const test = suite('tables of ufw: against the packages')

test('services: the shipped table is that of Debian 13, and Debian 12 lacks two names of it', () => {
  const real = (release: 'bookworm' | 'trixie') =>
    parseServices(readFileSync(join(debianRoot(release, 'full'), 'etc/services'), 'utf8'))
  assert.equal(debianServices, real('trixie'))
  const missing = [...debianServices.keys()].filter((name) => !real('bookworm').has(name))
  assert.equal(missing, ['coap', 'coaps'])
  for (const [name, service] of real('bookworm')) assert.equal(debianServices.get(name), service, name)
})

for (const release of releases) {
  test(`profiles: the shipped table is what the packages of ${release} bring`, () => {
    const tree = new DirectoryTree(debianRoot(release, 'full'))
    assert.equal(new Map([...imageProfiles(tree, debianServices, true)].sort()), new Map([...debianProfiles].sort()))
    assert.ok(debianNames.profiles.size > 30)
  })
}
