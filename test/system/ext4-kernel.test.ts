import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { fuzz } from '../storage/ext4/support/fuzz.ts'
import { EPOCH, edited, openBytes } from '../storage/ext4/support/image.ts'
import { makeExt4, variants } from '../storage/ext4/support/make.ts'
import { lines, type Model, readModel } from '../storage/ext4/support/model.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { run } from './support/run.ts'

// As root: the kernel's own ext4 reads what was edited, and makes what is edited.
const test = suite('ext4 and the kernel')

const FILES = 2400
/** Of random edits, for each of the variants; `npm run test:long` takes more. */
const SEQUENCES = Number(process.env.PIBAKE_KERNEL_FUZZ ?? 1)
const text = (content: string) => new TextEncoder().encode(content)
const root = (mode: number) => ({ mode, owner: { uid: 0, gid: 0 } })

/** Mounts the file system in a file for the time of `use`. */
function mounted<T>(file: string, options: string, use: (place: string) => T): T {
  const place = `${file}.mount`
  mkdirSync(place, { recursive: true })
  run(['mount', '-o', `loop,${options}`, file, place])
  try {
    return use(place)
  } finally {
    run(['umount', place])
  }
}

/** What the kernel finds, attributes aside. */
function kernelModel(place: string): Model {
  const model: Model = new Map()
  const visit = (path: string) => {
    const real = `${place}${path}`
    const stats = lstatSync(real)
    const kind = stats.isDirectory()
      ? 'directory'
      : stats.isFile()
        ? 'file'
        : stats.isSymbolicLink()
          ? 'symlink'
          : 'other'
    const content = kind === 'file' ? readFileSync(real) : text(kind === 'symlink' ? readlinkSync(real) : '')
    const { uid, gid, mode } = stats
    model.set(path === '' ? '/' : path, { kind, mode: mode & 0o7777, uid, gid, content, xattrs: {} })
    if (kind === 'directory') for (const name of readdirSync(real)) visit(`${path}/${name}`)
  }
  visit('')
  return model
}

const withoutXattrs = (model: Model): Model =>
  new Map([...model].map(([path, node]) => [path, { ...node, xattrs: {} }]))

for (const [name, args] of Object.entries(variants)) {
  test(`${name}: the kernel reads what random edits left`, () =>
    inWorkdir((work) => {
      for (let seed = 0; seed < SEQUENCES; seed++) {
        const file = join(work, `image-${seed}`)
        makeExt4(file, { args, size: 24, tree: { 'etc/hostname': 'pi\n', 'usr/share/doc/': '' } })
        const { model } = fuzz(file, 1000 * name.length + seed, 300)
        assert.equal(lines(mounted(file, 'ro', kernelModel)), lines(withoutXattrs(model)), `seed ${seed}`)
        rmSync(file)
      }
    }))
}

for (const [name, args] of Object.entries(variants)) {
  test(`${name}: directories with an index that the kernel made`, () =>
    inWorkdir((work) => {
      const file = join(work, 'image')
      makeExt4(file, { args: [...args, '-N', '12000'], size: 80 })
      const long = (i: number) => `a file of the kernel with a rather long name ${i}`
      mounted(file, 'rw', (place) => {
        mkdirSync(join(place, 'big'))
        for (let i = 0; i < FILES; i++) writeFileSync(join(place, 'big', long(i)), '')
        for (let i = 0; i < FILES; i += 3) rmSync(join(place, 'big', long(i)))
      })
      const before = readModel(openBytes(readFileSync(file)).fs)
      assert.equal(lines(mounted(file, 'ro', kernelModel)), lines(before))
      const fs = edited(file, (fs) => {
        for (let i = 0; i < FILES; i += 4)
          fs.writeFile(`/big/ours, with a name of some length too ${i}`, text(`${i}`), root(0o644))
        for (let i = 1; i < FILES; i += 6) fs.remove(`/big/${long(i)}`)
      })
      const after = readModel(fs)
      // By name too, so through the index; then the kernel goes on with it.
      mounted(file, 'rw', (place) => {
        assert.equal(lines(kernelModel(place)), lines(after))
        for (let i = 0; i < FILES; i += 4) {
          const ours = join(place, 'big', `ours, with a name of some length too ${i}`)
          assert.is(readFileSync(ours, 'utf8'), `${i}`)
        }
        for (let i = 0; i < 500; i++) writeFileSync(join(place, 'big', `once more the kernel, number ${i}`), '')
      })
      edited(file, (fs) => fs.remove('/big'))
    }))
}

test('times, owners, attributes, ACLs and capabilities', () =>
  inWorkdir((work) => {
    const file = join(work, 'image')
    makeExt4(file, { tree: { 'a/one': '1', 'a/two': '2', 'a/three': '3' } })
    mounted(file, 'rw', (place) => {
      for (const name of ['one', 'two']) {
        run(['setfacl', '-m', 'u:1000:rw,g:2000:r', join(place, 'a', name)])
        // Too long for the inode, and the same for both: the kernel lets them share a block.
        run(['setfattr', '-n', 'user.long', '-v', 'v'.repeat(300), join(place, 'a', name)])
      }
      run(['setcap', 'cap_net_raw+ep', join(place, 'a', 'three')])
    })
    edited(file, (fs) => {
      fs.writeFile('/a/one', text('other'), { mode: 0o660, owner: { uid: 100_000, gid: 200_000 } })
      fs.setXattr('/a/one', 'user.ours', text('ours'))
      fs.makeDirectory('/a/new', root(0o750))
      fs.remove('/a/two')
    })
    mounted(file, 'ro', (place) => {
      const one = join(place, 'a/one')
      const stats = lstatSync(one)
      assert.equal([stats.uid, stats.gid, stats.mode & 0o7777], [100_000, 200_000, 0o660])
      assert.equal([stats.mtimeMs, stats.ctimeMs, stats.atimeMs, stats.birthtimeMs], Array(4).fill(EPOCH * 1000))
      assert.is(lstatSync(join(place, 'a')).mtimeMs, EPOCH * 1000)
      assert.match(run(['getfattr', '--only-values', '-n', 'user.long', '--absolute-names', one]), /^v{300}$/)
      assert.match(run(['getfattr', '--only-values', '-n', 'user.ours', '--absolute-names', one]), /^ours$/)
      const acl = run(['getfacl', '-cnp', one]).trim().split('\n')
      assert.equal(acl, ['user::rw-', 'user:1000:rw-', 'group::r--', 'group:2000:r--', 'mask::rw-', 'other::---'])
      assert.match(run(['getcap', join(place, 'a/three')]), /cap_net_raw=ep/)
    })
  }))
