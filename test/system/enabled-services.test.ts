import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as assert from 'uvu/assert'
import { unitOperations } from '../../src/core/compile/units.ts'
import { enabledServices } from '../../src/core/controls/enabled-services.ts'
import { files } from '../../src/core/controls/files.ts'
import { readAccounts } from '../../src/device/formats/accounts.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { contextOf, problemsOf, quiet } from '../support/control.ts'
import { origin } from '../support/origin.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { Container } from './support/container.ts'
import { Network } from './support/network.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { settleIn } from './support/site.ts'
import { writeOperations } from './support/write.ts'

/** What services.enable makes of an image, held against `systemctl enable` of the release, and started by systemd itself. */
const test = suite('enabled services, held against systemctl')

const ETC = '/etc/systemd/system'
const run = 'ExecStart=/bin/sh -c "echo %n >>/var/lib/started"\n'
const planted: Readonly<Record<string, string>> = {
  'knot.service': `[Service]\nType=oneshot\nRemainAfterExit=yes\n${run}[Install]\nWantedBy=multi-user.target\nAlso=knot.timer\nAlias=tangle.service\n`,
  'knot.timer': '[Timer]\nOnActiveSec=1d\n[Install]\nWantedBy=timers.target\n',
  'per@.service': `[Service]\nType=oneshot\nRemainAfterExit=yes\n${run}[Install]\nWantedBy=multi-user.target\nRequiredBy=of-%i.target\nDefaultInstance=usual\n`,
}
const OWN = `[Service]\nType=oneshot\nRemainAfterExit=yes\n${run}[Install]\nWantedBy=multi-user.target\n`
const enable = ['knot', 'per@.service', 'per@tty9', 'own']
const units = ['knot.service', 'knot.timer', 'per@usual.service', 'per@tty9.service', 'own.service']

/** `multi-user.target.wants/knot.service -> knot.service`, of all links of the owner's folder. */
function linksIn(root: string): readonly string[] {
  return readdirSync(join(root, ETC), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => {
      const folder = entry.parentPath.slice(join(root, ETC).length + 1)
      return `${folder}/${entry.name} -> ${basename(readlinkSync(join(entry.parentPath, entry.name)))}`
    })
    .sort()
}

function plant(root: string): void {
  mkdirSync(join(root, 'usr/lib/systemd/system'), { recursive: true })
  for (const [name, text] of Object.entries(planted)) writeFileSync(join(root, 'usr/lib/systemd/system', name), text)
}

function enableByPlan(root: string, release: 'bookworm' | 'trixie'): void {
  const tree = new DirectoryTree(root)
  const own = { path: `${ETC}/own.service`, content: new TextEncoder().encode(OWN), mode: 0o644 }
  const spec = { services: { ...quiet.services, enable }, files: [{ ...own, owner: 'root', group: 'root' }] }
  const context = contextOf(spec, { root: tree, release, accounts: readAccounts(tree) })
  const part = enabledServices.compile(context)
  assert.equal(problemsOf(part), [])
  const brought = files.compile(context)
  assert.equal(problemsOf(brought), [])
  const operations = brought.operations ?? []
  writeOperations(root, [...operations, ...unitOperations(tree, operations, part.units ?? [], origin).operations])
}

for (const release of releases) {
  test(`${release}: the same links as systemctl makes, and enabled in its eyes, presets applied or not`, () => {
    const [ours, theirs] = [scratch(debianRoot(release, 'lite')), scratch(debianRoot(release, 'lite'))]
    try {
      for (const root of [ours, theirs]) plant(root)
      enableByPlan(ours, release)
      writeFileSync(join(theirs, ETC, 'own.service'), OWN)
      for (const word of enable) runIn(theirs, ['systemctl', '--root=/', 'enable', word])
      assert.equal(linksIn(ours), linksIn(theirs))
      const states = () => units.map((unit) => runIn(ours, ['systemctl', '--root=/', 'is-enabled', unit]).trim())
      assert.equal(
        states(),
        units.map(() => 'enabled'),
      )
      runIn(ours, ['systemctl', '--root=/', 'preset-all'])
      assert.equal(
        states(),
        units.map(() => 'enabled'),
      )
    } finally {
      discard(ours)
      discard(theirs)
    }
  })

  test(`${release}: started at boot`, async () => {
    const root = scratch(debianRoot(release, 'lite'))
    plant(root)
    enableByPlan(root, release)
    settleIn(root)
    const network = new Network()
    const container = new Container(root, { network })
    try {
      const isActive = (unit: string) => container.attempt(['systemctl', 'is-active', unit]).stdout.trim() === 'active'
      await container.until('the units of the spec', 60, () => units.every(isActive))
      assert.equal(container.run(['sort', '/var/lib/started']).trim().split('\n'), [
        'knot.service',
        'own.service',
        'per@tty9.service',
        'per@usual.service',
      ])
      await container.powerOff()
    } finally {
      await container.remove()
      network.remove()
      discard(root)
    }
  })
}
