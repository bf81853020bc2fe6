import * as assert from 'uvu/assert'
import { MemoryTree } from '../../src/tree/memory.ts'
import { TargetError } from '../../src/tree/tree.ts'
import { suite } from '../support/suite.ts'

const test = suite('walk')

const link = (target: string) => ({ kind: 'symlink', target, uid: 0, gid: 0 }) as const
const directory = { kind: 'directory', mode: 0o755, uid: 0, gid: 0 } as const

test('an absolute link starts at the root of the tree', () => {
  const tree = new MemoryTree('t', [
    ['/usr', directory],
    ['/usr/lib', directory],
    ['/lib', link('/usr/lib')],
  ])
  assert.is(tree.resolve('/lib/systemd'), '/usr/lib/systemd')
})

test('no number of .. leaves the tree', () => {
  const tree = new MemoryTree('t', [['/etc', link('../../../outside')]])
  assert.is(tree.resolve('/etc/passwd'), '/outside/passwd')
})

test('links that go round are refused', () => {
  const tree = new MemoryTree('t', [
    ['/a', link('b')],
    ['/b', link('a')],
  ])
  assert.throws(
    () => tree.resolve('/a/x'),
    (error: unknown) => error instanceof TargetError,
  )
})
