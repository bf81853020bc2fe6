import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TargetError } from '../../src/base/errors.ts'
import { inspect } from '../../src/device/inspect/inspect.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { TarArchive } from '../../src/storage/tar/archive.ts'
import { tarTarget } from '../../src/storage/tar/tree.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import type { Target } from '../../src/storage/tree/tree.ts'
import { ImageTarget } from '../../src/write/apply/image-target.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { EXT4, FAT, makeSampleImage } from '../write/bake/support/sample-image.ts'
import { attempt, run } from './support/run.ts'

// As root: loop devices and mounts, as the hints say.
const test = suite('hints of partitions, followed')

/** Why something is refused, and the hint. */
function refusal(work: () => unknown): { readonly message: string; readonly hint: string } {
  try {
    work()
  } catch (error) {
    if (!(error instanceof TargetError)) throw error
    return { message: error.message, hint: `${error.hint}` }
  }
  throw new Error('nothing was refused')
}

function labelOf(image: string, offset: number): string {
  return run(['blkid', '-p', '-O', `${offset}`, '-o', 'value', '-s', 'LABEL', image]).trim()
}

for (const bits of [16, 32] as const) {
  test(`a damaged FAT${bits} in an image: the command line of the refusal repairs it`, () =>
    inWorkdir((work) => {
      const image = join(work, 'a card.img')
      makeSampleImage(image, { bits })
      const bytes = readFileSync(image)
      const fields = new DataView(bytes.buffer, bytes.byteOffset + FAT.offset)
      const sectors = bits === 32 ? fields.getUint32(36, true) : fields.getUint16(22, true)
      // An entry of the second copy of the table.
      const at = FAT.offset + (fields.getUint16(14, true) + sectors) * 512 + 40
      bytes[at] = (bytes[at] ?? 0) ^ 1
      writeFileSync(image, bytes)
      const { message, hint } = refusal(() => new ImageTarget(image).root)
      assert.match(message, /the copies of its allocation table differ/)
      const [, command = ''] = /repair it first: (L=.*)$/.exec(hint) ?? []
      attempt(['sh', '-c', command.replaceAll('sudo ', '')])
      assert.ok(new ImageTarget(image).boot?.read('/config.txt') !== undefined)
      assert.is(run(['losetup', '-j', image]), '')
    }))
}

test('a partition that is not mounted: the command of the refusal mounts it', () =>
  inWorkdir((work) => {
    const image = join(work, 'card.img')
    makeSampleImage(image)
    const folder = join(work, 'a folder')
    mkdirSync(folder)
    const { root } = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
    const look = (target: Target) => inspect(target, { allowBooted: false })
    const commandIn = (hint: string) => /there: (sudo mount LABEL=(\w+) '.*') \(/.exec(hint) ?? []
    const forBoot = refusal(() => look({ root, boot: new DirectoryTree(folder, { fat: true }) }))
    const [, , bootLabel] = commandIn(forBoot.hint)
    assert.is(bootLabel, labelOf(image, FAT.offset))
    const forRoot = refusal(() => look({ root: new DirectoryTree(folder), boot: undefined }))
    const [, command = '', rootLabel = ''] = commandIn(forRoot.hint)
    assert.is(rootLabel, labelOf(image, EXT4.offset))
    // By its place and not by its label: this machine may be a Raspberry Pi itself.
    const place = `-o loop,offset=${EXT4.offset},sizelimit=${EXT4.size} ${image}`
    run(['sh', '-c', command.replace('sudo ', '').replace(`LABEL=${rootLabel}`, place)])
    try {
      assert.is(look({ root: new DirectoryTree(folder), boot: undefined }).release, 'trixie')
    } finally {
      run(['umount', '--lazy', folder])
    }
  }))

test('a boot partition of an image that is empty: its partitions are shown by the command of the refusal', () =>
  inWorkdir((work) => {
    const image = join(work, 'a card.img')
    const removeAll = (tree: { nodes: Map<string, unknown> }) => {
      for (const path of [...tree.nodes.keys()]) if (path !== '/') tree.nodes.delete(path)
    }
    makeSampleImage(image, { tamper: (_, boot) => removeAll(boot as never) })
    const { message, hint } = refusal(() => inspect(new ImageTarget(image), { allowBooted: false }))
    assert.match(message, /the boot partition is empty$/)
    const [, flag, command = ''] = /(--boot-partition) N \((sfdisk -l '.*') shows/.exec(hint) ?? []
    assert.is(flag, '--boot-partition')
    assert.match(run(['sh', '-c', command]), /card\.img1 .*\n.*card\.img2 /)
  }))

test('an archive of the folder above the root: the command of the refusal makes the one that is meant', () =>
  inWorkdir((work) => {
    const folder = join(work, 'above', 'rootfs')
    mkdirSync(join(folder, 'etc'), { recursive: true })
    writeFileSync(join(folder, 'etc', 'os-release'), 'ID=debian\n')
    const archiveOf = (tar: string) => tarTarget(new TarArchive(tar))
    run(['tar', '-cf', join(work, 'above.tar'), '-C', join(work, 'above'), '.'])
    const { hint } = refusal(() => inspect(archiveOf(join(work, 'above.tar')), { allowBooted: false }))
    const [, command = ''] = /where it is: sudo (tar .*)$/.exec(hint) ?? []
    run(['sh', '-c', command.replace('DIR', folder)], { cwd: work })
    const { message } = refusal(() => inspect(archiveOf(join(work, 'root.tar')), { allowBooted: false }))
    assert.match(message, /not Raspberry Pi OS/)
  }))
