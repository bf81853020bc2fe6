import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bytes } from '../../../src/base/bytes/bytes.ts'
import { openExt4 } from '../../../src/storage/ext4/ext4.ts'
import { openFat } from '../../../src/storage/fat/fat.ts'
import { Edit } from '../../../src/storage/image/edit.ts'
import type { FileSystem } from '../../../src/storage/image/file-system.ts'
import { imageLimit, readPartitions } from '../../../src/storage/image/partitions.ts'
import { TarArchive } from '../../../src/storage/tar/archive.ts'
import { tarTarget } from '../../../src/storage/tar/tree.ts'
import { makeExt4 } from '../../storage/ext4/support/make.ts'
import { FatImage, MIB } from '../../storage/fat/support/fat-image.ts'
import { MemoryBytes } from '../../support/memory-bytes.ts'
import { pythonTar } from '../../support/tar.ts'
import { byteMutations } from '../mutate-bytes.ts'
import type { FuzzedReader } from '../reader.ts'
import { repairGpt, repairTar } from '../repair.ts'

/** Calls `make` with a folder that is removed afterwards. */
function inFolder<T>(make: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'pibake-seeds-'))
  try {
    return make(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const META = { mode: 0o600, owner: { uid: 0, gid: 0 } }

/** Reads all that can be found, and changes a little of everything; the base stays as it is. */
function useAll(base: Bytes, open: (edit: Edit) => FileSystem, more: (files: FileSystem) => void): void {
  const edit = new Edit(base)
  const files = open(edit)
  files.used()
  const visit = (path: string, depth: number): void => {
    const entry = files.lstat(path === '' ? '/' : path)
    if (entry?.kind === 'file') files.readFile(path)
    if (entry?.kind !== 'directory' || depth > 8) return
    for (const name of files.list(path === '' ? '/' : path)) visit(`${path}/${name}`, depth + 1)
  }
  visit('', 0)
  files.writeFile('/etc/hostname', new Uint8Array(3000), META)
  files.makeDirectory('/etc/new', META)
  for (let i = 0; i < 4; i++) files.writeFile(`/etc/many/a new file with quite a name ${i}`, new Uint8Array(10), META)
  more(files)
  files.remove('/usr')
  files.finish()
  edit.extents()
}

const tree = {
  ...Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`etc/many/some file with a number ${i}`, `${i}`])),
  'etc/hostname': 'pi\n',
  'usr/x/y/z': '1',
}
const ATTRIBUTES = Array.from({ length: 5 }, (_, i) => `ea_set /etc/hostname user.attribute${i} "${'v'.repeat(40)}"`)
const EXT4 = [
  ['-b', '1024', '-N', '128', '-O', '^metadata_csum,^has_journal,^resize_inode'],
  ['-b', '1024', '-N', '128', '-O', '^has_journal,^resize_inode'],
  ['-b', '1024', '-N', '128', '-I', '128', '-O', '^metadata_csum,^has_journal,^extent,^64bit,^resize_inode'],
]
/** All that the small FAT file system holds lies in its first part; behind it are zeros. */
const FAT_HEAD = 640 * 1024
const FAT_SIZE = 34 * MIB

const ENTRIES = `
add('./', type=tarfile.DIRTYPE, mode=0o755)
add('./etc', type=tarfile.DIRTYPE, mode=0o755)
add('./etc/hostname', b'pi')
add(('./etc/' + 'long/' * 25)[:-1], b'x' * 600)
add('./bin', type=tarfile.SYMTYPE, linkname='usr/bin')
add('./hard', type=tarfile.LNKTYPE, linkname='./etc/hostname')
add('./dev', type=tarfile.CHRTYPE, devmajor=1)
add('./boot/firmware/config.txt', b'y')
`

const images = inFolder((folder) => {
  const ext4 = EXT4.map((args, i) => {
    const file = join(folder, `ext4-${i}`)
    makeExt4(file, {
      args,
      size: 1,
      tree: { ...tree, 'a/far': { link: '/'.repeat(99) } },
      isIndexed: true,
      debugfs: ATTRIBUTES,
    })
    return Uint8Array.from(readFileSync(file))
  })
  const fat = ([32, 16] as const).map((bits) => {
    const image = new FatImage(folder, { size: FAT_SIZE, perCluster: bits === 32 ? 1 : 2, bits })
    image.fill(tree)
    return Uint8Array.from(readFileSync(image.path)).slice(0, FAT_HEAD)
  })
  const tars = ['PAX', 'GNU', 'USTAR'].map((format) =>
    Uint8Array.from(readFileSync(pythonTar(join(folder, 't'), ENTRIES, format))),
  )
  const tables = ['dos', 'gpt'].map((label) => {
    const file = join(folder, label)
    closeSync(openSync(file, 'w'))
    truncateSync(file, 2 * MIB)
    const input = `label: ${label}\nstart=64, size=64, type=${label === 'dos' ? 'c' : 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7'}\nstart=256, size=2048\n`
    execFileSync('sfdisk', ['--quiet', '--no-tell-kernel', file], { input, stdio: ['pipe', 'pipe', 'pipe'] })
    const bytes = Uint8Array.from(readFileSync(file))
    bytes.set((fat[0] as Uint8Array).subarray(0, 512), 64 * 512)
    bytes.set((ext4[0] as Uint8Array).subarray(1024, 2048), 256 * 512 + 1024)
    return bytes.slice(0, 256 * 1024)
  })
  return { ext4, fat, tars, tables }
})

/** The bytes, and zeros behind them up to a size. */
function widened(head: Uint8Array, size: number): Bytes {
  return {
    size: head.length < 512 ? head.length : size,
    read: (offset, length) => {
      const found = new Uint8Array(length)
      found.set(head.subarray(offset, offset + length))
      return found
    },
  }
}

/** Tables of partitions, file systems and tar archives. */
export const storageReaders: readonly FuzzedReader[] = [
  {
    name: 'partition tables',
    seeds: images.tables,
    mutate: byteMutations(repairGpt),
    read: (input) => [imageLimit(input.slice(0, MIB), 'image'), readPartitions(widened(input, 2 * MIB), 'image')],
  },
  {
    name: 'ext4',
    seeds: images.ext4,
    mutate: byteMutations(),
    read: (input) =>
      useAll(
        new MemoryBytes(input),
        (edit) => openExt4(edit, { label: 'image', epoch: 0 }),
        (files) => {
          files.symlink('/a/far', 'x')
        },
      ),
  },
  {
    name: 'FAT',
    seeds: images.fat,
    mutate: byteMutations(),
    read: (input) =>
      useAll(
        widened(input, FAT_SIZE),
        (edit) => openFat(edit, { label: 'image', epoch: 0 }),
        () => undefined,
      ),
  },
  {
    name: 'tar',
    seeds: images.tars,
    mutate: byteMutations(repairTar),
    read: (input, folder) => {
      const path = join(folder, 'archive.tar')
      writeFileSync(path, input)
      const archive = new TarArchive(path)
      try {
        const { root, boot } = tarTarget(archive)
        for (const one of [root, boot]) {
          for (const name of one?.list('/') ?? []) if (one?.lstat(`/${name}`)?.kind === 'file') one.read(`/${name}`)
        }
        for (const entry of archive.entries) {
          if (entry.kind === 'file') archive.content(entry)
          archive.extensions(entry)
        }
      } finally {
        archive.close()
      }
    },
  },
]
