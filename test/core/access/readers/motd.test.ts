import * as assert from 'uvu/assert'
import { motd } from '../../../../src/core/access/readers/motd.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, type Planted, short } from './device.ts'

const test = suite('reader: message of the day')

const findings = (planted: Planted, behaviour?: Behaviour) =>
  motd(deviceWith(planted, smallSpec(), behaviour)).map(short)

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell`, () => assert.equal(findings({}, behaviour), []))
}

const PATH = '/etc/update-motd.d/99-site'
const script = (line: string, path = PATH, mode = 0o755): Planted => ({
  [path]: { text: `#!/bin/sh\n${line}\n`, mode },
})

for (const line of [
  'sleep 1d',
  'read answer',
  'while true; do :; done',
  'tail -n 3 -f /var/log/x',
  'ping example.org',
  'curl -s https://example.org',
]) {
  test(`told of: ${line}`, () => assert.equal(findings(script(line)), [`unproved login * ACC052 ${PATH}:2`]))
}

for (const line of [
  'uname -a',
  'echo welcome',
  'df -h /',
  '# sleep 1d',
  'tail -n 3 /etc/motd',
  'ping -c 1 -W 1 gateway',
]) {
  test(`silent: ${line}`, () => assert.equal(findings(script(line)), []))
}

test('what is not run', () => {
  assert.equal(findings(script('sleep 1d', PATH, 0o644)), [])
  assert.equal(findings(script('sleep 1d', `${PATH}.sh`)), [])
  assert.equal(
    findings({
      ...script('sleep 1d'),
      '/etc/pam.d/sshd': 'session optional pam_motd.so noupdate\n',
      '/etc/pam.d/login': 'auth required pam_unix.so\n',
    }),
    [],
  )
})
