import { execFileSync } from 'node:child_process'
import { closeSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { openExt4 } from '../../../src/ext4/ext4.ts'
import { openFat32 } from '../../../src/fat32/fat32.ts'
import { Part } from '../../../src/image/bytes.ts'
import { Edit } from '../../../src/image/edit.ts'
import type { FileSystem } from '../../../src/image/file-system.ts'
import { PlainFile } from '../../../src/image/plain-file.ts'
import type { Behaviour } from '../../../src/inspect/inventory.ts'
import { bytewise } from '../../../src/order.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/tree/memory.ts'

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

/** The sample tree as an image of a card: MBR, FAT32 and ext4 by the real programs, filled by pibake's own editors. */
export function makeSampleImage(file: string, behaviour: Behaviour = 'trixie-2026'): void {
  writeFileSync(file, '')
  truncateSync(file, EXT4.offset + EXT4.size)
  const sectors = (bytes: number) => String(bytes / 512)
  const lines = [
    `start=${sectors(FAT.offset)}, size=${sectors(FAT.size)}, type=c`,
    `size=${sectors(EXT4.size)}, type=83`,
  ]
  execFileSync('sfdisk', ['--quiet', file], { env, input: `label: dos\nlabel-id: 0x1e6a3f02\n${lines.join('\n')}\n` })
  const fat = ['--invariant', '-F', '32', '-s', '1', '-n', 'bootfs', `--offset=${sectors(FAT.offset)}`]
  execFileSync('mkfs.vfat', [...fat, file, String(FAT.size / 1024)], { env, stdio: 'ignore' })
  const pinned = ['-U', '2b2c5c2e-5a0c-4a52-9b3a-0b6f3f0c5d11', '-O', '^64bit,^huge_file']
  const extended = `offset=${EXT4.offset},hash_seed=2b2c5c2e-5a0c-4a52-9b3a-0b6f3f0c5d11`
  const ext4 = ['-q', '-F', '-t', 'ext4', '-L', 'rootfs', ...pinned, '-E', extended]
  execFileSync('mke2fs', [...ext4, file, `${EXT4.size / 1024}k`], { env, stdio: 'ignore' })
  const { boot, root } = samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' })
  const image = new PlainFile(file)
  const edit = new Edit(image)
  const options = { label: file, epoch: 1_600_000_000 }
  fill(openFat32(new Part(edit, FAT.offset, FAT.size), options), boot)
  fill(openExt4(new Part(edit, EXT4.offset, EXT4.size), options), root)
  const fd = openSync(file, 'r+')
  for (const { offset, bytes } of edit.extents()) writeSync(fd, bytes, 0, bytes.length, offset)
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
export function assertSound(image: string, work: string): void {
  const part = `${work}/part.img`
  for (const [{ offset, size }, ...check] of [
    [FAT, 'fsck.vfat', '-n'],
    [EXT4, 'e2fsck', '-fn'],
  ] as const) {
    const cut = [`skip=${offset / MIB}`, `count=${size / MIB}`]
    execFileSync('dd', [`if=${image}`, `of=${part}`, 'bs=1M', 'conv=sparse', 'status=none', ...cut])
    execFileSync(check[0], [...check.slice(1), part], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  }
}
