import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { compileFor, type Evaluation } from '../../src/core/compile-for.ts'
import { changesOf } from '../../src/core/plan/changes.ts'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { TarArchive } from '../../src/storage/tar/archive.ts'
import { tarTarget } from '../../src/storage/tar/tree.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import type { Target } from '../../src/storage/tree/tree.ts'
import { commit } from '../../src/write/apply/commit.ts'
import { spliceTar } from '../../src/write/bake/tar-splice.ts'
import { writeOverlay } from '../../src/write/emit/overlay-tar.ts'
import { fullSpec, sound, TODAY } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { type Image, stockImage } from './support/dress.ts'
import { run } from './support/run.ts'
import { difference, snapshot } from './support/snapshot.ts'

const EPOCH = 1_700_000_000
const recipes = fileURLToPath(new URL('../../../docs/recipes.md', import.meta.url))
const spec = sound(fullSpec())

function evaluationOf(target: Target): Evaluation {
  const options = { specDigest: spec.digest, epoch: EPOCH, today: TODAY, allowBooted: false }
  return compileFor(spec.spec, target, { locate: spec.locate, ...options })
}

/** ACLs and extended attributes of everything below a directory, by path, as the programs of Debian print them. */
function attributes(root: string): string[] {
  const programs =
    'getfattr --recursive --no-dereference --dump --encoding=hex --match=- . | LC_ALL=C sort; getfacl --recursive --physical --numeric .'
  const blocks = run(['sh', '-euc', programs], { cwd: root, timeout: 300 })
  return blocks.split('\n\n').sort()
}

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`tar of ${behaviour}: spliced as a directory is written`)
  let image: Image
  const place = () => dirname(image.root)
  const at = (name: string) => join(place(), name)

  test.before(() => {
    image = stockImage(behaviour)
    // Attributes on files that the plan replaces, and on some that it does not.
    run(['setcap', 'cap_net_raw=ep', join(image.root, 'etc/hosts')])
    run(['setcap', 'cap_net_bind_service=ep', join(image.root, 'usr/bin/env')])
    run(['setfacl', '--modify', 'user:7:rw', join(image.root, 'etc/shadow'), join(image.root, 'etc/fstab')])
    run(['cp', '--archive', image.root, at('overlaid')])
    run(['cp', '--archive', image.boot, at('boot.before')])
    const attributes = ['--acls', '--xattrs', '--xattrs-include=*', '--format=posix', '--numeric-owner', '--sort=name']
    run(['tar', '--create', ...attributes, '--file', at('root.tar'), '.'], { cwd: image.root })
    run(['tar', '--create', '--format=posix', '--numeric-owner', '--file', at('boot.tar'), '.'], { cwd: image.boot })
  })
  test.after(() => image.remove())

  test('unpacked it is what apply makes of the directories', async () => {
    const directories = { root: new DirectoryTree(image.root), boot: new DirectoryTree(image.boot, { fat: true }) }
    const archives = [new TarArchive(at('root.tar')), new TarArchive(at('boot.tar'))] as const
    try {
      const target = tarTarget(...archives)
      const ofTar = evaluationOf(target)
      const ofDirectory = evaluationOf(directories)
      assert.is(ofTar.plan.digest, ofDirectory.plan.digest)
      const changes = changesOf(target, ofTar.plan.operations)
      assert.ok(changes.length > 50, String(changes.length))
      for (const [i, name] of (['root', 'boot'] as const).entries()) {
        const fd = openSync(at(`${name}.out.tar`), 'w')
        const archive = archives[i] as TarArchive
        await spliceTar(archive, target, changes, (chunk) => void writeSync(fd, chunk), { epoch: EPOCH })
        closeSync(fd)
        mkdirSync(at(`unpacked/${name}`), { recursive: true })
      }
      await commit(directories, changesOf(directories, ofDirectory.plan.operations), { epoch: EPOCH })
    } finally {
      for (const archive of archives) archive.close()
      directories.root.close()
      directories.boot.close()
    }
    const all = ['--acls', '--xattrs', '--xattrs-include=*', '--same-owner', '--numeric-owner']
    run(['tar', '--extract', ...all, '--file', at('root.out.tar'), '--directory', at('unpacked/root')])
    run(['tar', '--extract', '--file', at('boot.out.tar'), '--directory', at('unpacked/boot')])
    assert.equal(
      difference(snapshot(image.root, ['.'], { times: true }), snapshot(at('unpacked/root'), ['.'], { times: true })),
      [],
    )
    assert.equal(difference(attributes(image.root), attributes(at('unpacked/root'))), [])
    run(['diff', '--recursive', image.boot, at('unpacked/boot')])
  })

  test('the overlay, unpacked by the script of docs/recipes.md, is the same', async () => {
    const script = /```sh\n(#!\/bin\/sh\n# apply-overlay [^`]*)```/.exec(readFileSync(recipes, 'utf8'))?.[1]
    writeFileSync(at('apply-overlay'), script ?? '')
    run(['shellcheck', at('apply-overlay')])
    const archives = [new TarArchive(at('root.tar')), new TarArchive(at('boot.tar'))] as const
    const target = tarTarget(...archives)
    writeOverlay(at('overlay.tar'), changesOf(target, evaluationOf(target).plan.operations), { epoch: EPOCH })
    for (const archive of archives) archive.close()
    const firmware = at('overlaid/boot/firmware')
    run(['mount', '--bind', at('boot.before'), firmware])
    try {
      run(['dash', at('apply-overlay'), at('overlay.tar'), at('overlaid')])
      run(['diff', '--recursive', image.boot, firmware])
    } finally {
      run(['umount', firmware])
    }
    const shown = (root: string) => snapshot(root, ['.'], { times: true })
    assert.equal(difference(shown(image.root), shown(at('overlaid'))), [])
  })

  test('the second time there is nothing to do', () => {
    const archives = [new TarArchive(at('root.out.tar')), new TarArchive(at('boot.out.tar'))] as const
    const target = tarTarget(...archives)
    assert.equal(changesOf(target, evaluationOf(target).plan.operations), [])
    for (const archive of archives) archive.close()
  })
}
