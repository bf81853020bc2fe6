import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { attempt, run } from '../system/support/run.ts'

const SECTOR = 512
const MIB = 1024 * 1024
/** Where a card's two partitions lie, in bytes. */
export interface Geometry {
  readonly fat: { readonly start: number; readonly size: number }
  readonly ext4: { readonly start: number; readonly size: number }
}

/** As pi-gen lays a card out: the FAT partition at 8 MiB, the root after it; smaller, for what is in it is small. */
export const small: Geometry = { fat: { start: 8 * MIB, size: 64 * MIB }, ext4: { start: 72 * MIB, size: 640 * MIB } }
/** The same with room for packages. */
export const roomy: Geometry = { fat: small.fat, ext4: { start: 72 * MIB, size: 1536 * MIB } }

/** Bytes of a card. */
export const sizeOf = ({ ext4 }: Geometry) => ext4.start + ext4.size

/** Exactly pi-gen's (export-image/prerun.sh): 512 MiB of FAT, then what the root holds, a fifth of it, and 200 MiB. */
export function piGen(root: string): Geometry {
  const held = Number(run(['du', '--apparent-size', '--block-size=1', '--summarize', root]).split('\t')[0])
  const align = 8 * MIB
  const size = Math.ceil((held * 1.2 + 200 * MIB) / align) * align
  return { fat: { start: align, size: 512 * MIB }, ext4: { start: align + 512 * MIB, size } }
}

/** A card as a file, from two directories: MBR, FAT and ext4, made without mounting anything. */
export function makeDisk(file: string, boot: string, root: string, { fat, ext4 } = small): void {
  writeFileSync(file, '')
  truncateSync(file, sizeOf({ fat, ext4 }))
  const line = (part: Geometry['fat'], type: string) =>
    `start=${part.start / SECTOR}, size=${part.size / SECTOR}, type=${type}`
  const table = `label: dos\nlabel-id: 0x${diskId(root)}\n${line(fat, 'c')}\n${line(ext4, '83')}\n`
  run(['sfdisk', '--quiet', file], { input: table })
  const offset = String(fat.start / SECTOR)
  run(['mkfs.vfat', '-F', '32', '-s', '1', '-n', 'bootfs', `--offset=${offset}`, file, String(fat.size / 1024)])
  run(['sh', '-euc', 'cd "$2" && mcopy -spmQ -i "$1" ./* ::', 'sh', `${file}@@${fat.start}`, boot])
  // pi-gen: `-O ^64bit,^huge_file`. Nothing is left for the kernel to initialise later, so that a start that writes
  // nothing can be told by the count of sectors.
  const extended = `offset=${ext4.start},lazy_itable_init=0,lazy_journal_init=0`
  const make = ['mke2fs', '-q', '-F', '-t', 'ext4', '-L', 'rootfs', '-O', '^64bit,^huge_file', '-E', extended]
  run([...make, '-d', root, file, `${ext4.size / 1024}k`])
}

/**
 * Grows the last partition and its file system by `bytes`, as Raspberry Pi OS does at its first start on a card that is
 * larger than the image.
 */
export function growDisk(file: string, geometry: Geometry, bytes: number): void {
  const { start } = geometry.ext4
  const part = `${file}.part`
  const to = start + geometry.ext4.size + bytes
  truncateSync(file, to)
  run(['sfdisk', '--quiet', '--partno', '2', file], { input: ', +\n' })
  run([...dd, `skip=${start / MIB}`, `if=${file}`, `of=${part}`])
  run(['e2fsck', '-f', '-p', part])
  run(['resize2fs', part])
  // All holes before it is written back, so that its own may be skipped.
  for (const size of [start, to]) truncateSync(file, size)
  run([...dd, 'conv=sparse,notrunc', `seek=${start / MIB}`, `if=${part}`, `of=${file}`])
  rmSync(part)
}

/** The four bytes that /etc/fstab and cmdline.txt know the card by (PARTUUID). */
function diskId(root: string): string {
  const id = /^PARTUUID=([0-9a-f]{8})-02\s/m.exec(readFileSync(join(root, 'etc/fstab'), 'utf8'))?.[1]
  if (id === undefined) throw new Error('/etc/fstab names no PARTUUID')
  return id
}

/** A copy for one case: only what is not a hole is written. */
export function copyDisk(from: string, to: string): void {
  run(['cp', '--sparse=always', '--reflink=auto', from, to])
}

/** Copies of a card's two partitions, for fsck and for reading; the card itself stays as the cut left it. */
export class Card {
  readonly #disk: string
  readonly #geometry: Geometry
  readonly #fat: string
  readonly #ext4: string

  constructor(disk: string, work: string, geometry: Geometry) {
    this.#disk = disk
    this.#geometry = geometry
    this.#fat = join(work, 'fat.img')
    this.#ext4 = join(work, 'ext4.img')
    for (const [part, file] of [
      [geometry.fat, this.#fat],
      [geometry.ext4, this.#ext4],
    ] as const) {
      rmSync(file, { force: true })
      run([...dd, `skip=${part.start / MIB}`, `count=${part.size / MIB}`, `if=${disk}`, `of=${file}`])
    }
  }

  /**
   * Lets e2fsck repair what a cut leaves: the journal is replayed, orphaned inodes are cleared, free counts are
   * brought up to date. Then a second look has to find nothing.
   *
   * @returns what else e2fsck had to say; nothing when the file system is sound
   */
  repairExt4(): string[] {
    const { status, stdout } = attempt(['e2fsck', '-f', '-y', this.#ext4])
    const strange = stdout.split('\n').filter((line) => line.trim() !== '' && !usual.test(line))
    if (status !== 0 && status !== 1) strange.push(`exit ${status}`)
    return [...strange, ...this.checkExt4()].map((line) => `e2fsck: ${line}`)
  }

  /** @returns what e2fsck finds wrong, without repairing it */
  checkExt4(): string[] {
    const { status, stdout } = attempt(['e2fsck', '-f', '-n', this.#ext4])
    return status === 0 ? [] : [`exit ${status}: ${stdout.trim().replaceAll('\n', '; ')}`]
  }

  /** @returns what fsck.vfat finds, without repairing it, but for the mark that says "not unmounted" */
  checkFat(): string[] {
    const { status, stdout } = attempt(['fsck.vfat', '-n', this.#fat])
    if (status === 0) return []
    const lines = stdout.split('\n').map((line) => line.trim())
    return lines.filter((line) => line !== '' && !usualFat.test(line)).map((line) => `fsck.vfat: ${line}`)
  }

  /** What a start does before it mounts the FAT partition (/etc/fstab, pass 2); in the card itself. */
  repairFat(): void {
    const { status, stdout } = attempt(['fsck.vfat', '-a', '-w', this.#fat])
    if (status !== 0 && status !== 1) throw new Error(`fsck.vfat -a: exit ${status}\n${stdout}`)
    run([...dd, 'conv=notrunc', `seek=${this.#geometry.fat.start / MIB}`, `if=${this.#fat}`, `of=${this.#disk}`])
  }

  /** @returns how often some bytes stand anywhere on the root's partition, free blocks and journal included */
  occurrences(text: string): number {
    const { status, stdout } = attempt(['grep', '--only-matching', '--text', '--fixed-strings', text, this.#ext4])
    if (status !== 0 && status !== 1) throw new Error(`grep: exit ${status}`)
    return stdout.split('\n').length - 1
  }

  /** Copies directories of the root out to a place, with modes and owners, and all of the FAT partition; both repaired before. */
  read(place: string, ...directories: string[]): { root: string; boot: string } {
    rmSync(place, { recursive: true, force: true })
    for (const name of ['root', 'boot']) mkdirSync(join(place, name), { recursive: true })
    const root = join(place, 'root')
    for (const directory of directories) {
      const into = join(root, dirname(directory))
      mkdirSync(into, { recursive: true })
      const done = attempt(['debugfs', '-R', `rdump ${directory} ${into}`, this.#ext4])
      const complaints = done.stderr.replace(/^debugfs .*\n/, '')
      if (done.status !== 0 || complaints !== '') throw new Error(`debugfs rdump ${directory}: ${complaints}`)
    }
    run(['mcopy', '-snmQ', '-i', this.#fat, '::', join(place, 'boot')])
    return { root, boot: join(place, 'boot') }
  }
}

const dd = ['dd', 'status=none', 'bs=1M', 'conv=sparse']

/** What e2fsck says of every card that lost power, and what the kernel mends at mount without a word. */
const usual =
  /^(?:e2fsck|Pass \d|.*: recovering journal|Clearing orphaned inode|Free (?:blocks|inodes) count wrong|Fix\? yes|Setting free|.*FILE SYSTEM WAS MODIFIED|.*\d+ files .*\d+ blocks|Inode \d+ extent tree .* could be (?:shorter|narrower)|Optimi[sz]e\? yes|Optimizing)/

/** What fsck.vfat says of every card that was mounted when it lost power. */
const usualFat =
  /^(?:fsck\.fat|There are differences between boot sector|This is mostly harmless|65:01\/00|Not automatically fixing|Dirty bit is set|Automatically removing dirty bit|Free cluster summary wrong|Auto-correcting|Leaving filesystem unchanged|.*: \d+ files, )/
