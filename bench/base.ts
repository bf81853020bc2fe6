import { createCipheriv } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { stockImage } from '../test/system/support/dress.ts'
import { run } from '../test/system/support/run.ts'

const MIB = 1024 * 1024
/** The geometry of a Raspberry Pi OS Lite image of 2026: MBR, 8 MiB, FAT32 of 512-byte clusters, ext4. */
export const FAT = { start: 8 * MIB, size: 512 * MIB }
export const EXT4 = { start: 520 * MIB, size: 2400 * MIB }
const SIZE = EXT4.start + EXT4.size

/** Where the images are kept, and whatever else is made once. */
export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pibake-bench')

/** The images that everything is measured on, in one folder. */
export interface Base {
  readonly img: string
  /** As pi-gen packs it: `xz --threads 0 -6`. */
  readonly xz: string
  readonly gz: string
  /** The root file system. */
  readonly tar: string
}

/**
 * An image of the size, geometry and number of files of Raspberry Pi OS Lite, as pi-gen makes it: filled by the kernel
 * through a mount. What is in it is a real Debian root, several times, and noise for what does not compress (kernel,
 * firmware). Made once and kept in the cache, for packing it takes a quarter of an hour. As root.
 */
export function base(): Base {
  const place = join(cache, 'lite-2')
  if (!existsSync(place)) {
    mkdirSync(cache, { recursive: true })
    const partial = mkdtempSync(`${place}.partial-`)
    try {
      make(partial)
      renameSync(partial, place)
    } finally {
      rmSync(partial, { recursive: true, force: true })
    }
  }
  return files(place)
}

function files(place: string): Base {
  const named = (name: string) => join(place, name)
  return { img: named('base.img'), xz: named('base.img.xz'), gz: named('base.img.gz'), tar: named('rootfs.tar') }
}

function make(place: string): void {
  console.error('making the base image (once) …')
  const { img, xz, gz, tar } = files(place)
  const image = stockImage('trixie-2026')
  try {
    table(img)
    fillBoot(image.boot)
    const offset = ['-i', `${img}@@${FAT.start}`]
    run(['sh', '-euc', 'cd "$1" && mcopy -spmQ "$2" "$3" ./* ::', 'sh', image.boot, ...offset])
    fillRoot(img, image.root, tar)
  } finally {
    image.remove()
  }
  run(['sh', '-euc', 'xz --threads=0 -6 --keep --stdout "$1" >"$2"', 'sh', img, xz], { timeout: 7200 })
  run(['sh', '-euc', 'gzip -6 --no-name --stdout "$1" >"$2"', 'sh', img, gz], { timeout: 7200 })
}

function table(img: string): void {
  writeFileSync(img, '')
  truncateSync(img, SIZE)
  const line = (part: typeof FAT, type: string) => `start=${part.start / 512}, size=${part.size / 512}, type=${type}`
  run(['sfdisk', '--quiet', img], { input: `label: dos\n${line(FAT, 'c')}\n${line(EXT4, '83')}\n` })
  const fat = ['mkfs.vfat', '-F', '32', '-s', '1', '-n', 'bootfs', `--offset=${FAT.start / 512}`]
  run([...fat, img, String(FAT.size / 1024)])
  const ext4 = ['mke2fs', '-q', '-F', '-t', 'ext4', '-L', 'rootfs', '-O', '^64bit,^huge_file']
  run([...ext4, '-E', `offset=${EXT4.start}`, img, `${EXT4.size / 1024}k`])
}

/** Kernels and overlays as many and as large as Raspberry Pi's. */
function fillBoot(boot: string): void {
  for (const [index, name] of ['kernel8.img', 'kernel_2712.img', 'initramfs8', 'initramfs_2712'].entries()) {
    writeFileSync(join(boot, name), noise(index, 12 * MIB))
  }
  for (let i = 0; i < 280; i++) {
    const overlay = join(boot, 'overlays', `device-${i}.dtbo`)
    mkdirSync(dirname(overlay), { recursive: true })
    writeFileSync(overlay, noise(100 + i, 1500 + (i % 30) * 100))
  }
}

function fillRoot(img: string, root: string, tar: string): void {
  const mounted = mkdtempSync('/tmp/pibake-bench-')
  run(['mount', '-o', `loop,offset=${EXT4.start},sizelimit=${EXT4.size}`, img, mounted])
  try {
    run(['cp', '--archive', `${root}/.`, mounted])
    for (const copy of ['a', 'b', 'c']) {
      mkdirSync(join(mounted, 'opt', copy), { recursive: true })
      run(['cp', '--archive', join(root, 'usr'), join(mounted, 'opt', copy)])
    }
    // Copies of programs that run as root would be ways to root.
    run(['chmod', '--recursive', 'ug-s', join(mounted, 'opt')])
    for (let i = 0; i < 24; i++) writeFileSync(join(mounted, 'opt', `firmware-${i}.bin`), noise(1000 + i, 16 * MIB))
    const owned = ['--numeric-owner', '--sort=name', '--xattrs', '--xattrs-include=*']
    run(['tar', '--create', ...owned, '--file', tar, '--directory', mounted, '.'], { timeout: 600 })
  } finally {
    run(['sh', '-euc', 'umount "$1"; rmdir "$1"', 'sh', mounted])
  }
}

/** Bytes that do not compress, the same for the same number. */
function noise(seed: number, length: number): Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed & 255), Buffer.alloc(16, seed >> 8))
  return cipher.update(Buffer.alloc(length))
}
