import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { SpaceError, TargetError } from '../../../src/base/errors.ts'
import type { Ext4 } from '../../../src/storage/ext4/ext4.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { EPOCH, edited, openBytes, write } from './support/image.ts'
import { complaintsOf, debugfs, type Making, makeExt4, run } from './support/make.ts'
import { lines, readModel } from './support/model.ts'

const test = suite('ext4: details')

const text = (content: string) => new TextEncoder().encode(content)
const root = (mode: number) => ({ mode, owner: { uid: 0, gid: 0 } })

function withImage(making: Making, use: (file: string) => void): Promise<void> {
  return inWorkdir((work) => {
    makeExt4(join(work, 'image'), making)
    use(join(work, 'image'))
  })
}

test('what is removed or replaced and not for everybody is overwritten; the rest is not', () =>
  withImage(
    {
      tree: {
        'a/secret': 'SECRET-ONE '.repeat(500),
        'a/shadow': 'SECRET-TWO '.repeat(500),
        'a/open': 'OPEN-FILE '.repeat(500),
      },
      debugfs: ['sif /a/secret mode 0100600', 'sif /a/shadow mode 0100640', 'sif /a/open mode 0100644'],
    },
    (file) => {
      edited(file, (fs) => {
        fs.writeFile('/a/shadow', text('new'), root(0o640))
        fs.remove('/a/open')
        fs.remove('/a/secret')
      })
      const left = readFileSync(file).toString('latin1')
      assert.not.match(left, /SECRET/)
      assert.match(left, /OPEN-FILE/)
    },
  ))

test('a secret with another name stays until the last one goes', () =>
  withImage({ tree: { 'a/one': 'SECRET '.repeat(999) }, debugfs: ['sif /a/one mode 0100600'] }, (file) => {
    let fs = edited(file, (fs) => {
      fs.link('/a/one', '/a/two')
      fs.writeFile('/a/one', text('new'), root(0o644))
    })
    assert.equal(fs.readFile('/a/two'), text('SECRET '.repeat(999)))
    assert.equal(fs.lstat('/a/two'), { kind: 'file', mode: 0o600, ...root(0).owner, size: 6993 })
    fs = edited(file, (fs) => fs.remove('/a'))
    assert.not.match(readFileSync(file).toString('latin1'), /SECRET/)
  }))

/** Raw inodes by number: what debugfs shows of each one in use. */
function inodes(file: string, numbers: readonly number[]): string[] {
  return numbers.map((number) => debugfs(file, [`inode_dump <${number}>`]))
}

test('inodes that are not named stay as they are, byte by byte', () => {
  const tree = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`d${i % 6}/f${i}`, `${i}`.repeat(i * 30)]))
  return withImage({ tree }, (file) => {
    const numberOf = (path: string) => Number(/Inode: (\d+)/.exec(debugfs(file, [`stat ${path}`]))?.[1])
    const changed = new Set(['/d0', '/d1', '/d1/f1', '/d2', '/d2/f2'])
    const named = [
      '/',
      '/lost+found',
      ...Object.keys(tree).map((path) => `/${path}`),
      ...[0, 1, 2, 3, 4, 5].map((i) => `/d${i}`),
    ]
    const numbers = [...named.filter((path) => !changed.has(path)).map(numberOf), 7, 8]
    const before = inodes(file, numbers)
    const model = readModel(openBytes(readFileSync(file)).fs)
    const fs = edited(file, (fs) => {
      fs.writeFile('/d0/new', text('new'), root(0o644))
      fs.writeFile('/d1/f1', text('replaced'.repeat(2000)), root(0o644))
      fs.remove('/d2/f2')
    })
    assert.equal(inodes(file, numbers), before)
    const kept = (line: string) => !/^\/(d0\/new|d1\/f1|d2\/f2) /.test(line)
    assert.equal(lines(readModel(fs)).filter(kept), lines(model).filter(kept))
  })
})

test('attributes: in the inode, in a block, shared by two, kept by a replaced file, gone with a link', () =>
  withImage({ tree: { 'a/one': '1', 'a/two': '2' } }, (file) => {
    const long = text('v'.repeat(700))
    const set = (fs: Ext4) => {
      fs.setXattr('/a/one', 'user.short', text('value'))
      fs.setXattr('/a/one', 'user.long', long)
      fs.setXattr(
        '/a/one',
        'security.capability',
        Uint8Array.of(1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      )
      fs.setXattr('/a', 'user.directory', text('d'))
    }
    let fs = edited(file, set)
    assert.match(debugfs(file, ['ea_list /a/one']), /user\.short \(5\) = "value"/)
    assert.match(debugfs(file, ['ea_get /a/one user.long']), /v{700}/)
    assert.equal(fs.xattrs('/a').get('user.directory'), text('d'))
    fs = edited(file, (fs) => {
      fs.writeFile('/a/one', text('other'), root(0o600))
      fs.symlink('/a/two', 'one')
      fs.setXattr('/a', 'user.directory', undefined)
    })
    assert.equal(fs.xattrs('/a/one').get('user.long'), long)
    assert.is(fs.xattrs('/a/one').size, 3)
    assert.is(fs.xattrs('/a').size, 0)
    fs = edited(file, (fs) => fs.symlink('/a/one', 'two'))
    assert.is(fs.xattrs('/a/one').size, 0)
    assert.throws(
      () => fs.setXattr('/a', 'user.huge', new Uint8Array(5000)),
      (e: unknown) => e instanceof SpaceError,
    )
  }))

test('an ACL follows the mode, as with chmod', () => {
  // owner rw, user 1000 rw, group r, mask rw, others r
  const acl = Uint8Array.of(1, 0, 0, 0, 1, 0, 6, 0, 2, 0, 6, 0, 0xe8, 3, 0, 0, 4, 0, 4, 0, 0x10, 0, 6, 0, 0x20, 0, 4, 0)
  return withImage({ tree: { 'a/one': '1' } }, (file) => {
    const fs = edited(file, (fs) => {
      fs.setXattr('/a/one', 'system.posix_acl_access', acl)
      fs.writeFile('/a/one', text('2'), root(0o700))
    })
    const changed = Uint8Array.from(acl)
    for (const [at, bits] of [
      [6, 7],
      [22, 0],
      [26, 0],
    ] as const)
      changed[at] = bits
    assert.equal(fs.xattrs('/a/one').get('system.posix_acl_access'), changed)
  })
})

for (const args of [[], ['-O', '^metadata_csum'], ['-b', '1024', '-O', 'large_dir']]) {
  test(`a directory with an index takes 1200 files more, and loses them again (${args.join(' ')})`, () => {
    const many = Array.from({ length: 300 }, (_, i) => [`big/a name of some length, so that there are blocks ${i}`, ''])
    return withImage(
      { args: [...args, '-N', '2000'], size: 24, tree: Object.fromEntries(many), isIndexed: true },
      (file) => {
        const isIndexed = () => assert.match(debugfs(file, ['stat /big']), /Flags: 0x81000/)
        isIndexed()
        const name = (i: number) => `/big/another name, also of some length, is this ${i}`
        let fs = edited(file, (fs) => {
          for (let i = 0; i < 1200; i++) fs.writeFile(name(i), text(''), root(0o644))
        })
        isIndexed()
        assert.is(fs.list('/big').length, 1500)
        fs = edited(file, (fs) => {
          for (let i = 0; i < 1200; i += 2) fs.remove(name(i))
        })
        assert.is(fs.list('/big').length, 900)
      },
    )
  })
}

test('no block, no inode left: a SpaceError, at whatever allocation', () =>
  withImage({ args: ['-O', '^has_journal', '-N', '64'], size: 2, tree: { 'a/b': 'c' } }, (file) => {
    const isSpace = (error: unknown) => error instanceof SpaceError
    const fresh = () => openBytes(readFileSync(file)).fs
    const { bytes, files } = fresh().room()
    assert.throws(() => fresh().writeFile('/a/big', new Uint8Array(bytes + 1), root(0o644)), isSpace)
    const fs = edited(file, (fs) => {
      fs.writeFile('/a/big', new Uint8Array(bytes), root(0o644))
      for (let i = 1; i < files; i++) fs.symlink(`/a/${i}`, 'x')
      assert.equal(fs.room(), { bytes: 0, files: 0 })
    })
    assert.equal(fs.room(), { bytes: 0, files: 0 })
    assert.throws(() => fresh().symlink('/a/more', 'x'), isSpace)
    assert.throws(() => fresh().makeDirectory('/a/more', root(0o755)), isSpace)
    assert.throws(() => fresh().writeFile('/a/b', new Uint8Array(9000), root(0o644)), isSpace)
    fs.remove('/a/7')
    assert.throws(() => fs.makeDirectory('/a/more', root(0o755)), isSpace)
  }))

test('times after 2038 and 2106 are what debugfs reads', () =>
  withImage({ tree: { 'a/b': 'c' } }, (file) => {
    for (const epoch of [2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5]) {
      edited(file, (fs) => fs.writeFile('/a/b', text(`${epoch}`), root(0o644)), epoch)
      const extra = Math.floor((epoch + 2 ** 31) / 2 ** 32)
      const seconds = (epoch % 2 ** 32).toString(16).padStart(8, '0')
      assert.match(debugfs(file, ['stat /a/b']), new RegExp(`mtime: 0x${seconds}:0000000${extra} `))
    }
  }))

test('the 65001st subdirectory makes a directory with an index stop counting; another one cannot have it', () => {
  const tree = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`big/some name that is long ${i}`, '']))
  return withImage({ tree, isIndexed: true }, (file) => {
    debugfs(file, ['sif /big links_count 65000', 'sif / links_count 65000'], { isWriting: true })
    const { edit, fs } = openBytes(readFileSync(file))
    fs.makeDirectory('/big/more', root(0o755))
    fs.makeDirectory('/big/and another', root(0o755))
    fs.finish()
    write(file, edit)
    assert.match(debugfs(file, ['stat /big']), /Links: 1 /)
    assert.throws(
      () => fs.makeDirectory('/more', root(0o755)),
      (error: unknown) => error instanceof TargetError && /as many subdirectories/.test(error.message),
    )
  })
})

test('what is in use covers all that e2fsck looks at', () =>
  withImage({ tree: { 'a/b': 'c'.repeat(100_000) }, size: 40 }, (file) => {
    const content = readFileSync(file)
    const used = openBytes(content).fs.used()
    const kept = Buffer.alloc(content.length, 0xee)
    for (const { offset, length } of used) content.copy(kept, offset, offset, offset + length)
    execFileSync('dd', [`of=${file}`, 'status=none'], { input: kept })
    assert.is(complaintsOf(file), '')
    assert.is(debugfs(file, ['cat /a/b']), 'c'.repeat(100_000))
    assert.ok(used.reduce((sum, { length }) => sum + length, 0) < content.length / 2)
  }))

test('files mapped by ext3 are read, replaced and removed; its directories grow', () =>
  withImage(
    {
      args: ['-O', '^extents,^64bit,^metadata_csum'],
      tree: { 'a/big': 'x'.repeat(5_000_000), 'a/b': 'c', 'a/d/': '' },
    },
    (file) => {
      run('tune2fs', ['-O', 'extents', file])
      const fs = edited(file, (fs) => {
        assert.is(Buffer.compare(fs.readFile('/a/big'), text('x'.repeat(5_000_000))), 0)
        fs.remove('/a/big')
        fs.writeFile('/a/b', text('d'), root(0o644))
        for (let i = 0; i < 99; i++) fs.writeFile(`/a/d/${'n'.repeat(99)}${i}`, text(''), root(0o644))
      })
      assert.is(fs.list('/a/d').length, 99)
      assert.equal(fs.readFile('/a/b'), text('d'))
    },
  ))

test('nothing is written when nothing is changed, and the same when the same is', () =>
  withImage({ tree: { 'a/b': 'c' } }, (file) => {
    const content = readFileSync(file)
    const { edit, fs } = openBytes(content)
    fs.remove('/a/none')
    fs.used()
    fs.finish()
    assert.equal(edit.extents(), [])
    const twice = [1, 2].map(() => {
      const { edit, fs } = openBytes(content, EPOCH)
      fs.writeFile('/a/d', text('e'), root(0o644))
      fs.makeDirectory('/a/f', root(0o700))
      fs.finish()
      return edit.extents()
    })
    assert.equal(twice[0], twice[1])
  }))
