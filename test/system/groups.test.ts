import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { type Image, stockImage } from './support/dress.ts'
import { emptyDeb } from './support/empty-deb.ts'
import { pibake } from './support/pibake.ts'

/** Numbers and groups of a spec, and a group that a package makes, judged by shadow's programs, adduser and id. */
const SPEC = `version: 1
users:
  - name: alice
    uid: 1700
    passwordHash: "${HASH}"
    authorizedKeys: ['${KEYS.alice}']
    groups: [sudo, media, pihole, docker]
groups:
  - { name: media, gid: 1500 }
  - { name: pihole, system: true }
packages: { bundle: false, install: [docker.io] }
`

/** As docker.io's own does it. */
const POSTINST = `#!/bin/sh
set -e
if ! getent group docker >/dev/null; then addgroup --system docker; fi
`

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as const) {
  const test = suite(`groups on ${behaviour}, judged by the programs of the release`)
  const place = mkdtempSync(join(tmpdir(), 'pibake-groups-'))
  const spec = join(place, 'pibake.yaml')
  const docker = emptyDeb('docker.io', '99', {}, POSTINST)
  let image: Image
  test.before(() => {
    image = stockImage(behaviour, 'full')
    writeFileSync(spec, SPEC)
    const applied = pibake(['apply', spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    assert.match(applied.stdout + applied.stderr, 'in the group docker')
  })
  test.after(() => {
    image.remove()
    docker.remove()
    rmSync(place, { recursive: true })
  })

  const ids = (...words: string[]) => runIn(image.root, ['id', ...words, 'alice']).trim()
  const step = () => attemptIn(image.root, ['sh', '-c', 'mkdir -p /run/pibake && exec pibake-firstboot step groups'])

  test('id, getent, pwck and grpck agree with the spec', () => {
    assert.equal([ids('-u'), ids('-g')], ['1700', '1700'])
    assert.equal(ids('-nG').split(' ').sort(), ['alice', 'media', 'pihole', 'sudo'])
    assert.match(runIn(image.root, ['getent', 'group', 'media']), /^media:x:1500:alice$/m)
    assert.is(runIn(image.root, ['stat', '-c', '%u:%g', '/home/alice/.ssh/authorized_keys']).trim(), '1700:1700')
    for (const check of [
      ['pwck', '-r', '-q'],
      ['grpck', '-r'],
    ]) {
      const { status, stdout, stderr } = attemptIn(image.root, check)
      assert.is(status, 0, stdout + stderr)
    }
  })

  test('a package that wants a group of the spec takes it', () => {
    const before = runIn(image.root, ['getent', 'group', 'pihole'])
    runIn(image.root, ['addgroup', '--system', 'pihole'])
    assert.is(runIn(image.root, ['getent', 'group', 'pihole']), before)
  })

  test('before the package the step says what is missing; after it the owner is in the group, once', () => {
    const first = step()
    assert.is(first.status, 1, first.stdout + first.stderr)
    assert.not.ok(ids('-nG').split(' ').includes('docker'))
    copyFileSync(docker.file, join(image.root, 'root/docker.io.deb'))
    runIn(image.root, ['dpkg', '-i', '/root/docker.io.deb'])
    for (const _ of [1, 2]) {
      const { status, stdout, stderr } = step()
      assert.is(status, 0, stdout + stderr)
    }
    assert.ok(ids('-nG').split(' ').includes('docker'))
    assert.match(runIn(image.root, ['getent', 'group', 'docker']), /:alice$/m)
    assert.is(attemptIn(image.root, ['grpck', '-r']).status, 0)
  })

  test('applied again, when the group is there, nothing leaves it', () => {
    const again = pibake(['apply', spec, '--boot', image.boot, '--root', image.root, '--allow-booted'])
    assert.is(again.status, 0, again.stdout + again.stderr)
    assert.ok(ids('-nG').split(' ').includes('docker'))
  })
}
