import { linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { DirectoryTree } from '../../../src/storage/tree/directory.ts'
import { readable } from '../../../src/storage/tree/readable.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('trees: what need not be read')

test('a file with a second name is refused, and passed over where it need not be read', () =>
  inWorkdir((folder) => {
    writeFileSync(join(folder, 'one'), 'one')
    writeFileSync(join(folder, 'two'), 'two')
    linkSync(join(folder, 'two'), join(folder, 'three'))
    mkdirSync(join(folder, 'four'))
    const tree = new DirectoryTree(folder)
    const lengths = ['/one', '/two', '/three', '/four', '/five'].map((path) => readable(tree, path)?.length)
    assert.equal(lengths, [3, undefined, undefined, undefined, undefined])
    assert.throws(() => tree.read('/two'), /is a hard link/)
    tree.close()
  }))
