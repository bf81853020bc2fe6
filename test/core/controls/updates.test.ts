import * as assert from 'uvu/assert'
import { updates } from '../../../src/core/controls/updates.ts'
import type { Spec } from '../../../src/core/spec-file/spec.ts'
import type { Inventory } from '../../../src/device/inspect/inventory.ts'
import { contextOf, quiet, written } from '../../support/control.ts'
import { suite } from '../../support/suite.ts'

const test = suite('updates')

const FILE = '/etc/apt/apt.conf.d/52pibake-unattended-upgrades'

function compile(wanted: Partial<Spec['updates']>, inventory: Partial<Inventory> = {}) {
  return updates.compile(contextOf({ updates: { ...quiet.updates, ...wanted } }, inventory))
}

test('unattended: the package, both archives, and no question about changed files', () => {
  const part = compile({ unattended: true })
  const text = written(part, FILE)
  assert.match(text, /^APT::Periodic::Unattended-Upgrade "1";$/m)
  assert.match(text, /"origin=Raspberry Pi Foundation,codename=\$\{distro_codename\},label=Raspberry Pi Foundation";/)
  assert.match(text, /"--force-confdef"; "--force-confold";/)
  assert.match(text, /Automatic-Reboot "false";/)
  assert.equal(
    part.packages?.map(({ name }) => name),
    ['unattended-upgrades'],
  )
})

test('a restart is at the time that was asked for, and the line says which key it is from', () => {
  const part = compile({ unattended: true, reboot: '03:30' })
  const text = written(part, FILE)
  assert.match(text, /^Unattended-Upgrade::Automatic-Reboot "true";$/m)
  assert.match(text, /^Unattended-Upgrade::Automatic-Reboot-Time "03:30";$/m)
  const file = part.operations?.find((operation) => operation.path === FILE)
  const line = text.split('\n').findIndex((l) => l.includes('Reboot-Time'))
  assert.is(file?.kind === 'file' ? file.lines?.get(line)?.key : '', 'updates.reboot')
})

test('off is off, even if the package comes along', () => {
  const part = compile({ unattended: false, reboot: '03:30' })
  const text = written(part, FILE)
  assert.match(text, /^APT::Periodic::Unattended-Upgrade "0";$/m)
  assert.not.match(text, /Reboot|Dpkg/)
  assert.equal(part.packages, [])
})

test('the timer for the SSH server comes and goes with its key', () => {
  const on = compile({ sshServerDaily: true })
  assert.match(written(on, '/etc/systemd/system/pibake-sshd-upgrade.timer'), /^OnCalendar=/m)
  assert.match(written(on, '/etc/systemd/system/pibake-sshd-upgrade.service'), /--only-upgrade openssh-server$/m)
  assert.equal(
    on.units?.map(({ unit, state }) => `${unit} ${state}`),
    ['pibake-sshd-upgrade.timer enabled'],
  )
  const off = compile({ sshServerDaily: false })
  assert.equal(
    off.operations?.filter((o) => o.kind === 'remove').map((o) => o.path),
    ['/etc/systemd/system/pibake-sshd-upgrade.service', '/etc/systemd/system/pibake-sshd-upgrade.timer'],
  )
})

test('owners of 32-bit images are told that Raspbian has no security suite', () => {
  assert.is(compile({ unattended: true }, { architecture: 'armhf' }).notes?.length, 1)
  assert.is(compile({ unattended: true }, { architecture: 'arm64' }).notes?.length, 0)
})
