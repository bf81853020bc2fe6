import { lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Disk, realDisk } from '../../../../src/base/disk/disk.ts'

/** Files of /sys, /proc, /run and /dev as Linux shows them, by path; a text that begins with `-> ` is a link. */
export type SystemFiles = Readonly<Record<string, string>>

const ABOUT = /^\/(?:sys|proc|run|dev(?!\/shm))(?:\/|$)/

/**
 * A machine that has these files in place of its own. A node of /dev is a file that says its number, `8:16`.
 *
 * @param folder an empty one
 */
export function fakeSystem(folder: string, files: SystemFiles): Disk {
  for (const [path, text] of Object.entries(files)) {
    const at = join(folder, path)
    mkdirSync(dirname(at), { recursive: true })
    if (text.startsWith('-> ')) symlinkSync(join(folder, text.slice(3)), at)
    else writeFileSync(at, text)
  }
  const there = (path: unknown) => (ABOUT.test(String(path)) ? join(folder, String(path)) : String(path))
  const own = { realpathSync, readFileSync, readdirSync, lstatSync } as const
  const fake = {
    ...realDisk,
    realpathSync: (path: unknown) => own.realpathSync(there(path)).replace(realpathSync(folder), ''),
    readFileSync: (path: unknown, encoding: BufferEncoding) => own.readFileSync(there(path), encoding),
    readdirSync: (path: unknown) => own.readdirSync(there(path)),
    lstatSync: (path: unknown) => {
      const stats = own.lstatSync(there(path))
      const [major, minor] = /^\/dev\//.test(String(path))
        ? readFileSync(there(path), 'utf8').split(':').map(Number)
        : []
      if (major === undefined || minor === undefined) return stats
      return Object.assign(stats, { rdev: major * 256 + minor, isBlockDevice: () => true })
    },
  }
  return fake as unknown as Disk
}

/** A disk, its partitions and what lies above them, with the links by which the kernel shows them. */
export function blockDevice(
  name: string,
  place: string,
  files: SystemFiles,
  partitions: Readonly<Record<string, SystemFiles>> = {},
): SystemFiles {
  const own = `/sys/devices/${place}/block/${name}`
  const links = (one: string, at: string, dev: string) => ({
    [`/sys/class/block/${one}`]: `-> ${at}`,
    [`/sys/dev/block/${dev}`]: `-> ${at}`,
    [`/dev/${one}`]: dev,
  })
  const within = (at: string, all: SystemFiles) =>
    Object.fromEntries(Object.entries(all).map(([file, text]) => [join(at, file), text]))
  return {
    ...within(own, files),
    ...links(name, own, files.dev ?? ''),
    [`/sys/block/${name}`]: `-> ${own}`,
    ...Object.assign(
      {},
      ...Object.entries(partitions).map(([one, all], index) => ({
        ...within(join(own, one), { partition: `${index + 1}\n`, ...all }),
        ...links(one, join(own, one), all.dev ?? ''),
      })),
    ),
  }
}
