import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { mounts } from '../../src/core/controls/mounts.ts'
import { readAccounts } from '../../src/device/formats/accounts.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { contextOf, problemsOf } from '../support/control.ts'
import { smallSpec, sound } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { Container } from './support/container.ts'
import { Network } from './support/network.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { settleIn } from './support/site.ts'
import { writeOperations } from './support/write.ts'

/** What findmnt, systemd's generator and the kernel make of the lines. */
const test = suite('mounts, held against findmnt and systemd')

const files = { 'nas.cred': 'username=kit\npassword=hunter2\n' }
const list = [
  { what: 'LABEL=My Disk', where: '/srv/my disk', type: 'ext4', options: ['noatime'] },
  { what: '//nas/music', where: '/srv/music', type: 'cifs', credentialsFile: 'nas.cred' },
  { what: 'nas.example.org:/export', where: '/srv/films', type: 'nfs', options: ['ro'] },
  { what: 'tmpfs', where: '/srv/memory', type: 'tmpfs', options: ['size=8M'] },
]
const GENERATOR = '/usr/lib/systemd/system-generators/systemd-fstab-generator'

for (const release of releases) {
  test(`${release}: read without a fault, waited for by nothing, and mounted as it says`, async () => {
    const root = scratch(debianRoot(release, 'lite'))
    const tree = new DirectoryTree(root)
    const { spec } = sound({ ...smallSpec(), mounts: list }, files)
    const part = mounts.compile(
      contextOf({ mounts: spec.mounts }, { root: tree, release, accounts: readAccounts(tree) }),
    )
    assert.equal(problemsOf(part), [])
    writeOperations(root, part.operations)

    const verified = attemptIn(root, ['findmnt', '--verify', '--tab-file', '/etc/fstab'])
    assert.match(`${verified.stdout}${verified.stderr}`, /\b0 parse errors/)
    const shown = runIn(root, [
      'findmnt',
      '--fstab',
      '--noheadings',
      '--list',
      '--output',
      'TARGET,SOURCE',
      '/srv/my disk',
    ])
    assert.match(shown, /LABEL=My Disk/)

    const out = join(root, 'generated')
    mkdirSync(out)
    runIn(root, [GENERATOR, '/generated', '/generated', '/generated'], { env: { SYSTEMD_IN_CHROOT: '0' } })
    const units = readdirSync(out, { recursive: true, encoding: 'utf8' })
    const unit = readFileSync(join(out, 'srv-my\\x20disk.mount'), 'utf8')
    assert.match(unit, /^Where=\/srv\/my disk$/m)
    assert.match(unit, /^Options=nofail,nosuid,nodev,noatime$/m)
    assert.equal(
      units.filter((name) => /\.requires\/srv/.test(name)),
      [],
    )
    assert.ok(units.includes('local-fs.target.wants/srv-my\\x20disk.mount'), units.join('\n'))
    assert.ok(units.includes('remote-fs.target.wants/srv-music.mount'))
    assert.ok(units.includes('remote-fs.target.wants/srv-films.mount'))

    settleIn(root)
    const network = new Network()
    const container = new Container(root, { network })
    try {
      await container.until('the mount', 60, () => container.attempt(['mountpoint', '/srv/memory']).status === 0)
      const options = container.run(['findmnt', '--noheadings', '--output', 'OPTIONS', '/srv/memory'])
      for (const option of ['nosuid', 'nodev', 'size=8192k', 'mode=755']) assert.match(options, option)
      await container.powerOff()
    } finally {
      await container.remove()
      network.remove()
      discard(root)
    }
  })
}
