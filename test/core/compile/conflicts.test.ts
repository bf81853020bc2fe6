import * as assert from 'uvu/assert'
import { outcomeOf } from '../../support/plan.ts'
import { smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('packages of a plan')

test('what the plan needs cannot be removed', () => {
  for (const name of ['ufw', 'fail2ban', 'python3-systemd', 'unattended-upgrades', 'apparmor']) {
    const { exit, codes } = outcomeOf({ ...smallSpec(), packages: { remove: [name] } })
    assert.is(exit, 2, name)
    assert.ok(
      codes.every((code) => code === 'PKG002' || code === 'PKG003'),
      `${name}: ${codes}`,
    )
  }
})

test('what is asked for cannot be removed at once', () => {
  const { codes } = outcomeOf({ ...smallSpec(), packages: { install: ['mosquitto'], remove: ['mosquitto'] } })
  assert.equal(codes, ['PKG003'])
})
