import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type LockedImage, lockText } from '../../src/core/carried/lock.ts'
import { imageState, type Request } from '../../src/core/carried/request.ts'
import { imageSources } from '../../src/device/apt/sources.ts'
import type { Release } from '../../src/device/inspect/inventory.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { MemoryTree } from '../../src/storage/tree/memory.ts'
import type { Tree } from '../../src/storage/tree/tree.ts'
import { DebCache } from '../../src/write/packages/cache.ts'
import { fetchDebs } from '../../src/write/packages/fetch.ts'
import { makeBundle } from '../../src/write/packages/make-bundle.ts'
import { proveBundle } from '../../src/write/packages/prove-bundle.ts'
import { resolvePackages } from '../../src/write/packages/resolve.ts'
import { suite } from '../support/suite.ts'
import { debianRoot, releases } from './support/roots.ts'

const INSTALL = ['fail2ban', 'iptables', 'python3-systemd', 'ufw', 'unattended-upgrades']
const COPIED = ['/etc/apt/sources.list.d', '/etc/apt/trusted.gpg.d']

/** What apt looks at in a real root, as that root would be on another architecture; one package is made old. */
function rootOf(release: Release, architecture: string): Tree {
  const real = new DirectoryTree(debianRoot(release, 'lite'))
  try {
    const tree = new MemoryTree(`${release} ${architecture}`)
    const put = (path: string, content: Uint8Array) =>
      tree.nodes.set(path, { kind: 'file', content, mode: 0o644, uid: 0, gid: 0 })
    for (const folder of COPIED) {
      for (const name of real.list(folder)) put(`${folder}/${name}`, real.read(`${folder}/${name}`) ?? new Uint8Array())
    }
    const status = new TextDecoder().decode(real.read('/var/lib/dpkg/status'))
    const own = status.replaceAll('Architecture: amd64', `Architecture: ${architecture}`)
    put(
      '/var/lib/dpkg/status',
      new TextEncoder().encode(own.replace(/^(Package: openssl\n(?:.+\n)*?Version: ).*/m, '$13.0.1-1')),
    )
    return tree
  } finally {
    real.close()
  }
}

for (const release of releases) {
  for (const architecture of ['amd64', 'arm64']) {
    const test = suite(`packages of Debian ${release} for ${architecture}`)
    const env = { PATH: process.env.PATH, http_proxy: process.env.http_proxy, https_proxy: process.env.https_proxy }
    let place = ''
    let root: Tree
    let request: Request
    let lock: LockedImage

    test.before(() => {
      place = mkdtempSync(join(tmpdir(), 'pibake-debian-'))
      root = rootOf(release, architecture)
      const image = imageState(root, release, imageSources(root))
      request = { image, install: INSTALL, upgrade: 'full', debs: [], snapshot: null }
    })
    test.after(() => rmSync(place, { recursive: true }))

    const never = () => assert.unreachable('nothing is fetched twice, and nothing changes in the cache')
    const resolve = () =>
      resolvePackages(root, request, { sources: imageSources(root), mirrors: [], env, debs: new Map() })

    test('they are chosen for that architecture, with what they need and the upgrade', async () => {
      lock = await resolve()
      const found = new Map(lock.packages.map((one) => [one.name, one]))
      for (const name of INSTALL) assert.is(found.get(name)?.because, 'asked', name)
      assert.is(found.get('openssl')?.because, 'upgrade')
      for (const one of lock.packages) assert.ok(['all', architecture].includes(one.architecture), one.file)
      assert.is(found.get('ufw')?.archive.startsWith('Debian:'), true)
    })

    test('a second time they are the same, byte by byte', async () => {
      assert.is(lockText([await resolve()]), lockText([lock]))
    })

    test('a bundle of them is enough for the image, and the second one needs no network', async () => {
      const cache = new DebCache({ XDG_CACHE_HOME: place }, never)
      const options = { cache, mirrors: [], snapshot: undefined, env, debs: new Map(), onFetch: () => undefined }
      const bundle = makeBundle(lock, await fetchDebs(lock.packages, options))
      await proveBundle(root, bundle, env)
      const again = makeBundle(lock, await fetchDebs(lock.packages, { ...options, onFetch: never }))
      assert.equal(again.index, bundle.index)
    })
  }
}
