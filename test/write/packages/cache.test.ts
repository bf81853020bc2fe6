import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { DebCache, sha256Of } from '../../../src/write/packages/cache.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('packages: cache')

const bytes = new TextEncoder().encode('a package')
const digest = sha256Of(bytes)
const never = () => assert.unreachable('nothing was changed')

test('what is kept is there the next time, and nothing is left beside it', () =>
  inWorkdir((folder) => {
    const cache = new DebCache({ XDG_CACHE_HOME: folder }, never)
    assert.is(cache.read(digest), undefined)
    cache.keep(digest, bytes)
    assert.equal(new Uint8Array(cache.read(digest) ?? []), bytes)
    assert.equal(readdirSync(join(cache.folder, digest.slice(0, 2))), [`${digest}.deb`])
  }))

test('other bytes under that name are thrown away, and told', () =>
  inWorkdir((folder) => {
    const told: string[] = []
    const cache = new DebCache({ XDG_CACHE_HOME: folder }, (changed) => void told.push(changed))
    cache.keep(digest, bytes)
    const file = join(cache.folder, digest.slice(0, 2), `${digest}.deb`)
    writeFileSync(file, 'another package')
    assert.is(cache.read(digest), undefined)
    assert.not(existsSync(file))
    assert.equal(told, [file])
  }))

test('a relative XDG_CACHE_HOME does not count', () => {
  assert.match(new DebCache({ XDG_CACHE_HOME: 'here' }, never).folder, /\.cache\/pibake\/debs\/sha256$/)
})
