import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { type Image, stockImage } from './support/dress.ts'
import { pibake } from './support/pibake.ts'

/** A card that was baked is written with Imager's own settings: another user, by the real usermod, groupmod and chpasswd. */

const SPEC = `version: 1
users: [{ name: owner, passwordHash: "${HASH}", authorizedKeys: ['${KEYS.bob}'] }]
packages: { bundle: false }
`

/** Renames as userconf-pi's own program does it: the account, its home, its group; then the password. */
const USERCONF = `#!/bin/sh
old=$(getent passwd 1000 | cut -d: -f1)
[ "$old" = "$1" ] || { usermod -l "$1" "$old"; usermod -m -d "/home/$1" "$1"; groupmod -n "$1" "$old"; }
[ -z "$2" ] || echo "$1:$2" | chpasswd -e
`

/** As raspberrypi-sys-mods' init_config does it with the user of custom.toml. */
const CUSTOM_TOML = `/usr/lib/userconf-pi/userconf alice '${HASH}' || echo "Failed to rename user alice"\n`

const scripts = ['firstrun-2.0-password.sh', 'firstrun-2.0-keys.sh', 'firstrun-1.8.sh', 'firstrun-nopasswd.sh']

for (const behaviour of ['bookworm-2025', 'trixie-2025-10'] as const) {
  const test = suite(`Imager over a baked ${behaviour}`)
  const place = mkdtempSync(join(tmpdir(), 'pibake-imager-'))
  const spec = join(place, 'pibake.yaml')
  let image: Image
  test.before(() => {
    image = stockImage(behaviour, 'lite')
    writeFileSync(spec, SPEC)
    const applied = pibake(['apply', spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    assert.is(nameOf(), 'owner')
  })
  test.after(() => {
    image.remove()
    rmSync(place, { recursive: true })
  })

  const nameOf = () => runIn(image.root, ['getent', 'passwd', '1000']).split(':')[0]
  const hashOf = (name: string) =>
    readFileSync(join(image.root, 'etc/shadow'), 'utf8').match(new RegExp(`^${name}:([^:]*)`, 'm'))?.[1]
  const runScript = (text: string) => {
    writeFileSync(join(image.root, 'firstrun.sh'), text)
    attemptIn(image.root, ['sh', '/firstrun.sh'])
  }
  const script = (name: string) => readFileSync(join(packageRoot, 'test/core/import/files', name), 'utf8')

  for (const name of scripts) {
    test(`${name}: the owner keeps name, home and password`, () => {
      runScript(script(name))
      assert.is(nameOf(), 'owner')
      assert.is(hashOf('owner'), HASH)
      assert.is(hashOf('alice'), undefined)
      assert.match(readFileSync(join(image.root, 'home/owner/.ssh/authorized_keys'), 'utf8'), KEYS.bob)
      const { stdout } = attemptIn(image.root, [
        'sh',
        '-c',
        '{ [ -f /k ] || ssh-keygen -q -t ed25519 -N "" -f /k; } && mkdir -p /run/sshd && /usr/sbin/sshd -T -h /k -C user=owner,addr=192.0.2.1',
      ])
      assert.match(stdout, /^allowusers owner$/m)
    })
  }

  test('custom.toml: likewise, and its reader is not stopped', () => {
    writeFileSync(join(image.root, 'init_config'), CUSTOM_TOML)
    const { status, stdout, stderr } = attemptIn(image.root, ['sh', '/init_config'])
    assert.equal([status, stdout], [0, 'Failed to rename user alice\n'])
    assert.match(stderr, 'pibake has set up the accounts')
    assert.is(nameOf(), 'owner')
  })

  // The last, for it changes the image.
  test('without what pibake writes the same scripts do rename: with the program of userconf-pi, and with none', () => {
    const program = join(image.root, 'usr/lib/userconf-pi/userconf')
    writeFileSync(program, USERCONF, { mode: 0o755 })
    runScript(script('firstrun-2.0-password.sh'))
    assert.is(nameOf(), 'alice')
    runIn(image.root, ['usermod', '-l', 'owner', 'alice'])
    runIn(image.root, ['groupmod', '-n', 'owner', 'alice'])
    rmSync(program)
    runScript(script('firstrun-2.0-password.sh'))
    assert.is(nameOf(), 'alice')
  })
}
