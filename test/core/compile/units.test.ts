import * as assert from 'uvu/assert'
import { unitOperations } from '../../../src/core/compile/units.ts'
import type { Operation } from '../../../src/core/plan/operation.ts'
import type { UnitRequest } from '../../../src/core/plan/request.ts'
import { memoryTree, textOf } from '../../support/memory.ts'
import { origin } from '../../support/origin.ts'
import { suite } from '../../support/suite.ts'

const test = suite('units')

const tree = memoryTree({
  '/lib': { link: 'usr/lib' },
  '/usr/lib/systemd/system/ssh.service':
    '[Unit]\nDescription=x\n[Install]\nWantedBy=multi-user.target\nAlias=sshd.service\n',
  '/usr/lib/systemd/system/getty@.service': '[Install]\nWantedBy=getty.target\n',
  '/usr/lib/systemd/system/avahi-daemon.service':
    '[Install]\nWantedBy=multi-user.target\nAlias=dbus-org.freedesktop.Avahi.service\n',
  '/etc/systemd/system/multi-user.target.wants/avahi-daemon.service': {
    link: '/lib/systemd/system/avahi-daemon.service',
  },
  '/etc/systemd/system/dbus-org.freedesktop.Avahi.service': { link: '/lib/systemd/system/avahi-daemon.service' },
  '/etc/systemd/system/getty@tty1.service': { link: '/dev/null' },
})

const request = (unit: string, state: UnitRequest['state']): UnitRequest => ({ unit, state, origin })
const show = (operations: readonly Operation[]) =>
  operations.map((o) => (o.kind === 'symlink' ? `${o.path} -> ${o.target}` : `${o.kind} ${o.path}`))

test('enabling makes the links of [Install], aliases too', () => {
  const { operations } = unitOperations(tree, [], [request('ssh.service', 'enabled')], origin)
  assert.equal(show(operations), [
    '/etc/systemd/system/multi-user.target.wants/ssh.service -> /usr/lib/systemd/system/ssh.service',
    '/etc/systemd/system/sshd.service -> /usr/lib/systemd/system/ssh.service',
    'file /etc/systemd/system-preset/00-pibake.preset',
  ])
})

test('disabling removes wants-links and aliases, and the preset keeps it off', () => {
  const { operations } = unitOperations(tree, [], [request('avahi-daemon.service', 'disabled')], origin)
  assert.equal(show(operations).slice(0, 2), [
    'remove /etc/systemd/system/dbus-org.freedesktop.Avahi.service',
    'remove /etc/systemd/system/multi-user.target.wants/avahi-daemon.service',
  ])
  const preset = operations.at(-1)
  assert.is(preset?.kind, 'file')
  assert.match(textOf(preset as { content: Uint8Array }), /\ndisable avahi-daemon\.service\n$/)
})

test('a template instance is unmasked and enabled from its template', () => {
  const { operations } = unitOperations(tree, [], [request('getty@tty1.service', 'enabled')], origin)
  assert.equal(show(operations).slice(0, 2), [
    'remove /etc/systemd/system/getty@tty1.service',
    '/etc/systemd/system/getty.target.wants/getty@tty1.service -> /usr/lib/systemd/system/getty@.service',
  ])
})

test('masked outranks disabled; enabled against masked is told as a problem', () => {
  const both = unitOperations(tree, [], [request('ssh.service', 'disabled'), request('ssh.service', 'masked')], origin)
  assert.is(both.problems.length, 0)
  assert.equal(show(both.operations)[0], '/etc/systemd/system/ssh.service -> /dev/null')
  const clash = unitOperations(tree, [], [request('ssh.service', 'enabled'), request('ssh.service', 'masked')], origin)
  assert.is(clash.problems[0]?.code, 'SVC001')
})

test('a unit that a later package brings gets its preset line only', () => {
  const { operations } = unitOperations(tree, [], [request('ufw.service', 'enabled')], origin)
  assert.equal(show(operations), ['file /etc/systemd/system-preset/00-pibake.preset'])
})
