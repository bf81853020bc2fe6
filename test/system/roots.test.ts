import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { firstStartPackages } from './support/recipe.ts'
import { debianRoot, debs, releases } from './support/roots.ts'
import { run } from './support/run.ts'

const test = suite('Debian roots')

for (const release of releases) {
  test(`${release}: lite has what Lite has and nothing that the first start brings`, () => {
    const root = debianRoot(release, 'lite')
    assert.match(run(['cat', join(root, 'etc/os-release')]), `VERSION_CODENAME=${release}`)
    for (const program of ['sshd', 'nft', 'visudo']) assert.ok(existsSync(join(root, 'usr/sbin', program)), program)
    for (const program of ['ufw', 'iptables'])
      assert.is(lstatSync(join(root, 'usr/sbin', program), { throwIfNoEntry: false }), undefined, program)
    assert.not.ok(existsSync(join(root, 'usr/bin/fail2ban-client')))
  })

  test(`${release}: full has the judges`, () => {
    const root = debianRoot(release, 'full')
    for (const program of ['sbin/ufw', 'sbin/iptables', 'bin/fail2ban-client', 'bin/ssh-audit']) {
      // The link itself: where it leads (`/etc/alternatives/…`) only the root knows, not this machine.
      assert.ok(lstatSync(join(root, 'usr', program), { throwIfNoEntry: false }), program)
    }
  })

  test(`${release}: the packages of the first start are at hand`, () => {
    const files = readdirSync(debs(release))
    for (const name of firstStartPackages) {
      // nftables is in Lite already, so apt has nothing to fetch for it.
      if (name !== 'nftables')
        assert.ok(
          files.some((file) => file.startsWith(`${name}_`)),
          name,
        )
    }
    assert.ok(files.includes('Packages'))
  })
}
