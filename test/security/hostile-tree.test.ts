import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TargetError } from '../../src/base/errors.ts'
import { stateOf } from '../../src/core/plan/state.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { commit } from '../../src/write/apply/commit.ts'
import { changesOn } from '../support/bake-fixture.ts'
import { operationOf } from '../support/operations.ts'
import { directory, file, plant } from '../support/plant.ts'
import { snapshot } from '../support/snapshot.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('hostile trees')
const CANARY = 'canary-of-the-host'

interface Scene {
  readonly root: string
  readonly outside: string
}

/** A root partition and, beside it, a directory of the host that must be neither written nor shown. */
async function onScene(arrange: (scene: Scene) => unknown, act: (tree: DirectoryTree) => unknown): Promise<void> {
  await inWorkdir(async (work) => {
    const scene = { root: join(work, 'root'), outside: join(work, 'outside') }
    for (const path of Object.values(scene)) mkdirSync(path)
    plant(scene.outside, [
      ['/hosts', file(CANARY)],
      ['/passwd', file(CANARY)],
      ['/ssh', directory()],
      ['/ssh/sshd_config', file(CANARY)],
    ])
    plant(scene.root, [
      ['/etc', directory()],
      ['/etc/hosts', file('own\n')],
    ])
    await arrange(scene)
    const outside = snapshot(scene.outside, { times: true })
    const tree = new DirectoryTree(scene.root)
    try {
      await act(tree)
    } finally {
      tree.close()
    }
    assert.equal(snapshot(scene.outside, { times: true }), outside, 'the host is as it was')
  })
}

/** Writes, replaces, makes and removes at `path`; gives what was thrown, `undefined` when it was carried out. */
async function attack(tree: DirectoryTree, path: string): Promise<Error | undefined> {
  const target = { root: tree, boot: undefined }
  let refused: Error | undefined
  for (const node of [file('pwned'), directory(), undefined]) {
    try {
      await commit(target, changesOn(target, [operationOf(path, node)]), { epoch: 0 })
    } catch (error) {
      assert.instance(error, TargetError)
      assert.not.match((error as Error).message, CANARY)
      refused = error as Error
    }
  }
  return refused
}

function refusedRead(tree: DirectoryTree, path: string): void {
  assert.throws(
    () => stateOf(tree, path),
    (error: unknown) => error instanceof TargetError && error.message.includes(path) && !error.message.includes(CANARY),
  )
}

/** Whatever a reader of the tree may see, it is not the host's. */
function neverShows(tree: DirectoryTree, path: string): void {
  const read = (() => {
    try {
      return tree.read(path)
    } catch (error) {
      assert.instance(error, TargetError)
      return undefined
    }
  })()
  if (read !== undefined) assert.not.match(new TextDecoder().decode(read), CANARY)
}

const links: Record<string, (scene: Scene) => string> = {
  'an absolute link': ({ outside }) => outside,
  'a relative link': () => '../outside',
  'a link that climbs': () => '../../../../../../../../outside',
  'a link through /proc': () => '/proc/self/cwd',
  'a link to the root of the host': () => '/',
}
for (const [name, target] of Object.entries(links)) {
  test(`${name} where a directory is expected leads nowhere outside`, () =>
    onScene(
      (scene) => {
        rmSync(join(scene.root, 'etc'), { recursive: true })
        symlinkSync(target(scene), join(scene.root, 'etc'))
      },
      async (tree) => {
        for (const path of ['/etc/hosts', '/etc/passwd', '/etc/ssh/sshd_config', '/etc/new']) {
          neverShows(tree, path)
          await attack(tree, path)
        }
        assert.not(tree.list('/etc').includes('hosts') && tree.list('/').length === 1)
      },
    ))

  test(`${name} where a file is expected is replaced, never written through`, () =>
    onScene(
      (scene) => {
        rmSync(join(scene.root, 'etc/hosts'))
        symlinkSync(`${target(scene)}/hosts`.replace('//', '/'), join(scene.root, 'etc/hosts'))
      },
      async (tree) => {
        neverShows(tree, '/etc/hosts')
        const to = { root: tree, boot: undefined }
        await commit(to, changesOn(to, [operationOf('/etc/hosts', file('baked\n'))]), { epoch: 0 })
        assert.is(new TextDecoder().decode(tree.read('/etc/hosts')), 'baked\n')
        assert.is(tree.lstat('/etc/hosts')?.kind, 'file')
      },
    ))
}

test('a hard link to a file of the host is neither shown nor replaced', () =>
  onScene(
    ({ root, outside }) => {
      rmSync(join(root, 'etc/hosts'))
      linkSync(join(outside, 'hosts'), join(root, 'etc/hosts'))
    },
    async (tree) => {
      refusedRead(tree, '/etc/hosts')
      assert.match((await attack(tree, '/etc/hosts'))?.message ?? '', /hard link/)
    },
  ))

test('a FIFO neither hangs nor is replaced, as file and as directory', () =>
  onScene(
    ({ root }) => {
      execFileSync('mkfifo', [join(root, 'fifo')])
    },
    async (tree) => {
      assert.is(tree.lstat('/fifo')?.kind, 'other')
      assert.throws(() => tree.read('/fifo'), /\/fifo is not a regular file \(FIFO\)/)
      assert.match((await attack(tree, '/fifo'))?.message ?? '', /\/fifo is neither file, directory nor link/)
      assert.throws(() => tree.read('/fifo/below'), /\/fifo is a FIFO/)
      assert.match((await attack(tree, '/fifo/below'))?.message ?? '', /FIFO/)
    },
  ))

test('a socket is refused', async () => {
  const server = createServer()
  try {
    await onScene(
      ({ root }) => new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve)),
      async (tree) => {
        assert.throws(() => tree.read('/socket'), /socket/)
        assert.match((await attack(tree, '/socket'))?.message ?? '', /neither/)
      },
    )
  } finally {
    server.close()
  }
})

test('links that go round, and names with .., newline and escape sequences', () =>
  onScene(
    ({ root }) => {
      symlinkSync('b', join(root, 'a'))
      symlinkSync('a', join(root, 'b'))
      symlinkSync('self/self', join(root, 'self'))
      writeFileSync(join(root, 'etc/new\nline'), 'x')
      writeFileSync(join(root, 'etc/\u001b[2J'), 'x')
    },
    async (tree) => {
      for (const path of ['/a/x', '/self/x']) assert.match((await attack(tree, path))?.message ?? '', /too many/)
      for (const path of [
        '/../outside/hosts',
        '/etc/../../outside/hosts',
        '/etc/./hosts',
        '/etc//hosts',
        'etc/hosts',
      ]) {
        assert.throws(
          () => tree.read(path),
          (error: unknown) => error instanceof TargetError,
        )
        assert.match((await attack(tree, path))?.message ?? '', /not a plain absolute path/)
      }
      const to = { root: tree, boot: undefined }
      await commit(to, changesOn(to, [operationOf('/etc/new\nline', file('y'))]), { epoch: 0 })
      assert.equal(tree.list('/etc'), ['\u001b[2J', 'hosts', 'new\nline'])
    },
  ))

test('a staging directory that was planted as a link is not followed', () =>
  onScene(
    ({ root, outside }) => symlinkSync(outside, join(root, '.pibake-apply')),
    async (tree) => {
      const to = { root: tree, boot: undefined }
      const changes = changesOn(to, [operationOf('/etc/hosts', file('baked\n'))])
      const error = await commit(to, changes, { epoch: 0 }).catch((e) => e)
      assert.instance(error, TargetError)
    },
  ))

test('a planted journal moves nothing out of the tree or into it', () =>
  onScene(
    ({ root }) => {
      mkdirSync(join(root, '.pibake-apply/old'), { recursive: true })
      writeFileSync(join(root, '.pibake-apply/old/0'), 'planted')
      const step = { partition: 'root', path: '/../outside/hosts', action: 'put', replaces: true }
      writeFileSync(
        join(root, '.pibake-apply/journal.json'),
        JSON.stringify({ schema: 1, epoch: 0, steps: [step], times: [] }),
      )
    },
    async (tree) => {
      const to = { root: tree, boot: undefined }
      const changes = changesOn(to, [operationOf('/etc/hosts', file('baked\n'))])
      const error = await commit(to, changes, { epoch: 0 }).catch((e) => e)
      assert.instance(error, TargetError)
      assert.match(error.message, /journal that this version of pibake cannot read/)
    },
  ))

test('the running system, a file and nothing at all are no targets', () =>
  inWorkdir((work) => {
    writeFileSync(join(work, 'file'), '')
    symlinkSync('/', join(work, 'link-to-root'))
    for (const path of ['/', '//', '/etc/..', '/proc/self/root', join(work, 'link-to-root')]) {
      assert.throws(() => new DirectoryTree(path), /is the root of the running system/, path)
    }
    assert.throws(() => new DirectoryTree(join(work, 'file')), /is not a directory/)
    assert.throws(() => new DirectoryTree(join(work, 'nothing')), /no such directory/)
  }))

test('the directory is held on to, whatever comes to stand at its path', () =>
  onScene(
    () => {},
    (tree) => {
      renameSync(tree.label, `${tree.label}-moved`)
      symlinkSync('outside', tree.label)
      assert.is(new TextDecoder().decode(tree.read('/etc/hosts')), 'own\n')
      rmSync(tree.label)
      renameSync(`${tree.label}-moved`, tree.label)
    },
  ))
