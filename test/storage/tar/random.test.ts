import { execFileSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { TargetError } from '../../../src/base/errors.ts'
import { bytewise } from '../../../src/base/order.ts'
import { applyToMemory } from '../../../src/core/plan/apply-in-memory.ts'
import type { Operation } from '../../../src/core/plan/operation.ts'
import { obstacle, stateOf } from '../../../src/core/plan/state.ts'
import { TarTree } from '../../../src/storage/tar/tree.ts'
import { type MemoryNode, MemoryTree } from '../../../src/storage/tree/memory.ts'
import type { Tree } from '../../../src/storage/tree/tree.ts'
import { operationOf } from '../../support/operations.ts'
import { me, plant } from '../../support/plant.ts'
import { suite } from '../../support/suite.ts'
import { spliced, type TarFormat, tarOf, unpack, withTar, written } from '../../support/tar.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('tar: random trees, random changes, random damage')

const part = fc.constantFrom('a', 'b', 'c', 'ü', `${'long'.repeat(15)}`, 'with space', 'new\nline')
const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`)
const content = fc.uint8Array({ maxLength: 1500 })
const mode = fc.constantFrom(0o644, 0o600, 0o755, 0o4755)
const node: fc.Arbitrary<MemoryNode> = fc.oneof(
  fc.record({ kind: fc.constant('file' as const), content, mode, uid: fc.constant(me.uid), gid: fc.constant(me.gid) }),
  fc.record({
    kind: fc.constant('directory' as const),
    mode: fc.constantFrom(0o755, 0o700),
    uid: fc.constant(me.uid),
    gid: fc.constant(me.gid),
  }),
)
/** Which of the files have a further name, and what of it. */
const twins = fc.array(fc.tuple(fc.nat(), path), { maxLength: 4 })
const nodes = fc.array(fc.tuple(path, node), { maxLength: 12 })
const wishes = fc.array(fc.tuple(path, fc.option(node, { nil: undefined })), { maxLength: 8 })
const format = fc.constantFrom<TarFormat>('gnu', 'posix', 'ustar')

/** Only what can be made: parents are directories, and each path is one thing. */
function treeOf(drawn: readonly (readonly [string, MemoryNode])[]): MemoryTree {
  const tree = new MemoryTree('model')
  for (const [at, made] of [...drawn].sort(([a], [b]) => bytewise(a, b))) {
    const parents = at
      .split('/')
      .slice(1, -1)
      .map((_, i, all) => `/${all.slice(0, i + 1).join('/')}`)
    const isBelowFile = parents.some((parent) => (tree.nodes.get(parent)?.kind ?? 'directory') !== 'directory')
    if (isBelowFile || tree.nodes.has(at)) continue
    for (const parent of parents) {
      if (!tree.nodes.has(parent)) tree.nodes.set(parent, { kind: 'directory', mode: 0o755, ...me })
    }
    tree.nodes.set(at, made)
  }
  return tree
}

/** Those of the wishes that can be carried out together. */
function possible(tree: MemoryTree, wanted: readonly (readonly [string, MemoryNode | undefined])[]): Operation[] {
  const operations: Operation[] = []
  const model = new MemoryTree('model', tree.nodes)
  for (const [at, made] of [...wanted].sort(([a], [b]) => bytewise(a, b))) {
    if (operations.some(({ kind, path: other }) => other === at || (kind === 'remove' && at.startsWith(`${other}/`))))
      continue
    const operation = operationOf(at, made)
    if (obstacle(operation, stateOf(model, at)) !== undefined) continue
    try {
      applyToMemory({ root: model, boot: undefined }, [operation])
      operations.push(operation)
    } catch (error) {
      if (!(error instanceof TargetError)) throw error
    }
  }
  return operations
}

/** All that a tree shows, a line a path. */
function shown(tree: Tree, at = '/'): string[] {
  const entry = tree.lstat(at)
  const own = `${at} ${JSON.stringify(entry)} ${entry?.kind === 'file' ? Buffer.from(tree.read(at) ?? []).toString('base64') : ''}`
  const below = entry?.kind === 'directory' ? tree.list(at) : []
  return [own, ...below.flatMap((name) => shown(tree, `${at === '/' ? '' : at}/${name}`))]
}

/** The same of a real directory, as `snapshot` has it but for the owners, which only root keeps. */
function unpacked(directory: string, tree: Tree): string[] {
  return shown(tree).flatMap((line) => {
    const at = JSON.parse(`"${line.split(' {')[0]?.replaceAll('\n', '\\n')}"`) as string
    const entry = tree.lstat(at)
    const real = join(directory, at)
    if (!existsSync(real)) return [`${at} is missing`]
    if (at === '/' || entry === undefined) return []
    const stats = statSync(real)
    const isSame =
      entry.kind === 'file'
        ? stats.isFile() && readFileSync(real).equals(tree.read(at) ?? Buffer.alloc(0))
        : stats.isDirectory()
    const isMode = 'mode' in entry && (stats.mode & 0o7777) === entry.mode
    return isSame && isMode ? [] : [`${at} differs`]
  })
}

test('what tar unpacks is what the model has', () =>
  fc.assert(
    fc.asyncProperty(nodes, twins, wishes, format, fc.boolean(), (drawn, further, wanted, kind, bare) =>
      inWorkdir(async (work) => {
        const model = treeOf([...drawn, ['/always', { kind: 'directory', mode: 0o755, ...me }]])
        const tree = join(work, 'tree')
        mkdirSync(tree)
        plant(
          tree,
          [...model.nodes].filter(([at]) => at !== '/'),
        )
        model.nodes.set('/', {
          kind: 'directory',
          mode: bare ? 0o755 : statSync(tree).mode & 0o7777,
          ...(bare ? { uid: 0, gid: 0 } : me),
        })
        for (const [index, at] of further) {
          const files = [...model.nodes].filter(([, { kind: k }]) => k === 'file')
          const chosen = files[index % Math.max(files.length, 1)]
          const parent = model.nodes.get(at.slice(0, at.lastIndexOf('/')) || '/')
          if (chosen === undefined || model.nodes.has(at) || parent?.kind !== 'directory') continue
          // Whichever of the two tar meets first is the other's target, and tar packs no longer one in this format.
          if (kind === 'ustar' && [at, chosen[0]].some((name) => Buffer.byteLength(`.${name}`) > 100)) continue
          linkSync(join(tree, chosen[0]), join(tree, at))
          model.nodes.set(at, chosen[1])
        }
        const base = tarOf(tree, { format: kind, bare })
        await withTar(base, (archive) => assert.equal(shown(new TarTree(archive)), shown(model)))
        const operations = possible(model, wanted)
        const out = await spliced(base, operations)
        applyToMemory({ root: model, boot: undefined }, operations)
        await withTar(out, (archive) => assert.equal(shown(new TarTree(archive)), shown(model)))
        for (const [name, program] of [
          ['gnu', 'tar'],
          ['bsd', 'bsdtar'],
        ] as const) {
          const to = join(work, name)
          mkdirSync(to)
          if (program === 'tar') unpack(out, to, ['--no-same-owner'])
          else execFileSync('bsdtar', ['-xpf', out, '-C', to, '--no-same-owner'])
          assert.equal(unpacked(to, new MemoryTree('model', model.nodes)), [], program)
          execFileSync('chmod', ['-R', 'u+rwX', to])
          rmSync(to, { recursive: true })
        }
      }),
    ),
    { numRuns: Number(process.env.PIBAKE_TAR_TREES ?? 15) },
  ))

test('damage is refused or harmless, never a crash', () =>
  inWorkdir(async (work) => {
    const tree = join(work, 'tree')
    mkdirSync(tree)
    plant(tree, [
      ['/a', { kind: 'file', content: Buffer.alloc(900, 'a'), mode: 0o644, ...me }],
      [`/${'n'.repeat(150)}`, { kind: 'file', content: Buffer.from('n'), mode: 0o644, ...me }],
      ['/l', { kind: 'symlink', target: 't'.repeat(150), ...me }],
    ])
    execFileSync(
      'sh',
      [
        '-euc',
        'truncate -s 200K s; for n in 0 1 3 5 7 9 11; do echo x | dd of=s bs=16384 seek=$n conv=notrunc status=none; done; ln s t',
      ],
      { cwd: tree },
    )
    const bases = [
      ['gnu', []],
      ['posix', []],
      ['posix', ['--sparse-version=0.0']],
      ['posix', ['--sparse-version=0.1']],
    ] as const
    const archives = bases.map(([kind, options]) =>
      readFileSync(tarOf(tree, { format: kind, options: ['--sparse', ...options] })),
    )
    const damaged = join(work, 'damaged')
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(
        fc.nat(archives.length - 1),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.boolean(),
        async (which, hits, seal) => {
          const bytes = Buffer.from(archives[which] ?? [])
          for (const [where, value] of hits) bytes[Math.floor(where * 12_000)] = value
          if (seal) resealed(bytes)
          try {
            const out = await spliced(written(damaged, bytes), [
              operationOf('/s', undefined),
              operationOf('/a', { kind: 'file', content: Buffer.from('x'), mode: 0o600, ...me }),
            ])
            await withTar(out, (archive) => shown(new TarTree(archive)))
            accepted += 1
          } catch (error) {
            if (!(error instanceof TargetError)) throw error
          }
        },
      ),
      { numRuns: 600 },
    )
    assert.ok(accepted > 10, 'some damage is in contents only')
  }))

/** Gives every block that says it is a header the checksum it should have, so that the damage reaches the fields. */
function resealed(bytes: Buffer): void {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (bytes.toString('latin1', at + 257, at + 262) !== 'ustar') continue
    bytes.fill(' ', at + 148, at + 156)
    let sum = 0
    for (const byte of bytes.subarray(at, at + 512)) sum += byte
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1')
  }
}
