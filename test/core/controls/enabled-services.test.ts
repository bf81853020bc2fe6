import * as assert from 'uvu/assert'
import { unitOperations } from '../../../src/core/compile/units.ts'
import { enabledServices, unitsOfPackages } from '../../../src/core/controls/enabled-services.ts'
import type { Spec } from '../../../src/core/spec-file/spec.ts'
import { contextOf, problemsOf, quiet } from '../../support/control.ts'
import { memoryTree } from '../../support/memory.ts'
import { origin } from '../../support/origin.ts'
import { parse, smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('enabled services')

const LIB = '/usr/lib/systemd/system'
const ETC = '/etc/systemd/system'
const root = memoryTree({
  [`${LIB}/cups.service`]: '[Install]\nAlso=cups.socket cups.path\nWantedBy=printer.target multi-user.target\n',
  [`${LIB}/cups.socket`]: '[Socket]\nListenStream=/run/cups/cups.sock\n[Install]\nWantedBy=sockets.target\n',
  [`${LIB}/wg-quick@.service`]: '[Install]\nWantedBy=multi-user.target\n',
  [`${LIB}/getty@.service`]: '[Install]\nWantedBy=getty.target\nDefaultInstance=tty1\n',
  [`${LIB}/nginx.service`]: '[Install]\nWantedBy=multi-user.target\n',
  [`${LIB}/sddm.service`]: '[Install]\nAlias=display-manager.service\n',
  [`${LIB}/lightdm.service`]: '[Install]\nAlias=display-manager.service\n',
  [`${ETC}/display-manager.service`]: { link: `${LIB}/lightdm.service` },
  [`${LIB}/bluetooth.service`]: '[Install]\nAlias=dbus-org.bluez.service\nWantedBy=bluetooth.target\n',
  [`${LIB}/dbus-org.bluez.service`]: { link: 'bluetooth.service' },
  [`${LIB}/static.service`]: '[Service]\nExecStart=/bin/true\n',
  [`${LIB}/echo.socket`]: '[Socket]\nListenStream=7\nListenDatagram=127.0.0.1:7\n[Install]\nWantedBy=sockets.target\n',
  '/etc/init.d/old': '#!/bin/sh\n',
})

const context = (enable: readonly string[], spec: Partial<Spec> = {}) =>
  contextOf({ services: { ...quiet.services, enable }, ...spec }, { root })
const compile = (enable: readonly string[], spec: Partial<Spec> = {}) => enabledServices.compile(context(enable, spec))
const links = (enable: readonly string[], spec: Partial<Spec> = {}) =>
  unitOperations(root, [], compile(enable, spec).units ?? [], origin)
    .operations.flatMap((o) => (o.kind === 'symlink' ? [`${o.path.slice(ETC.length + 1)} -> ${o.target}`] : []))
    .sort()

test('the links are those of [Install], of what Also= names, and of the instance', () => {
  assert.equal(links(['cups']), [
    `multi-user.target.wants/cups.service -> ${LIB}/cups.service`,
    `printer.target.wants/cups.service -> ${LIB}/cups.service`,
    `sockets.target.wants/cups.socket -> ${LIB}/cups.socket`,
  ])
  assert.equal(links(['wg-quick@wg0']), [`multi-user.target.wants/wg-quick@wg0.service -> ${LIB}/wg-quick@.service`])
  assert.equal(links(['getty@.service']), [`getty.target.wants/getty@tty1.service -> ${LIB}/getty@.service`])
})

test('a unit of `files` is enabled as one of the image is', () => {
  const content = new TextEncoder().encode('[Service]\nExecStart=/opt/kit\n[Install]\nWantedBy=multi-user.target\n')
  const file = { path: `${ETC}/kit.service`, content, mode: 0o644, owner: 'root', group: 'root' }
  const part = compile(['kit'], { files: [file] })
  assert.equal(problemsOf(part), [])
  assert.equal(
    part.units?.map(({ unit }) => unit),
    ['kit.service'],
  )
  assert.equal(unitsOfPackages(context(['kit'], { files: [file] })), [])
})

test('what cannot be enabled is refused with the reason', () => {
  const refused = ['static', 'wg-quick@.service', 'sddm', 'dbus-org.bluez', 'old']
  const part = compile(refused)
  assert.equal(
    problemsOf(part),
    refused.map((_, i) => `SVC018 services.enable[${i}]`),
  )
  assert.match(part.problems?.[1]?.hint ?? '', 'wg-quick@NAME.service')
  assert.match(part.problems?.[3]?.hint ?? '', 'bluetooth.service')
})

test('a slip of the pen is an error; with packages to come the first start is asked', () => {
  const slip = compile(['ngins'])
  assert.equal(problemsOf(slip), ['SVC015 services.enable[0]'])
  assert.match(slip.problems?.[0]?.hint ?? '', 'nginx.service')
  const packages = { ...quiet.packages, install: ['mosquitto'] }
  const later = compile(['mosquitto'], { packages })
  assert.equal(problemsOf(later), [])
  assert.match(later.notes?.[0]?.message ?? '', 'the first start enables it')
  assert.equal(unitsOfPackages(context(['mosquitto', 'nginx'], { packages })), ['mosquitto.service'])
})

test('what it listens on is held against the firewall', () => {
  const notes = (rules: readonly string[], firewall: Partial<Spec['firewall']> = {}) =>
    (
      compile(['nginx', 'echo.socket'], { firewall: { ...quiet.firewall, enabled: true, rules, ...firewall } }).notes ??
      []
    ).map(({ message }) => message)
  assert.match(notes([])[0] ?? '', 'nginx.service listens on 80/tcp, where the firewall lets nobody in')
  assert.match(notes([])[1] ?? '', 'echo.socket listens on 7/tcp')
  assert.is(notes([]).length, 2)
  assert.equal(notes(['allow 80/tcp', 'limit 7/tcp']), [])
  assert.equal(notes(['allow from 192.0.2.0/24 to any port 80 proto tcp', 'allow 7/tcp']), [])
  assert.match(notes([], { incoming: 'allow' })[0] ?? '', 'open to all')
  assert.match(notes([], { enabled: false })[1] ?? '', 'open to all')
})

const checked = (services: object, more: object = {}) =>
  parse({ ...smallSpec(), services, ...more }).problems.map(({ code, path }) => `${code} ${path.join('.')}`)

test('one state a unit, and none that a key of its own decides', () => {
  assert.equal(checked({ enable: ['cups.service'], mask: ['cups'] }), ['SVC001 services.enable.0'])
  assert.equal(checked({ enable: ['ssh', 'ufw', 'fail2ban', 'nftables', 'pibake-firstboot'] }), [
    'SVC017 services.enable.0',
    'SVC017 services.enable.1',
    'SVC017 services.enable.2',
    'SVC017 services.enable.3',
    'SVC017 services.enable.4',
  ])
  assert.equal(checked({ enable: ['nftables'] }, { firewall: { enabled: false } }), [])
  assert.equal(checked({ enable: ['cups', 'cups'] }), ['SPC011 services.enable.1'])
})
