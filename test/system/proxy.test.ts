import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { proxy } from '../../src/core/controls/proxy.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { runControl } from '../support/control.ts'
import { smallSpec, specOf } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'

const test = suite('the proxy as apt and pam_env have it')

const URL = 'http://127.0.0.1:9'
const SPEC = specOf({ ...smallSpec(), device: { proxy: { url: URL, except: ['127.0.0.2', '.example.org'] } } })

for (const release of releases) {
  let root: string
  test.before(() => {
    root = scratch(debianRoot(release, 'lite'))
    const behaviour = release === 'trixie' ? 'trixie-2026' : 'bookworm-2025'
    const image = samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' })
    for (const operation of runControl(proxy, SPEC, image).contribution.operations ?? []) {
      if (operation.kind !== 'file') continue
      mkdirSync(join(root, dirname(operation.path)), { recursive: true })
      writeFileSync(join(root, operation.path), operation.content)
    }
  })
  test.after(() => discard(root))

  test(`${release}: apt has it, and fetches through it but for the exceptions`, () => {
    const dump = runIn(root, ['apt-config', 'dump', 'Acquire'])
    assert.match(dump, `Acquire::http::Proxy "${URL}";`)
    assert.match(dump, `Acquire::https::Proxy "${URL}";`)
    assert.match(dump, 'Acquire::http::Proxy::127.0.0.2 "DIRECT";')
    const fetched = (host: string) => {
      const words = ['-oAcquire::Retries=0', 'download-file', `http://${host}/x`, '/tmp/x']
      const { stdout, stderr } = attemptIn(root, ['/usr/lib/apt/apt-helper', ...words], { timeout: 60 })
      return stdout + stderr
    }
    // Nobody listens on either; whom apt asked is in what it says.
    assert.match(fetched('127.0.0.3'), /127\.0\.0\.1:9\b/)
    assert.match(fetched('127.0.0.2'), /127\.0\.0\.2:80\b/)
  })

  test(`${release}: who logs in has it in the environment`, () => {
    const environment = runIn(root, ['su', '--login', 'root', '--command', 'env'])
    assert.match(environment, new RegExp(`^http_proxy=${URL}$`, 'm'))
    assert.match(environment, new RegExp(`^https_proxy=${URL}$`, 'm'))
    assert.match(environment, /^no_proxy=localhost,127\.0\.0\.1,::1,127\.0\.0\.2,\.example\.org$/m)
  })
}
