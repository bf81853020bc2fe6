import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Operation } from '../../../src/core/plan/operation.ts'
import { OverlayTree } from '../../../src/core/plan/overlay.ts'
import { TarTree } from '../../../src/storage/tar/tree.ts'
import { DirectoryTree } from '../../../src/storage/tree/directory.ts'
import { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { operationOf } from '../../support/operations.ts'
import { file, type Nodes, plant } from '../../support/plant.ts'
import { suite } from '../../support/suite.ts'
import { tarOf, withTar } from '../../support/tar.ts'
import { INVARIANT_NODES, treeInvariants } from '../../support/tree-invariants.ts'
import { inWorkdir } from '../../support/workdir.ts'

treeInvariants(suite('tree invariants: memory'), (use) => use(new MemoryTree('memory', INVARIANT_NODES)))

treeInvariants(suite('tree invariants: directory'), (use) =>
  inWorkdir((directory) => {
    plant(directory, INVARIANT_NODES)
    const tree = new DirectoryTree(directory)
    try {
      use(tree)
    } finally {
      tree.close()
    }
  }),
)

for (const format of ['v7', 'oldgnu', 'gnu', 'ustar', 'posix'] as const) {
  treeInvariants(suite(`tree invariants: tar, format ${format}`), (use) =>
    inWorkdir((work) => {
      const directory = join(work, 'tree')
      mkdirSync(directory)
      plant(directory, INVARIANT_NODES)
      return withTar(tarOf(directory, { format }), (archive) => use(new TarTree(archive)))
    }),
  )
}

treeInvariants(suite('tree invariants: overlay that changed nothing'), (use) =>
  use(new OverlayTree(new MemoryTree('base', INVARIANT_NODES), [])),
)

treeInvariants(suite('tree invariants: overlay that made and removed'), (use) => {
  // Half of it comes from the base, half is written over it, and what is too much is removed.
  const inBase: Nodes = [...INVARIANT_NODES.filter((_, i) => i % 2 === 0), ['/opt', file('not wanted')]]
  const operations: Operation[] = [
    operationOf('/opt', undefined),
    ...INVARIANT_NODES.filter(([path, node]) => !inBase.some(([p]) => p === path) && node.kind !== 'other').map(
      ([path, node]) => operationOf(path, node),
    ),
  ]
  use(new OverlayTree(new MemoryTree('base', inBase), operations))
})
