import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { installed, refresh } from '../listeners/support/install.ts'
import { smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { discard } from '../system/support/roots.ts'
import { run } from '../system/support/run.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'

const test = suite('the container')

const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
const place = mkdtempSync(join(tmpdir(), 'pibake-containerfile-'))

test.after(() => rmSync(place, { recursive: true }))

/** Images and containers lie in a folder of the test; nothing is asked of a registry. */
function buildah(...args: readonly string[]): string {
  const store = ['--storage-driver', 'vfs', '--root', join(place, 'store'), '--runroot', join(place, 'run')]
  return run(['buildah', ...store, ...args], { cwd: packageRoot, timeout: 600, env: { BUILDAH_ISOLATION: 'chroot' } })
}

test('is built from the Containerfile, and bakes an image', () => {
  run([process.execPath, join(packageRoot, 'build/packaging/deb.js')], { env: { SOURCE_DATE_EPOCH: '1700000000' } })
  refresh('trixie')
  // The Debian of the tests with its own mirror, in place of the image of a registry.
  const root = installed('trixie', ['nodejs'])
  try {
    const base = buildah('from', 'scratch').trim()
    buildah('copy', '--quiet', base, root, '/')
    buildah('commit', '--quiet', '--rm', base, 'localhost/pibake-test-base')
  } finally {
    discard(root)
  }
  buildah(
    'build',
    '--quiet',
    '--pull=never',
    '--build-arg',
    'BASE=localhost/pibake-test-base',
    '--tag',
    'localhost/pibake',
    '.',
  )
  const container = buildah('from', '--pull-never', 'localhost/pibake').trim()
  writeFileSync(join(place, 'pibake.yaml'), JSON.stringify({ ...smallSpec(), packages: { bundle: false } }))
  makeSampleImage(join(place, 'base.img'))
  const inside = (...args: readonly string[]) =>
    buildah('run', '--volume', `${place}:/work`, container, '--', 'pibake', ...args)
  assert.is(inside('--version').trim(), version)
  inside('bake', 'pibake.yaml', 'base.img', '-o', 'kit.img.xz')
  assert.ok(existsSync(join(place, 'kit.img.xz')))
  assert.match(inside('verify', 'pibake.yaml', '--image', 'kit.img.xz'), /No drift/)
})
