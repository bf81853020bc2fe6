import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { SpaceError } from '../../../src/base/errors.ts'
import type { Ext4 } from '../../../src/storage/ext4/ext4.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { openBytes, write } from './support/image.ts'
import { complaintsOf, makeExt4, variants } from './support/make.ts'

const test = suite('ext4: full at the Nth allocation')

const meta = { mode: 0o600, owner: { uid: 0, gid: 0 } }

/** Something of everything that takes blocks and inodes. */
function change(fs: Ext4): void {
  fs.writeFile('/etc/hostname', new Uint8Array(9000).fill(1), meta)
  fs.makeDirectory('/new', meta)
  for (let i = 0; i < 20; i++) fs.writeFile(`/new/${'a rather long name '.repeat(12)}${i}`, new Uint8Array(5000), meta)
  fs.writeFile('/new/big', new Uint8Array(100_000).fill(2), meta)
  fs.symlink('/new/far', `/${'x'.repeat(200)}`)
  fs.setXattr('/new/big', 'user.long', new Uint8Array(900))
  fs.remove('/usr')
}

/** Leaves room for so many blocks, or inodes, and no more. */
const FILLERS: Readonly<Record<string, (fs: Ext4, left: number, blockSize: number) => void>> = {
  block: (fs, left, blockSize) => {
    // A file of many pieces takes blocks of its own.
    for (
      let size = fs.room().bytes - left * blockSize, i = 0;
      size > 0;
      size = fs.room().bytes - left * blockSize, i++
    ) {
      fs.writeFile(`/filler${i}`, new Uint8Array(Math.min(size, 256 * blockSize)), meta)
    }
  },
  inode: (fs, left) => {
    for (let i = 0; fs.room().files > left; i++) fs.symlink(`/${i}`, 'x')
  },
}

for (const name of ['Debian 12, as pi-gen asks', 'Debian 13', 'blocks of 1 KiB', 'no flex_bg, no resize_inode']) {
  for (const [what, fill] of Object.entries(FILLERS)) {
    test(`${name}: whichever ${what} is the first that is not to be had, nothing is written`, () =>
      inWorkdir((work) => {
        const file = join(work, 'image')
        const args = [...(variants[name] ?? []), '-N', '128']
        const blockSize = args.includes('1024') ? 1024 : 4096
        makeExt4(file, { args, size: 8, tree: { 'etc/hostname': 'pi\n', 'usr/share/doc': 'x'.repeat(5000) } })
        const before = readFileSync(file)
        let left = 0
        for (let isFull = true; isFull; left += 1) {
          const base = readFileSync(file)
          const { edit, fs } = openBytes(base)
          fill(fs, left, blockSize)
          try {
            change(fs)
            fs.finish()
            isFull = false
            write(file, edit)
            assert.is(complaintsOf(file), '')
          } catch (error) {
            assert.instance(error, SpaceError, `${left} left: ${error}`)
            assert.ok(base.equals(before))
          }
        }
        assert.ok(left > 20, `${left}`)
      }))
  }
}
