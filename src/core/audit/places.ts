import { remembered } from '../../base/remembered.ts'
import { type Below, below } from '../../storage/tree/below.ts'
import type { Tree } from '../../storage/tree/tree.ts'

/** Where what no package brought is put, and how deep it is looked through. */
const PLACES: readonly (readonly [directory: string, depth: number])[] = [
  ['/etc', 4],
  ['/home', 4],
  ['/opt', 4],
  ['/root', 3],
  ['/srv', 4],
  ['/usr/local', 4],
  ['/var/www', 4],
  ['/var/lib', 1],
  ['/var/spool/cron', 2],
]

/** A home may hold a hundred thousand files: so many names are looked at in one place, in their order. */
const MOST = 5000

/** Never looked into: what programs keep for themselves, by the thousand. */
const PASSED = new Set(['.cache', '.cargo', '.git', '.npm', 'node_modules', 'site-packages', '__pycache__'])

/** Files and directories in the places of whoever works on an image, a bounded number of each. */
export const placed = remembered((root: Tree): readonly Below[] =>
  PLACES.flatMap(([directory, depth]) => below(root, directory, { depth, most: MOST, passed: PASSED })),
)
