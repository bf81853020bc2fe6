import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { TargetError } from '../../src/base/errors.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { DirectoryWriter } from '../../src/storage/tree/directory-writer.ts'
import { commit } from '../../src/write/apply/commit.ts'
import { changesOn } from '../support/bake-fixture.ts'
import { operationOf } from '../support/operations.ts'
import { directory, file, me, plant } from '../support/plant.ts'
import { snapshot } from '../support/snapshot.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('race against a swapper')
const CHILD = fileURLToPath(new URL('../support/swap-child.js', import.meta.url))
const CANARY = 'canary-of-the-host'
const WRITES = 2000
const COMMITS = 20

/** How many plain writes below `etc` landed outside, of as many as it takes to see one; they are removed again. */
function plainEscapes(root: string, outside: string): number {
  for (let i = 0; i < WRITES; i += 1) {
    try {
      writeFileSync(join(root, 'etc', `plain-${i}`), '')
    } catch {
      // `etc` is away for a moment between two renames.
    }
    const escaped = readdirSync(outside).filter((name) => name.startsWith('plain-'))
    for (const name of escaped) rmSync(join(outside, name))
    if (escaped.length > 0) return escaped.length
  }
  return 0
}

test('while etc is swapped with a link to the host, nothing of it is written or read', () =>
  inWorkdir(async (work) => {
    const [root, outside] = [join(work, 'root'), join(work, 'outside')]
    for (const path of [root, outside]) mkdirSync(path)
    plant(root, [
      ['/etc', directory()],
      ['/etc/hosts', file('own\n')],
    ])
    writeFileSync(join(outside, 'hosts'), CANARY)

    const swapper = spawn(process.execPath, [CHILD, root, outside], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exit = once(swapper, 'exit')
    await once(swapper.stdout, 'data')
    assert.ok(plainEscapes(root, outside) > 0, 'the swapper is fast enough to lead plain paths outside')
    const before = snapshot(outside, { times: true })
    const tree = new DirectoryTree(root)
    const seen = { written: 0, refused: 0, read: 0 }
    const attempt = (call: () => void) => {
      try {
        call()
      } catch (error) {
        assert.instance(error, TargetError)
        seen.refused += 1
      }
    }
    try {
      const writer = new DirectoryWriter(tree)
      for (let i = 0; i < WRITES; i += 1) {
        attempt(() => {
          writer.createFile(`/etc/f${i}`, new Uint8Array(1), { mode: 0o600, owner: me }, { epoch: 0 })
          seen.written += 1
        })
        attempt(() => {
          const bytes = tree.read('/etc/hosts')
          if (bytes !== undefined) assert.is(new TextDecoder().decode(bytes), 'own\n')
          if (bytes !== undefined) seen.read += 1
        })
      }
      const target = { root: tree, boot: undefined }
      for (let i = 0; i < COMMITS; i += 1) {
        try {
          await commit(target, changesOn(target, [operationOf('/etc/hosts', file(`run ${i}`))]), { epoch: 0 })
        } catch {
          // Refused, or unfinished because taking back met the swapper as well: what matters is where it wrote.
          seen.refused += 1
        }
      }
    } finally {
      swapper.kill('SIGKILL')
      await exit
      tree.close()
    }
    assert.equal(snapshot(outside, { times: true }), before)
    assert.ok(seen.written > 0 && seen.refused > 0 && seen.read > 0, JSON.stringify(seen))
  }))
