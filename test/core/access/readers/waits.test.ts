import * as assert from 'uvu/assert'
import { waits } from '../../../../src/core/access/readers/waits.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, type Planted, short } from './device.ts'

const test = suite('reader: what a login waits for')

const findings = (planted: Planted, behaviour?: Behaviour) =>
  waits(deviceWith(planted, smallSpec(), behaviour)).map(short)

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell`, () => assert.equal(findings({}, behaviour), []))
}

const ETC = '/etc/systemd/system'
const SLOW = `${ETC}/slow.service`
const text = (service: string, unit: string) => `[Service]\nExecStart=/usr/bin/sleep 1d\n${service}\n[Unit]\n${unit}\n`
const slow = (service: string, unit = ''): Planted => ({
  [SLOW]: text(service, unit),
  [`${ETC}/multi-user.target.wants/slow.service`]: { link: '../slow.service' },
})
const ONESHOT = 'Type=oneshot'
const BEFORE = 'Before=ssh.service'
const told = (way: string) => `unproved ${way} * ACC051 ${SLOW}:2`

const cases: readonly [title: string, planted: Planted, ...expected: string[]][] = [
  ['nothing waits for it', slow(ONESHOT)],
  ['it is before sshd', slow(ONESHOT, BEFORE), told('ssh')],
  [
    'sshd is after it',
    { ...slow(ONESHOT), [`${ETC}/ssh.service.d/a.conf`]: '[Unit]\nAfter=slow.service\n' },
    told('ssh'),
  ],
  ['it is not started', { [SLOW]: text(ONESHOT, BEFORE) }],
  ['it has a limit', slow(`${ONESHOT}\nTimeoutStartSec=30`, BEFORE)],
  ['its limit is taken back', slow(`${ONESHOT}\nTimeoutStartSec=30\nTimeoutStartSec=infinity`, BEFORE), told('ssh')],
  ['the later of two keys counts', slow(`${ONESHOT}\nTimeoutStartSec=30\nTimeoutSec=infinity`, BEFORE), told('ssh')],
  ['the later of two keys is a limit', slow(`${ONESHOT}\nTimeoutStartSec=infinity\nTimeoutSec=30`, BEFORE)],
  ['a limit for start and stop', slow(`${ONESHOT}\nTimeoutSec=30`, BEFORE)],
  ['it counts as started at once', slow('', BEFORE)],
  ['it says when it is ready, or never', slow('Type=notify\nTimeoutStartSec=0', BEFORE), told('ssh')],
  ['all of the start is behind it', slow(ONESHOT, 'DefaultDependencies=no\nBefore=sysinit.target'), told('ssh')],
  [
    'it is before the end of "nobody may log in yet"',
    slow(ONESHOT, 'Before=systemd-user-sessions.service'),
    told('login'),
  ],
  ['it is before the network', slow(ONESHOT, 'Before=NetworkManager.service'), told('ssh')],
  [
    'by way of another',
    {
      ...slow(ONESHOT, 'Before=quick.service'),
      [`${ETC}/quick.service`]: `[Service]\nExecStart=/bin/true\n[Unit]\n${BEFORE}\n`,
      [`${ETC}/multi-user.target.wants/quick.service`]: { link: '../quick.service' },
    },
    told('ssh'),
  ],
]
for (const [title, planted, ...expected] of cases) {
  test(title, () => assert.equal(findings(planted), expected))
}
