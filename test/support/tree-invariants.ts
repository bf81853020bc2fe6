import * as assert from 'uvu/assert'
import { TargetError } from '../../src/base/errors.ts'
import type { Tree } from '../../src/storage/tree/tree.ts'
import { directory, file, me, type Nodes, symlink } from './plant.ts'
import type { Suite } from './suite.ts'

/** What every adapter's tree holds when {@link treeInvariants} looks at it. */
export const INVARIANT_NODES: Nodes = [
  ['/etc', directory()],
  ['/etc/hostname', file('pi\n')],
  ['/etc/shadow', file('secret', 0o640)],
  ['/etc/setuid', file('s', 0o4755)],
  ['/etc/empty', file('')],
  ['/etc/é-ü', file('name beyond ASCII')],
  ['/etc/new\nline', file('odd name')],
  ['/etc/B', file('upper')],
  ['/etc/a', file('lower')],
  ['/lib', symlink('usr/lib')],
  ['/usr', directory()],
  ['/usr/lib', directory()],
  ['/usr/lib/os-release', file('ID=debian\n')],
  ['/etc/os-release', symlink('../usr/lib/os-release')],
  ['/etc/absolute', symlink('/etc/hostname')],
  ['/etc/above', symlink('../../../../etc/hostname')],
  ['/etc/dangling', symlink('/nowhere/at-all')],
  ['/etc/round', symlink('dnuor')],
  ['/etc/dnuor', symlink('round')],
  ['/etc/itself', symlink('.')],
  ['/var', directory(0o1777)],
]

const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes)

/** What holds for every {@link Tree}, wherever its bytes live. `make` gives a tree with {@link INVARIANT_NODES}. */
export function treeInvariants(test: Suite, make: (use: (tree: Tree) => void) => void | Promise<void>): void {
  const check = (title: string, body: (tree: Tree) => void) => test(title, () => make(body))
  const refused = (call: () => unknown) => assert.throws(call, (error: unknown) => error instanceof TargetError)

  check('reads a file, an empty one, and nothing', (tree) => {
    assert.is(text(tree.read('/etc/hostname')), 'pi\n')
    assert.is(text(tree.read('/etc/empty')), '')
    assert.is(tree.read('/etc/nothing'), undefined)
    assert.is(tree.read('/no/such/directory'), undefined)
    assert.is(tree.read('/etc/hostname/below'), undefined)
  })
  check('tells kind, mode, owner and size', (tree) => {
    assert.equal(tree.lstat('/etc/shadow'), { kind: 'file', mode: 0o640, ...me, size: 6 })
    assert.equal(tree.lstat('/etc/setuid'), { kind: 'file', mode: 0o4755, ...me, size: 1 })
    assert.equal(tree.lstat('/var'), { kind: 'directory', mode: 0o1777, ...me })
    assert.equal(tree.lstat('/lib'), { kind: 'symlink', target: 'usr/lib', ...me })
    assert.is(tree.lstat('/etc/nothing'), undefined)
    assert.is(tree.lstat('/etc/hostname/below'), undefined)
    assert.is(tree.lstat('/')?.kind, 'directory')
  })
  check('follows links inside the tree', (tree) => {
    assert.is(text(tree.read('/lib/os-release')), 'ID=debian\n')
    assert.is(text(tree.read('/etc/os-release')), 'ID=debian\n')
    assert.is(text(tree.read('/etc/absolute')), 'pi\n')
    assert.is(text(tree.read('/etc/above')), 'pi\n')
    assert.is(text(tree.read('/etc/itself/itself/hostname')), 'pi\n')
    assert.is(tree.resolve('/etc/above'), '/etc/hostname')
    assert.is(tree.resolve('/lib/os-release'), '/usr/lib/os-release')
    assert.is(tree.resolve('/lib/new/file'), '/usr/lib/new/file')
    assert.is(tree.lstat('/lib/os-release')?.kind, 'file')
    assert.equal(tree.list('/lib'), ['os-release'])
  })
  check('a dangling link leads nowhere, one that goes round is refused', (tree) => {
    assert.is(tree.read('/etc/dangling'), undefined)
    assert.is(tree.resolve('/etc/dangling'), '/nowhere/at-all')
    assert.is(tree.lstat('/etc/dangling')?.kind, 'symlink')
    refused(() => tree.read('/etc/round'))
    refused(() => tree.resolve('/etc/round/x'))
  })
  check('lists names by byte, whatever is in them', (tree) => {
    assert.equal(
      tree.list('/etc'),
      // biome-ignore format: one line a first letter
      ['B', 'a', 'above', 'absolute', 'dangling', 'dnuor', 'empty', 'hostname', 'itself', 'new\nline', 'os-release',
        'round', 'setuid', 'shadow', 'é-ü'],
    )
    assert.equal(tree.list('/'), ['etc', 'lib', 'usr', 'var'])
    assert.equal(tree.list('/var'), [])
    assert.equal(tree.list('/nothing'), [])
    assert.equal(tree.list('/etc/hostname'), [])
    assert.is(text(tree.read('/etc/new\nline')), 'odd name')
    assert.is(text(tree.read('/etc/é-ü')), 'name beyond ASCII')
  })
  check('refuses a path that is not plain, and to read a directory', (tree) => {
    for (const path of ['etc', '', '/etc/', '/etc//a', '/etc/../etc', '/./etc', '/etc/a\0b']) {
      refused(() => tree.lstat(path))
      refused(() => tree.read(path))
      refused(() => tree.list(path))
    }
    refused(() => tree.read('/etc'))
    refused(() => tree.read('/'))
  })
}
