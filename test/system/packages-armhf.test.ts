import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { LockedPackage } from '../../src/core/carried/lock.ts'
import { imageState, type Request } from '../../src/core/carried/request.ts'
import { imageSources } from '../../src/device/apt/sources.ts'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { behaviours } from '../../src/sample/behaviours.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import type { MemoryTree } from '../../src/storage/tree/memory.ts'
import { DebCache } from '../../src/write/packages/cache.ts'
import { fetchDebs } from '../../src/write/packages/fetch.ts'
import { makeBundle } from '../../src/write/packages/make-bundle.ts'
import { proveBundle } from '../../src/write/packages/prove-bundle.ts'
import { resolvePackages } from '../../src/write/packages/resolve.ts'
import { suite } from '../support/suite.ts'
import { Archive } from './support/archive.ts'
import { emptyDeb } from './support/empty-deb.ts'

/** A 32-bit image may have a 64-bit kernel, so its dpkg knows both architectures; Raspbian has 32-bit packages alone. */
const KERNEL = 'linux-image-rpi-v8'
const of = (Architecture: string, more: Readonly<Record<string, string>> = {}) => ({ Architecture, ...more })
const raspbian = [
  emptyDeb('ufw', '1', { Depends: 'helper' }),
  emptyDeb('helper', '1', of('armhf', { 'Multi-Arch': 'same' })),
  emptyDeb('helper', '2', of('arm64', { 'Multi-Arch': 'same' })),
]
const raspberryPi = [emptyDeb(KERNEL, '2', of('arm64')), emptyDeb('raspi-config', '99999999', of('armhf'))]
const archives = { raspbian: new Archive(), pi: new Archive() }

process.once('exit', () => {
  for (const deb of [...raspbian, ...raspberryPi]) deb.remove()
  for (const archive of Object.values(archives)) archive.remove()
})

/** As the image's apt has them: one line each on Bookworm, deb822 on Trixie. */
const SOURCES: Readonly<Record<string, string>> = {
  'bookworm-2025': `deb [ arch=armhf signed-by=/etc/apt/keyrings/raspbian.asc ] http://raspbian.test/raspbian bookworm main
deb [signed-by=/etc/apt/keyrings/pi.asc] http://pi.test/pi bookworm main
`,
  'trixie-2026': `Types: deb
URIs: http://raspbian.test/raspbian
Suites: trixie
Components: main
Signed-By: /etc/apt/keyrings/raspbian.asc

Types: deb
URIs: http://pi.test/pi
Suites: trixie
Components: main
Signed-By: /etc/apt/keyrings/pi.asc
`,
}

function imageOf(behaviour: Behaviour): MemoryTree {
  const { root } = samplePiOs({ behaviour, variant: 'lite', architecture: 'armhf' })
  const put = (path: string, text: string) => {
    const content = new TextEncoder().encode(text)
    root.nodes.set(path, { kind: 'file', content, mode: 0o644, uid: 0, gid: 0 })
  }
  root.nodes.set('/etc/apt/keyrings', { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
  for (const [name, archive] of Object.entries(archives)) put(`/etc/apt/keyrings/${name}.asc`, archive.key())
  put(`/etc/apt/sources.list.d/pi.${behaviour.startsWith('bookworm') ? 'list' : 'sources'}`, SOURCES[behaviour] ?? '')
  const kernel = `Package: ${KERNEL}\nStatus: install ok installed\nArchitecture: arm64\nVersion: 1\n\n`
  put('/var/lib/dpkg/status', new TextDecoder().decode(root.read('/var/lib/dpkg/status')) + kernel)
  return root
}

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const { release } = behaviours[behaviour]
  const test = suite(`packages of a 32-bit ${release} from archives of the test, over HTTP`)
  const root = imageOf(behaviour)
  const sources = imageSources(root)
  const env = { PATH: process.env.PATH }
  const folders: Readonly<Record<string, string>> = { raspbian: archives.raspbian.place, pi: archives.pi.place }
  const server = createServer((request, response) => {
    const [, name = '', ...path] = new URL(request.url ?? '/', 'http://localhost').pathname.split('/')
    const file = join(folders[name] ?? '/nowhere', ...path)
    if (existsSync(file)) createReadStream(file).pipe(response)
    else response.writeHead(404).end()
  })
  let place = ''

  const mirrors = () => {
    const { port } = server.address() as AddressInfo
    return [{ from: undefined, to: `http://127.0.0.1:${port}` }]
  }
  const resolve = (upgrade: Request['upgrade']) => {
    const request = { image: imageState(root, release, sources), install: ['ufw'], upgrade, debs: [], snapshot: null }
    return resolvePackages(root, request, { sources, mirrors: mirrors(), env, debs: new Map() })
  }
  const names = (packages: readonly LockedPackage[]) =>
    packages.map(({ name, version, architecture }) => `${name} ${version} ${architecture}`)

  test.before(async () => {
    place = mkdtempSync(join(tmpdir(), 'pibake-armhf-'))
    archives.raspbian.publish(release, raspbian, { architectures: ['armhf'] })
    archives.pi.publish(release, raspberryPi, { architectures: ['armhf', 'arm64'] })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  })
  test.after(() => {
    server.close()
    rmSync(place, { recursive: true })
  })

  test('what is installed is of the image’s own architecture, or of all', async () => {
    const { packages, image } = await resolve('none')
    assert.is(image.architecture, 'armhf')
    assert.equal(names(packages), ['helper 1 armhf', 'ufw 1 all'])
    assert.is(packages[1]?.uri, 'http://raspbian.test/raspbian/pool/ufw_1_all.deb')
  })

  test('upgrades are of the architecture that is installed; the bundle is enough for the image', async () => {
    const lock = await resolve('full')
    assert.equal(names(lock.packages), [
      'helper 1 armhf',
      `${KERNEL} 2 arm64`,
      'raspi-config 99999999 armhf',
      'ufw 1 all',
    ])
    const cache = new DebCache({ XDG_CACHE_HOME: place }, () => assert.unreachable('nothing changes in the cache'))
    const options = { cache, mirrors: mirrors(), snapshot: undefined, env, debs: new Map(), onFetch: () => undefined }
    await proveBundle(root, makeBundle(lock, await fetchDebs(lock.packages, options)), env)
  })

  test('security: Raspbian and Raspberry Pi have no such archive, so nothing is upgraded', async () => {
    assert.equal(names((await resolve('security')).packages), ['helper 1 armhf', 'ufw 1 all'])
  })
}
