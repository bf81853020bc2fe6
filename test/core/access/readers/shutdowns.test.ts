import * as assert from 'uvu/assert'
import { shutdowns } from '../../../../src/core/access/readers/shutdowns.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, type Planted, short } from './device.ts'

const test = suite('reader: what ends the start again')

const UNIT = '/etc/systemd/system/own.service'
const unit = (command: string): Planted => ({
  [command.split(' ')[0] ?? '']: { text: '', mode: 0o755 },
  [UNIT]: `[Service]\nExecStart=${command}\n`,
  '/etc/systemd/system/multi-user.target.wants/own.service': { link: '../own.service' },
})
const found = (planted: Planted, behaviour?: Behaviour) =>
  shutdowns(deviceWith(planted, smallSpec(), behaviour)).map(short)

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell`, () => assert.equal(found({}, behaviour), []))
}

test('a unit that turns the device off, or stops what carries a login', () => {
  const off = [`shut login * ACC016 ${UNIT}:2`]
  const stops = [`shut ssh * ACC016 ${UNIT}:2`]
  const cases: readonly (readonly [command: string, expected: readonly string[]])[] = [
    ['/usr/bin/systemctl --no-block poweroff', off],
    ['/usr/bin/systemctl reboot', off],
    ['/usr/bin/systemctl isolate rescue.target', off],
    ['/usr/bin/systemctl isolate multi-user.target', []],
    ['/usr/sbin/shutdown -h now', off],
    ['/usr/sbin/shutdown -c', []],
    ['/usr/sbin/reboot', off],
    ['/usr/sbin/init 0', off],
    ['/usr/sbin/telinit 6', off],
    ['/usr/sbin/init 3', []],
    ['/usr/bin/systemctl stop ssh', stops],
    ['/usr/bin/systemctl mask --now NetworkManager.service', stops],
    ['/usr/bin/systemctl stop bluetooth', []],
    ['/usr/bin/systemctl restart ssh', []],
    ['/usr/bin/echo reboot', []],
    ["/usr/bin/sh -c 'test -e /x || { sleep 60; reboot; }'", [`unproved login * ACC051 ${UNIT}:2`]],
    ["/usr/bin/bash -c 'systemctl stop ssh'", [`unproved ssh * ACC051 ${UNIT}:2`]],
    ["/usr/bin/sh -c 'echo started'", []],
  ]
  for (const [command, expected] of cases) assert.equal(found(unit(command)), expected, command)
})

test('a unit that is not started ends nothing', () => {
  assert.equal(found({ [UNIT]: '[Service]\nExecStart=/usr/sbin/reboot\n' }), [])
})

test('scripts and cron', () => {
  const script = { text: '#!/bin/sh\n[ -e /x ] || poweroff\n', mode: 0o755 }
  assert.equal(found({ '/etc/rc.local': script }), ['unproved login * ACC051 /etc/rc.local:2'])
  assert.equal(found({ '/etc/cron.d/own': '@reboot root systemctl stop ssh\n' }), [
    'unproved ssh * ACC051 /etc/cron.d/own:1',
  ])
  assert.equal(found({ '/etc/cron.d/own': '0 4 * * * root reboot\n' }), [])
})
