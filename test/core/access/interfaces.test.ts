import * as assert from 'uvu/assert'
import { interfaceProblems, unmadeInterfaces } from '../../../src/core/access/interfaces.ts'
import type { WayIn } from '../../../src/core/access/prove.ts'
import { memoryTree } from '../../support/memory.ts'
import { outcomeOf } from '../../support/plan.ts'
import { smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('interfaces that SSH comes in by')

const way = (interfaces: readonly string[] | undefined, by: WayIn['by'] = 'key'): WayIn => ({
  user: 'alice',
  by,
  fingerprint: undefined,
  from: 'everywhere',
  except: [],
  interfaces,
  exceptInterfaces: [],
  port: 22,
  root: 'no',
  rootGroups: [],
})
const warned = (ways: readonly WayIn[], files = {}) => {
  const unmade = unmadeInterfaces({ ways, transfers: [], intruders: [] }, memoryTree(files))
  return interfaceProblems({ ways }, unmade).map(({ code, message }) => `${code} ${message}`)
}

for (const name of ['eth0', 'end0', 'enp1s0', 'enxb827eb000000', 'wlan0', 'wlx00', 'usb0', 'eth+', 'e+', '+']) {
  test(`${name} is built in`, () => assert.equal(warned([way([name])]), []))
}

test('any interface will do, or one of several, or no SSH at all', () => {
  assert.equal(warned([way(undefined)]), [])
  assert.equal(warned([way(['wg0']), way(['wlan0'])]), [])
  assert.equal(warned([way(undefined, 'console')]), [])
})

test('one that is not there is named, one that the image makes is not called missing', () => {
  const only = 'ACC040 SSH is reached only through'
  assert.equal(warned([way(['tailscale0'])]), [`${only} tailscale0; nothing in this spec or image makes tailscale0`])
  assert.equal(warned([way(['tailscale0'])], { '/usr/sbin/tailscaled': '' }), [`${only} tailscale0`])
  assert.equal(warned([way(['wg0', 'eht0'])], { '/etc/wireguard/wg0.conf': '' }), [
    `${only} eht0, wg0; nothing in this spec or image makes eht0`,
  ])
  const bridge = { '/etc/NetworkManager/system-connections/b.nmconnection': '[connection]\ninterface-name=br0\n' }
  assert.equal(warned([way(['br0'])], bridge), [`${only} br0`])
})

test('a slip of the pen in a rule is told', () => {
  const rules = (name: string) => ({
    ...smallSpec(),
    firewall: { rules: [`allow in on ${name} to any port 22 proto tcp`] },
  })
  const codes = (name: string) => outcomeOf(rules(name)).problems.map(({ code }) => code)
  assert.ok(codes('eht0').includes('ACC040'))
  assert.not(codes('eth0').includes('ACC040'))
})
