import * as assert from 'uvu/assert'
import { unitOperations } from '../../../src/core/compile/units.ts'
import { services } from '../../../src/core/controls/services.ts'
import type { UnitRequest } from '../../../src/core/plan/request.ts'
import type { Spec } from '../../../src/core/spec-file/spec.ts'
import type { Inventory } from '../../../src/device/inspect/inventory.ts'
import { contextOf, problemsOf, quiet, sampleContext } from '../../support/control.ts'
import { memoryTree } from '../../support/memory.ts'
import { origin } from '../../support/origin.ts'
import { samples } from '../../support/samples.ts'
import { suite } from '../../support/suite.ts'

const test = suite('services')

const LIB = '/usr/lib/systemd/system'
const root = memoryTree({
  [`${LIB}/avahi-daemon.service`]:
    '[Unit]\nRequires=avahi-daemon.socket\n[Install]\nWantedBy=multi-user.target\nAlso=avahi-daemon.socket\nAlias=dbus-org.freedesktop.Avahi.service\n',
  [`${LIB}/avahi-daemon.socket`]: '[Socket]\nListenStream=/run/x\n[Install]\nWantedBy=sockets.target\n',
  [`${LIB}/cups.service`]: '[Install]\nAlso=cups.socket cups.path\nWantedBy=printer.target\n',
  [`${LIB}/cups.socket`]: '[Socket]\nListenStream=/run/y\n',
  [`${LIB}/cups.path`]: '[Path]\nPathExists=/var/cache/cups/org.cups.cupsd\n',
  [`${LIB}/spool.timer`]: '[Timer]\nOnCalendar=daily\nUnit=cups.service\n',
  [`${LIB}/getty@.service`]: '[Install]\nWantedBy=getty.target\nDefaultInstance=tty1\n',
  [`${LIB}/ssh.service`]: '',
  [`${LIB}/dbus.service`]: '',
  [`${LIB}/NetworkManager.service`]: '',
  [`${LIB}/systemd-timesyncd.service`]: '',
  '/etc/init.d/old': '#!/bin/sh\n',
  '/etc/systemd/system/multi-user.target.wants/avahi-daemon.service': {
    link: `/lib/systemd/system/avahi-daemon.service`,
  },
  '/etc/systemd/system/sockets.target.wants/avahi-daemon.socket': { link: `/lib/systemd/system/avahi-daemon.socket` },
  '/etc/systemd/system/dbus-org.freedesktop.Avahi.service': { link: `/lib/systemd/system/avahi-daemon.service` },
})

function compile(wanted: Partial<Spec['services']>, spec: Partial<Spec> = {}, inventory: Partial<Inventory> = {}) {
  return services.compile(contextOf({ services: { ...quiet.services, ...wanted }, ...spec }, { root, ...inventory }))
}

const shown = (units: readonly UnitRequest[] | undefined) => units?.map(({ unit, state }) => `${unit} ${state}`)

test('a service goes with the socket, path and timer that would start it', () => {
  assert.equal(shown(compile({ disable: ['avahi-daemon'] }).units), [
    'avahi-daemon.service disabled',
    'avahi-daemon.socket disabled',
  ])
  assert.equal(shown(compile({ mask: ['cups.service'] }).units), [
    'cups.service masked',
    'cups.path masked',
    'cups.socket masked',
    'spool.timer masked',
  ])
})

test('disabled means: no link is left, and a first start that applies presets finds it disabled', () => {
  const part = compile({ disable: ['avahi-daemon'] })
  const { operations } = unitOperations(root, [], part.units ?? [], origin)
  const removed = operations.filter((o) => o.kind === 'remove').map((o) => o.path)
  assert.equal(removed.sort(), [
    '/etc/systemd/system/dbus-org.freedesktop.Avahi.service',
    '/etc/systemd/system/multi-user.target.wants/avahi-daemon.service',
    '/etc/systemd/system/sockets.target.wants/avahi-daemon.socket',
  ])
  const preset = operations.find((o) => o.path.endsWith('.preset'))
  const text = preset?.kind === 'file' ? new TextDecoder().decode(preset.content) : ''
  assert.match(text, /^disable avahi-daemon\.service$/m)
  assert.match(text, /^disable avahi-daemon\.socket$/m)
})

test('a slip of the pen is an error, a unit that other images have is not', () => {
  const slip = compile({ disable: ['avahi-deamon'] })
  assert.equal(problemsOf(slip), ['SVC015 services.disable[0]'])
  assert.match(slip.problems?.[0]?.hint ?? '', /avahi-daemon\.service/)
  const other = compile({ disable: ['triggerhappy'] })
  assert.equal(problemsOf(other), [])
  assert.equal(shown(other.units), ['triggerhappy.service disabled'])
  const installed = compile({ disable: ['nginx'] }, { packages: { ...quiet.packages, install: ['nginx'] } })
  assert.equal(problemsOf(installed), [])
  assert.is(installed.notes?.length, 1)
})

test('instances and SysV scripts are units too', () => {
  assert.equal(problemsOf(compile({ mask: ['getty@tty1'], disable: ['old'] })), [])
})

test('the way in, and what everything hangs on, is not switched off', () => {
  const list = ['ssh', 'dbus', 'NetworkManager', 'systemd-logind', 'multi-user.target', 'pibake-firstboot', '-.mount']
  assert.equal(
    problemsOf(compile({ disable: list })),
    list.map((_, i) => `SVC014 services.disable[${i}]`),
  )
  assert.equal(
    problemsOf(compile({ mask: list })),
    list.map((_, i) => `SVC014 services.mask[${i}]`),
  )
})

test('what nothing needs may go', () => {
  assert.equal(problemsOf(compile({ mask: ['ssh'] }, { ssh: { ...quiet.ssh, enabled: false } })), [])
  assert.equal(problemsOf(compile({ disable: ['systemd-timesyncd'] })), [])
  const networkd = memoryTree({
    [`${LIB}/NetworkManager.service`]: '',
    '/etc/systemd/system/multi-user.target.wants/systemd-networkd.service': { link: '/x' },
  })
  assert.equal(problemsOf(compile({ disable: ['NetworkManager'] }, {}, { root: networkd })), [])
})

test('what another key of the spec switches on cannot be switched off here', () => {
  const spec: Partial<Spec> = {
    firewall: { ...quiet.firewall, enabled: true },
    fail2ban: { enabled: true, ignoreip: [], mail: false, defaults: {}, jails: {} },
    updates: { firstBoot: 'none', unattended: true, sshServerDaily: true, mail: false, reboot: undefined },
    hardening: { ...quiet.hardening, appArmor: true },
  }
  const list = ['ufw', 'fail2ban', 'apt-daily-upgrade.timer', 'pibake-sshd-upgrade.timer', 'apparmor']
  assert.equal(
    problemsOf(compile({ mask: list }, spec)),
    list.map((_, i) => `SVC014 services.mask[${i}]`),
  )
})

for (const options of samples) {
  test(`the strict profile names no unit that ${options.behaviour} ${options.variant} would be refused for`, () => {
    assert.equal(problemsOf(services.compile(sampleContext(options, 'strict'))), [])
  })
}
