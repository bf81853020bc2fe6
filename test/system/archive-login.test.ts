import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as assert from 'uvu/assert'
import type { LockedPackage } from '../../src/core/carried/lock.ts'
import { DebCache, sha256Of } from '../../src/write/packages/cache.ts'
import { fetchDebs } from '../../src/write/packages/fetch.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('an archive that asks who comes')

const DEB = new TextEncoder().encode('not a package, but nobody looks')
const LOGIN = 'kit:a-password-of-an-archive'

/** What of this machine's processes everybody can read. */
const commandLines = () =>
  readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : []
    } catch {
      // The process has ended.
      return []
    }
  })

test('gets the login of the address, which stands in no command line', () =>
  inWorkdir(async (folder) => {
    const seen: string[] = []
    const server = createServer((request, response) => {
      const isKnown = request.headers.authorization === `Basic ${Buffer.from(LOGIN).toString('base64')}`
      if (isKnown) seen.push(...commandLines())
      response.writeHead(isKnown ? 200 : 401, { 'Content-Length': isKnown ? DEB.length : 0 })
      response.end(isKnown ? DEB : undefined)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const sha256 = sha256Of(DEB)
    const locked: LockedPackage = {
      name: 'a',
      version: '1',
      architecture: 'all',
      file: 'a.deb',
      size: DEB.length,
      installedSize: 1,
      sha256,
      uri: `http://${LOGIN}@127.0.0.1:${port}/a.deb`,
      archive: 'x:1/x',
      because: 'asked',
      source: { name: 'a', version: '1' },
    }
    try {
      const found = await fetchDebs([locked], {
        cache: new DebCache({ XDG_CACHE_HOME: folder }, () => {}),
        mirrors: [],
        snapshot: undefined,
        env: {},
        debs: new Map(),
        onFetch: () => {},
      })
      assert.equal(new Uint8Array(found.get(sha256) ?? []), DEB)
      assert.ok(
        seen.some((line) => line.includes('apt')),
        'apt was at work',
      )
      assert.equal(
        seen.filter((line) => line.includes('a-password-of-an-archive')),
        [],
      )
    } finally {
      server.close()
    }
  }))
