import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TargetError } from '../../../src/base/errors.ts'
import { TarArchive } from '../../../src/storage/tar/archive.ts'
import { BLOCK, FIELD, putText, seal } from '../../../src/storage/tar/header.ts'
import { TarTree } from '../../../src/storage/tar/tree.ts'
import { suite } from '../../support/suite.ts'
import { pythonTar, tarOf, withTar, written } from '../../support/tar.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('tar scan')

/** The error with which the archive is refused. */
async function refusal(file: string, what = file): Promise<string> {
  const error: unknown = await withTar(file, () => 'accepted').catch((e) => e)
  assert.instance(error, TargetError, `${what}: ${error}`)
  return (error as TargetError).message
}

const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes)

test('names that lead outside, and conflicts, are refused', () =>
  inWorkdir(async (work) => {
    for (const [body, why] of [
      ["add('/../etc/passwd')", /leads outside/],
      ["add('/etc/../../passwd')", /leads outside/],
      ["add('l', type=tarfile.LNKTYPE, linkname='/../x')", /links to nothing/],
      ["add('d/', b'x')", /has content/],
      ["add('../etc/passwd')", /leads outside/],
      ["add('etc/../../passwd')", /leads outside/],
      ["add('a/' * 3000 + 'b')", /leads outside/],
      ["add('l', type=tarfile.LNKTYPE, linkname='../x')", /links to nothing/],
      ["add('l', type=tarfile.SYMTYPE, linkname='')", /links to nothing/],
      ["add('l', type=tarfile.LNKTYPE, linkname='later'); add('later')", /not there/],
      ["add('d', type=tarfile.DIRTYPE); add('l', type=tarfile.LNKTYPE, linkname='d')", /hard link to a directory/],
      ["add('f'); add('f/below')", /as something else/],
      ["add('l', type=tarfile.SYMTYPE, linkname='/tmp'); add('l/below')", /as something else/],
      ["add('d/x'); add('d', type=tarfile.SYMTYPE, linkname='/tmp')", /as something else/],
      ["add('f'); add('f', type=tarfile.DIRTYPE)", /as something else/],
      ["add('f', type=b'Z')", /unknown type/],
      ["add('f', type=b'S')", /sparse in an unknown way/],
      ["add('f', pax_headers={'uid': '4294967295'})", /owner/],
      ["add('f', pax_headers={'gid': '-1'})", /owner/],
      ["add('f', pax_headers={'size': '1e3'})", /size/],
      ["add('f', pax_headers={'mtime': 'now'})", /time/],
      ["add('f', pax_headers={'path': 'a\\0b'})", /leads outside/],
      ["add('f', pax_headers={'GNU.sparse.major': '2', 'GNU.sparse.minor': '0'})", /sparse/],
      [
        "t.fileobj.write(t.tarinfo.create_pax_global_header({'path': 'x'})); t.offset += 1024; add('f')",
        /global header that/,
      ],
      [
        "add('f'); t.fileobj.write(t.tarinfo.create_pax_global_header({'uid': '1'})); t.offset += 1024",
        /after the first/,
      ],
    ] as const) {
      assert.match(await refusal(pythonTar(join(work, 'a.tar'), body), body), why, body)
    }
  }))

test('what is not a tar archive, or not a whole one, is refused at every cut', () =>
  inWorkdir(async (work) => {
    const whole = readFileSync(pythonTar(join(work, 'a.tar'), "add('a', b'x' * 700)\nadd('b' * 150, b'y')"))
    assert.match(await refusal(join(work, 'nothing')), /no such file/)
    assert.match(await refusal(work), /directory/)
    assert.match(await refusal(written(join(work, 'empty'), Buffer.alloc(0))), /not a tar/)
    assert.match(await refusal(written(join(work, 'text'), Buffer.alloc(4096, 'text'))), /not a tar/)
    execFileSync('gzip', ['--keep', join(work, 'a.tar')])
    assert.match(await refusal(join(work, 'a.tar.gz')), /not a tar/)
    const end = whole.findLastIndex((byte) => byte !== 0)
    for (let cut = 1; cut < end; cut += 97) await refusal(written(join(work, 'cut'), whole.subarray(0, cut)))
    // Behind a member it may have been written so; elsewhere it is cut off in any case.
    const members = whole.subarray(0, Math.ceil((end + 1) / BLOCK) * BLOCK)
    const bare = written(join(work, 'bare'), members)
    assert.match(await refusal(bare), /: cut off, or written without an end marker: nothing follows \/b+$/)
    const open = (bytes: Uint8Array) => new TarArchive(written(join(work, 'open'), bytes), { allowUnterminated: true })
    const archive = open(members)
    assert.equal(
      archive.entries.map(({ path }) => path.length),
      [2, 151],
    )
    archive.close()
    for (let cut = 1; cut < members.length; cut += 97) {
      if (cut !== 3 * BLOCK) assert.throws(() => open(members.subarray(0, cut)), /damaged tar/)
    }
    // Two blocks end an archive; one and then something does not.
    const last = Math.ceil((end + 1) / BLOCK) * BLOCK
    await withTar(written(join(work, 'short'), whole.subarray(0, last + BLOCK)), () => undefined)
    const half = Buffer.concat([whole.subarray(0, last + BLOCK), Buffer.alloc(BLOCK, 'x')])
    assert.match(await refusal(written(join(work, 'half'), half)), /half an end/)
  }))

test('one wrong bit in a header is a wrong checksum', () =>
  inWorkdir(async (work) => {
    const whole = readFileSync(pythonTar(join(work, 'a.tar'), "add('a', b'x')\nadd('b', b'y')"))
    for (let at = 0; at < BLOCK; at += 7) {
      if (at >= 148 && at < 156) continue
      const bytes = Buffer.from(whole)
      bytes[2 * BLOCK + at] = (bytes[2 * BLOCK + at] ?? 0) ^ 1
      assert.match(await refusal(written(join(work, 'bad'), bytes)), /checksum/)
    }
  }))

test('numbers that are none are refused, with a right checksum too', () =>
  inWorkdir(async (work) => {
    const whole = readFileSync(pythonTar(join(work, 'a.tar'), "add('a', b'x')"))
    for (const [field, value] of [
      ['size', '8\0'],
      ['size', '77777777777'],
      ['size', Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
      ['size', Buffer.from([0x80, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
      ['uid', 'abc'],
      ['uid', '-1'],
      ['gid', Buffer.from([0x80, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff])],
      ['mode', '12 34'],
      ['mtime', '1x'],
    ] as const) {
      const bytes = Buffer.from(whole)
      putText(bytes.subarray(0, BLOCK), FIELD[field], value)
      seal(bytes.subarray(0, BLOCK))
      await refusal(written(join(work, 'bad'), bytes))
    }
  }))

test('every format says the same: long names, large ids, bytes that are no UTF-8', () =>
  inWorkdir(async (work) => {
    const deep = `${'d/'.repeat(90)}${'f'.repeat(120)}`
    const body = `
add('${deep}', b'deep', uid=4294967294, gid=3000000, mode=0o4751, mtime=-5)
add('l' * 120, type=tarfile.SYMTYPE, linkname='${deep}')
add('h', type=tarfile.LNKTYPE, linkname='${deep}')
add('\\udcff', b'one')
add('\\udcfe', b'two')
`
    for (const format of ['GNU', 'PAX']) {
      await withTar(pythonTar(join(work, 'a.tar'), body, format), (archive) => {
        const tree = new TarTree(archive)
        const entry = { kind: 'file', mode: 0o4751, uid: 4294967294, gid: 3000000, size: 4 }
        assert.equal(tree.lstat(`/${deep}`), entry, format)
        assert.equal(tree.lstat('/h'), entry)
        assert.is(text(tree.read('/h')), 'deep')
        assert.is(text(tree.read(`/${'l'.repeat(120)}`)), 'deep')
        assert.equal(tree.lstat('/d'), { kind: 'directory', mode: 0o755, uid: 0, gid: 0 }, 'implied')
        assert.is(tree.list('/').length, 5, 'two names that differ stay two')
      })
    }
  }))

test('a global header counts for every entry, unless its own says otherwise', () =>
  inWorkdir(async (work) => {
    const file = join(work, 'tree')
    mkdirSync(file)
    execFileSync('sh', ['-euc', 'echo x >a'], { cwd: file })
    const tar = tarOf(file, { format: 'posix', options: ['--pax-option=uid=12,gid:=34,comment=hi'] })
    await withTar(tar, (archive) => {
      const entry = new TarTree(archive).lstat('/a')
      assert.equal(entry, { kind: 'file', mode: entry?.kind === 'file' ? entry.mode : 0, uid: 12, gid: 34, size: 2 })
    })
  }))

test('devices and FIFOs are there, and are not read', () =>
  inWorkdir(async (work) => {
    const body = "add('null', type=tarfile.CHRTYPE, devmajor=1, devminor=3)\nadd('pipe', type=tarfile.FIFOTYPE)"
    await withTar(pythonTar(join(work, 'a.tar'), body), (archive) => {
      const tree = new TarTree(archive)
      assert.equal(tree.lstat('/null'), { kind: 'other', type: 'device', uid: 0, gid: 0 })
      assert.equal(tree.lstat('/pipe'), { kind: 'other', type: 'FIFO', uid: 0, gid: 0 })
      assert.throws(
        () => tree.read('/pipe'),
        (error: unknown) => error instanceof TargetError,
      )
    })
  }))
