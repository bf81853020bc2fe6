import { readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TargetError } from '../../../src/base/errors.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { openBytes } from './support/image.ts'
import { debugfs, type Making, makeExt4 } from './support/make.ts'

const test = suite('ext4: refusals')

const superblock = (...commands: string[]): Making => ({ debugfs: commands })
const refused: ReadonlyArray<readonly [string, Making, RegExp]> = [
  ['not unmounted', superblock('ssv state 0'), /not unmounted cleanly/],
  ['errors', superblock('ssv state 3'), /has errors/],
  ['uninit_bg', { args: ['-O', '^metadata_csum,uninit_bg'] }, /uninit_bg/],
  ['quota', { args: ['-O', 'quota'] }, /quota/],
  ['project', { args: ['-O', 'project,quota'] }, /project/],
  ['inline_data', { args: ['-O', 'inline_data'] }, /inline_data/],
  ['ea_inode', { args: ['-O', 'ea_inode'] }, /ea_inode/],
  ['bigalloc', { args: ['-O', 'bigalloc'] }, /bigalloc/],
  ['casefold', { args: ['-O', 'casefold'] }, /casefold/],
  ['encrypt', { args: ['-O', 'encrypt'] }, /encrypt/],
  ['verity', { args: ['-O', 'verity'] }, /verity/],
  ['mmp', { args: ['-O', 'mmp'] }, /mmp/],
  ['meta_bg', { args: ['-O', 'meta_bg,^resize_inode'] }, /meta_bg/],
  ['sparse_super2', { args: ['-O', 'sparse_super2'] }, /sparse_super2/],
  ['no extents', { args: ['-O', '^extents,^64bit'] }, /no extent/],
  ['read-only', superblock('feature read-only'), /read-only/],
  ['a feature nobody has heard of', superblock('feature FEATURE_I31'), /bit 31 of incompat/],
  ['a journal elsewhere', superblock('ssv journal_dev 0x801'), /another device/],
  ['Hurd', superblock('ssv creator_os 1'), /not made for Linux/],
  ['counts that do not fit', superblock('ssv inodes_per_group 24'), /does not make sense/],
  ['blocks of 128 KiB', superblock('ssv log_block_size 7'), /does not make sense/],
]

for (const [name, making, reason] of refused) {
  test(`${name} is refused by name`, () =>
    inWorkdir((work) => {
      makeExt4(join(work, 'image'), making)
      const content = readFileSync(join(work, 'image'))
      assert.throws(() => openBytes(content), isRefusal(reason))
    }))
}

const isRefusal = (reason: RegExp) => (error: unknown) => error instanceof TargetError && reason.test(error.message)

test('a file system that was cut off, and bytes that are none', () =>
  inWorkdir((work) => {
    const file = join(work, 'image')
    makeExt4(file)
    truncateSync(file, 16 * 1024 * 1024 - 512)
    assert.throws(
      () => openBytes(readFileSync(file)),
      isRefusal(/16777216 bytes long, its partition 16776704: it was cut off/),
    )
    for (const length of [0, 1, 1024, 2047, 2048, 65_536]) {
      assert.throws(() => openBytes(new Uint8Array(length)), isRefusal(/no ext4 file system/))
    }
  }))

test('a damaged superblock and a damaged descriptor', () =>
  inWorkdir((work) => {
    const file = join(work, 'image')
    makeExt4(file)
    const flipped = (at: number) => {
      const content = Uint8Array.from(readFileSync(file))
      content[at] = (content[at] ?? 0) ^ 0x10
      return content
    }
    assert.throws(() => openBytes(flipped(1024 + 0x20)), isRefusal(/checksum is wrong/))
    assert.throws(() => openBytes(flipped(4096 + 0xc)), isRefusal(/descriptor of group 0/))
  }))

test('operations that cannot be', () =>
  inWorkdir((work) => {
    const file = join(work, 'image')
    makeExt4(file, { tree: { 'etc/hostname': 'pi', 'etc/link': { link: 'hostname' } }, debugfs: ['mknod fifo p'] })
    const { edit, fs } = openBytes(readFileSync(file))
    const meta = { mode: 0o644, owner: { uid: 0, gid: 0 } }
    const nothing = new Uint8Array()
    const wrong: ReadonlyArray<readonly [() => unknown, RegExp]> = [
      [() => fs.readFile('/etc'), /not a regular file/],
      [() => fs.readFile('/etc/link'), /not a regular file/],
      [() => fs.readFile('/fifo'), /not a regular file/],
      [() => fs.readFile('/etc/none'), /is not there/],
      [() => fs.writeFile('/etc', nothing, meta), /is a directory/],
      [() => fs.writeFile('/', nothing, meta), /root directory/],
      [() => fs.writeFile('/none/x', nothing, meta), /in no directory/],
      [() => fs.writeFile('/etc/hostname/x', nothing, meta), /in no directory/],
      [() => fs.writeFile(`/${'x'.repeat(256)}`, nothing, meta), /cannot store/],
      [() => fs.writeFile('/etc/..', nothing, meta), /cannot store/],
      [() => fs.writeFile('/etc/a\0b', nothing, meta), /cannot store/],
      [() => fs.symlink('/etc', 'x'), /is a directory/],
      [() => fs.symlink('/x', ''), /target of 0 bytes/],
      [() => fs.symlink('/x', 'x'.repeat(4096)), /target of 4096 bytes/],
      [() => fs.makeDirectory('/etc', meta), /there already/],
      [() => fs.makeDirectory('/etc/hostname', meta), /there already/],
      [() => fs.setMeta('/etc/hostname', meta), /not a directory/],
      [() => fs.setMeta('/none', meta), /is not there/],
      [() => fs.remove('/'), /root directory/],
      [() => fs.link('/etc', '/x'), /directory/],
      [() => fs.link('/etc/hostname', '/etc/link'), /there already/],
      [() => fs.setXattr('/etc/hostname', 'wrong.name', nothing), /is not the name of an extended attribute/],
    ]
    for (const [call, reason] of wrong) assert.throws(call, isRefusal(reason))
    assert.is(fs.lstat('/etc/hostname/x'), undefined)
    assert.equal(fs.list('/etc/hostname'), [])
    assert.equal(fs.lstat('/fifo'), { kind: 'other', type: 'FIFO', uid: 0, gid: 0 })
    fs.finish()
    assert.equal(edit.extents(), [], 'nothing was written')
    assert.match(debugfs(file, ['stat /etc/hostname']), /Links: 1/)
  }))
