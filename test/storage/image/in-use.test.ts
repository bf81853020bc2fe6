import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, lstatSync, openSync, readdirSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as assert from 'uvu/assert'
import { type Disk, realDisk } from '../../../src/base/disk/disk.ts'
import { assertNotInUse } from '../../../src/storage/image/in-use.ts'
import { lockImage } from '../../../src/storage/image/lock.ts'
import { suite } from '../../support/suite.ts'
import { onFile, refuses } from './support/on-file.ts'

const test = suite('an image that somebody has in hands')

/** The machine's own disk, but for some files and directories that say what the test wants. */
function withFiles(files: Record<string, string>, directories: Record<string, string[]> = {}): Disk {
  return {
    ...realDisk,
    readFileSync: ((path: string, options: 'utf8') =>
      files[path] ?? realDisk.readFileSync(path, options)) as Disk['readFileSync'],
    readdirSync: ((path: string) => directories[path] ?? realDisk.readdirSync(path)) as Disk['readdirSync'],
  }
}

test('attached to a loop device: refused, by whatever name', () =>
  onFile((path, directory) => {
    assertNotInUse(path)
    const disk = withFiles(
      { '/sys/block/loop7/loop/backing_file': `${path}\n` },
      { '/sys/block': ['sda', 'loop0', 'loop7'] },
    )
    refuses(() => assertNotInUse(path, disk), /attached to \/dev\/loop7/)
    const link = join(directory, 'link')
    symlinkSync(path, link)
    refuses(() => assertNotInUse(link, disk), /attached to \/dev\/loop7/)
  }))

test('mounted by itself: refused', () =>
  onFile((path) => {
    const source = path.replaceAll(' ', '\\040')
    const line = `36 35 98:0 / /mnt/a\\040card rw shared:1 - fuse.fuse2fs ${source} rw`
    refuses(() => assertNotInUse(path, withFiles({ '/proc/self/mountinfo': line })), /mounted at \/mnt\/a card/)
  }))

test('locked by a process: refused until it ends', () =>
  onFile(async (path) => {
    const child = spawn('flock', [path, 'sh', '-c', 'echo ready; cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
    const exit = once(child, 'exit')
    await once(child.stdout, 'data')
    try {
      refuses(() => assertNotInUse(path), /holds a write lock/)
    } finally {
      child.stdin.end()
      await exit
    }
    assertNotInUse(path)
  }))

test('a lock on a device with large numbers is found too', () =>
  onFile((path) => {
    const { ino } = lstatSync(path)
    // makedev(3): major 0x1234, minor 0xabcde.
    const dev = Number((0x1000n << 32n) | (0x234n << 8n) | (0xabcn << 20n) | 0xden)
    const disk: Disk = {
      ...withFiles({ '/proc/locks': `1: POSIX  ADVISORY  READ 77 1234:abcde:${ino} 0 EOF\n` }),
      lstatSync: ((at: string) => Object.assign(realDisk.lstatSync(at), { dev })) as Disk['lstatSync'],
    }
    refuses(() => assertNotInUse(path, disk), /process 77 holds a read lock/)
  }))

test('a system that tells nothing of all that is no obstacle', () =>
  onFile((path) => {
    const missing = () => {
      throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' })
    }
    assertNotInUse(path, { ...realDisk, readFileSync: missing, readdirSync: missing })
    const disk: Disk = { ...realDisk, readFileSync: missing, readlinkSync: missing }
    const release = lockImage(path, disk)
    refuses(() => lockImage(path, disk), /another pibake/)
    release()
  }))

test('one pibake at a time: the second is refused, and the lock is gone with the first', () =>
  onFile((path, directory) => {
    const release = lockImage(path)
    const link = join(directory, 'link')
    symlinkSync(path, link)
    refuses(() => lockImage(path), new RegExp(`another pibake.*process ${process.pid}.*remove`))
    refuses(() => lockImage(link), /another pibake/)
    release()
    lockImage(link)()
    assert.equal(readdirSync(directory).sort(), ['link', basename(path)].sort())
  }))

test("a dead one's lock is removed, one that may be alive is not", () =>
  onFile((path, directory) => {
    const release = lockImage(path)
    const own = readdirSync(directory).find((name) => name.includes('.pibake-lock.')) ?? ''
    release()
    const [pid = '', start = '', host = '', boot = '', space = ''] = own.slice(own.indexOf('lock.') + 5).split('-')
    const gone = `${2 ** 22 + 1}`
    const plant = (parts: readonly string[]) => {
      const name = `${basename(path)}.pibake-lock.${parts.join('-')}`
      closeSync(openSync(join(directory, name), 'w'))
      return name
    }
    for (const parts of [
      [gone, start, host, boot, space],
      [pid, `${Number(start) + 1}`, host, boot, space],
      [pid, start, host, 'aaaaaaaa', space],
    ]) {
      const name = plant(parts)
      lockImage(path)()
      assert.not(readdirSync(directory).includes(name), name)
    }
    for (const parts of [
      [gone, start, 'aaaaaaaa', boot, space],
      [gone, start, host, boot, 'aaaaaaaa'],
      ['nobody', 'knows', 'this', 'form'],
    ]) {
      const name = plant(parts)
      refuses(() => lockImage(path), /another pibake/)
      assert.equal(readdirSync(directory).sort(), [basename(path), name].sort())
      realDisk.unlinkSync(join(directory, name))
    }
  }))

test('where the directory cannot be written to, that is what is said', () =>
  onFile((path) => {
    const readOnly: Disk = {
      ...realDisk,
      openSync: () => {
        throw Object.assign(new Error('EROFS: read-only file system, open'), { code: 'EROFS' })
      },
    }
    refuses(() => lockImage(path, readOnly), /cannot lock .*my card\.img: the file system is read-only/)
  }))
