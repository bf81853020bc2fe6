import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { behaviours } from '../../src/sample/behaviours.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { stockImage } from './support/dress.ts'

const test = suite('dressed roots')

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: Debian's own programs accept the account files, sudoers and package list`, () => {
    const image = stockImage(behaviour)
    try {
      runIn(image.root, ['pwck', '--read-only', '--quiet'])
      runIn(image.root, ['grpck', '--read-only'])
      runIn(image.root, ['visudo', '--check'])
      assert.is(runIn(image.root, ['dpkg', '--audit']), '')
      assert.match(runIn(image.root, ['id', '--name', '--groups', 'pi']), /\bsudo\b.*\brender\b/)
      assert.is(statSync(join(image.root, 'home/pi/.bashrc')).uid, 1000)
      assert.match(readFileSync(join(image.boot, 'cmdline.txt'), 'utf8'), behaviours[behaviour].trigger)
      assert.not.ok(existsSync(join(image.root, 'etc/ssh/ssh_host_ed25519_key')))
      assert.is.not(attemptIn(image.root, ['sshd', '-t']).status, 0, 'there are no host keys yet')
    } finally {
      image.remove()
    }
  })
}
