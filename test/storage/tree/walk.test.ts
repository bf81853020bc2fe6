import * as assert from 'uvu/assert'
import { TargetError } from '../../../src/base/errors.ts'
import { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { resolveInside } from '../../../src/storage/tree/walk.ts'
import { suite } from '../../support/suite.ts'

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

test('a path that the kernel takes from nobody is refused at once', () => {
  const tree = new MemoryTree('t')
  assert.is(tree.resolve('/a'.repeat(2048)), '/a'.repeat(2048))
  assert.throws(
    () => tree.resolve('/a'.repeat(100_000)),
    (error: unknown) => error instanceof TargetError && error.message.length < 200,
  )
})

test('below what is not there nothing is looked for, but beside it', () => {
  const asked: string[] = []
  const there = new Map<string, ReturnType<typeof link> | typeof directory>([
    ['/home', directory],
    ['/etc', link('missing/../home')],
  ])
  const resolved = (path: string) =>
    resolveInside(
      path,
      (p) => {
        asked.push(p)
        return there.get(p)
      },
      { last: true, label: 't' },
    )
  assert.is(resolved('/home/u1/.ssh/authorized_keys'), '/home/u1/.ssh/authorized_keys')
  assert.equal(asked.splice(0), ['/home', '/home/u1'])
  assert.is(resolved('/etc/u1/x'), '/home/u1/x')
  assert.equal(asked, ['/etc', '/missing', '/home', '/home/u1'])
})
