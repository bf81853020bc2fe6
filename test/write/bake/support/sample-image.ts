import { execFileSync } from 'node:child_process'
import { closeSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { Part } from '../../../../src/base/bytes/bytes.ts'
import { PlainFile } from '../../../../src/base/disk/plain-file.ts'
import { bytewise } from '../../../../src/base/order.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { samplePiOs } from '../../../../src/sample/sample.ts'
import { openExt4 } from '../../../../src/storage/ext4/ext4.ts'
import { openFat } from '../../../../src/storage/fat/fat.ts'
import { Edit } from '../../../../src/storage/image/edit.ts'
import type { FileSystem } from '../../../../src/storage/image/file-system.ts'
import type { MemoryTree } from '../../../../src/storage/tree/memory.ts'

const MIB = 1024 * 1024
/** The tools of e2fsprogs and dosfstools are in directories that only root looks into. */
export const env = {
  ...process.env,
  PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
  E2FSPROGS_FAKE_TIME: '1600000000',
  LC_ALL: 'C.UTF-8',
}

/** Where the two partitions of a sample image lie, in bytes: pi-gen's order and alignment, smaller. */
export const FAT = { offset: 8 * MIB, size: 40 * MIB }
export const EXT4 = { offset: 48 * MIB, size: 64 * MIB }

export interface SampleImageOptions {
  /** `trixie-2026` unless given. */
  readonly behaviour?: Behaviour
  /** Changes the tree before. */
  readonly tamper?: (root: MemoryTree, boot: MemoryTree) => void
  /** Of the boot partition: FAT32 with clusters of one sector as pi-gen makes it, unless it is to be FAT16. */
  readonly bits?: 16 | 32
}

/** The sample tree as an image of a card: MBR, FAT and ext4 by the real programs, filled by pibake's own editors. */
export function makeSampleImage(file: string, options: SampleImageOptions = {}): void {
  const { behaviour = 'trixie-2026', tamper = () => undefined, bits = 32 } = options
  writeFileSync(file, '')
  truncateSync(file, EXT4.offset + EXT4.size)
  const lines = [
    `start=${sectors(FAT.offset)}, size=${sectors(FAT.size)}, type=c`,
    `size=${sectors(EXT4.size)}, type=83`,
  ]
  execFileSync('sfdisk', ['--quiet', file], { env, input: `label: dos\nlabel-id: 0x1e6a3f02\n${lines.join('\n')}\n` })
  const { boot, root } = samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' })
  tamper(root, boot)
  layBoot(file, FAT, boot, bits)
  layRoot(file, EXT4, root)
}

/** Where a partition lies in an image, in bytes. */
export interface Place {
  readonly offset: number
  readonly size: number
}

/** Makes a boot partition of the tree. */
export function layBoot(file: string, place: Place, tree: MemoryTree, bits: 16 | 32): void {
  const kind = bits === 32 ? ['-F', '32', '-s', '1'] : ['-F', '16', '-s', place.size < 32 * MIB ? '1' : '4']
  const fat = ['--invariant', ...kind, '-n', 'bootfs', `--offset=${sectors(place.offset)}`]
  execFileSync('mkfs.vfat', [...fat, file, String(place.size / 1024)], { env, stdio: 'ignore' })
  fillPart(file, place, tree, openFat)
}

/** Makes a root partition of the tree. */
export function layRoot(
  file: string,
  place: Place,
  tree: MemoryTree,
  uuid = '2b2c5c2e-5a0c-4a52-9b3a-0b6f3f0c5d11',
): void {
  const pinned = ['-U', uuid, '-O', '^64bit,^huge_file']
  const extended = `offset=${place.offset},hash_seed=2b2c5c2e-5a0c-4a52-9b3a-0b6f3f0c5d11`
  const ext4 = ['-q', '-F', '-t', 'ext4', '-L', 'rootfs', ...pinned, '-E', extended]
  execFileSync('mke2fs', [...ext4, file, `${place.size / 1024}k`], { env, stdio: 'ignore' })
  fillPart(file, place, tree, openExt4)
}

const sectors = (bytes: number) => String(bytes / 512)

function fillPart(
  file: string,
  { offset, size }: Place,
  tree: MemoryTree,
  open: typeof openFat | typeof openExt4,
): void {
  const image = new PlainFile(file)
  const edit = new Edit(image)
  fill(open(new Part(edit, offset, size), { label: file, epoch: 1_600_000_000 }), tree)
  const fd = openSync(file, 'r+')
  for (const { offset: at, bytes } of edit.extents()) writeSync(fd, bytes, 0, bytes.length, at)
  closeSync(fd)
  image.close()
}

function fill(files: FileSystem, tree: MemoryTree): void {
  for (const [path, node] of [...tree.nodes].sort(([a], [b]) => bytewise(a, b))) {
    if (path === '/' || node.kind === 'other') continue
    if (node.kind === 'symlink') files.symlink(path, node.target)
    else if (node.kind === 'file') files.writeFile(path, node.content, { mode: node.mode, owner: node })
    else if (files.lstat(path) === undefined) files.makeDirectory(path, { mode: node.mode, owner: node })
  }
  files.finish()
}

/** @throws Error with what fsck finds wrong with one of the partitions */
export function assertSound(image: string, work: string, boot: Place = FAT, root: Place = EXT4): void {
  const part = `${work}/part.img`
  for (const [{ offset, size }, ...check] of [
    [boot, 'fsck.vfat', '-n'],
    [root, 'e2fsck', '-fn'],
  ] as const) {
    const cut = [`skip=${offset / MIB}`, `count=${size / MIB}`]
    execFileSync('dd', [`if=${image}`, `of=${part}`, 'bs=1M', 'conv=sparse', 'status=none', ...cut])
    execFileSync(check[0], [...check.slice(1), part], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  }
}
