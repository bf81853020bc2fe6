import * as assert from 'uvu/assert'
import type { MemoryTree } from '../../src/tree/memory.ts'
import { outcomeOf, planOf, smallSpec } from '../support/judge.ts'
import { textOf } from '../support/memory.ts'
import { suite } from '../support/suite.ts'

const test = suite('listeners before ufw')

const DROP_IN = '/etc/systemd/system/avahi-daemon.service.d/pibake-until-ufw.conf'

test('with nft in the image, nothing is held back', () => {
  assert.not.ok(planOf(smallSpec()).operations.some(({ path }) => path === DROP_IN))
})

test('without nft, what would listen beside sshd waits for ufw, and the plan says so', () => {
  const tamper = (root: MemoryTree) => {
    root.nodes.delete('/usr/sbin/nft')
  }
  const { operations, notes } = planOf(smallSpec(), { tamper })
  const operation = operations.find(({ path }) => path === DROP_IN)
  assert.is(operation?.kind, 'file')
  assert.match(textOf(operation as { content: Uint8Array }), /\nConditionPathExists=\/usr\/sbin\/ufw\n$/)
  assert.ok(notes.some(({ severity, message }) => severity === 'warning' && message.includes('no nft')))
  const held = operations.filter(({ kind, path }) => kind === 'file' && path.endsWith('/pibake-until-ufw.conf'))
  assert.ok(!held.some(({ path }) => path.includes('ssh')))
  assert.is(outcomeOf(smallSpec(), { tamper }).exit, 0)
})
