import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { installed, refresh } from '../listeners/support/install.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { debianRoot, discard, scratch } from './support/roots.ts'
import { run } from './support/run.ts'

const test = suite('the Debian package')

const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
const file = join(packageRoot, 'out', `pibake_${version}_all.deb`)

test.before(() => {
  make()
})

function make(): string {
  run([process.execPath, join(packageRoot, 'build/packaging/deb.js')], { env: { SOURCE_DATE_EPOCH: '1700000000' } })
  return run(['sha256sum', file])
}

test('has the same bytes every time', () => {
  assert.is(make(), make())
})

test('is installed beside the Node.js of Debian 13, and does the whole job there', () => {
  refresh('trixie')
  const root = installed('trixie', ['nodejs', 'groff-base'])
  try {
    copyFileSync(file, join(root, 'root/pibake.deb'))
    runIn(root, ['dpkg', '--install', '/root/pibake.deb'])
    assert.is(runIn(root, ['dpkg', '--verify', 'pibake']), '')
    assert.is(runIn(root, ['pibake', '--version']), `${version}\n`)
    const demo = runIn(root, ['sh', '-c', 'cd /root && pibake demo'])
    assert.match(demo, /You get in by/)
    const pages =
      'for page in /usr/share/man/man1/pibake*.gz; do zcat $page | groff -man -Tascii -P-cbou -ww; done 2>&1'
    const shown = runIn(root, ['sh', '-c', pages])
    assert.match(shown, /pibake bake SPEC BASE -o OUT/)
    assert.not.match(shown, /^troff:/m)
    runIn(root, ['bash', '-c', '. /usr/share/bash-completion/completions/pibake && complete -p pibake'])
    runIn(root, ['dpkg', '--purge', 'pibake'])
    assert.is(run(['find', join(root, 'usr'), '-name', '*pibake*']), '')
  } finally {
    discard(root)
  }
})

test('is refused where Node.js is too old or missing', () => {
  const root = scratch(debianRoot('bookworm', 'lite'))
  try {
    copyFileSync(file, join(root, 'root/pibake.deb'))
    const { status, stderr } = attemptIn(root, ['dpkg', '--install', '/root/pibake.deb'])
    assert.is(status, 1, stderr)
    assert.match(stderr, /depends on nodejs \(>= 20\.19\)/)
  } finally {
    discard(root)
  }
})
