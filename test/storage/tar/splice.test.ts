import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TargetError } from '../../../src/base/errors.ts'
import { operationOf } from '../../support/operations.ts'
import { directory, file, type Nodes, plant, symlink } from '../../support/plant.ts'
import { suite } from '../../support/suite.ts'
import { listed, pythonTar, spliced, type TarFormat, tarOf, unpack, withTar } from '../../support/tar.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('tar splice')
const long = `/usr/${'a-long-name/'.repeat(10)}end`
const longDirectories: Nodes = long
  .split('/')
  .slice(2, -1)
  .map((_, i, parts) => [`/usr/${parts.slice(0, i + 1).join('/')}`, directory()] as const)

const BASE: Nodes = [
  ['/etc', directory()],
  ['/etc/hostname', file('raspberrypi\n')],
  ['/etc/shadow', file('pi:*:\n', 0o640)],
  ['/etc/localtime', symlink('/usr/share/zoneinfo/Europe/London')],
  ['/etc/sudoers.d', directory(0o750)],
  ['/etc/sudoers.d/010_pi-nopasswd', file('pi ALL=(ALL) NOPASSWD: ALL\n', 0o440)],
  ['/etc/é', file('beyond ASCII')],
  ['/home', directory()],
  ['/home/pi', directory(0o700)],
  ['/home/pi/.bashrc', file('# pi\n')],
  ['/lib', symlink('usr/lib')],
  ['/usr', directory()],
  ['/usr/lib', directory()],
  ...longDirectories,
  [long, file('deep')],
]

const root = { uid: 0, gid: 0 }
const OPERATIONS = [
  operationOf('/etc/hostname', { ...file('kit-07\n'), ...root }),
  operationOf('/etc/localtime', symlink('/usr/share/zoneinfo/Europe/Vienna')),
  operationOf('/etc/shadow', { ...file('alice:$y$:\n', 0o640), uid: 0, gid: 42 }),
  operationOf('/etc/sudoers.d', { ...directory(0o755), uid: 0, gid: 300_000 }),
  operationOf('/etc/sudoers.d/010_pi-nopasswd', undefined),
  operationOf('/home/alice', { ...directory(0o700), uid: 3_000_000, gid: 1002 }),
  operationOf('/home/alice/ü', { ...file('new'), uid: 3_000_000, gid: 1002 }),
  operationOf('/home/pi', undefined),
  operationOf('/lib/pibake', { ...directory(), ...root }),
  operationOf('/lib/pibake/run', { ...file('#!/bin/sh\n', 0o755), ...root }),
  operationOf(`${long}-new`, { ...file('also deep'), ...root }),
]

/** An entry's lines without what the format cannot tell. */
const NEW = '2023-11-14 22:13:20'
const OLD = '2020-09-13 12:26:40'

for (const format of ['v7', 'oldgnu', 'gnu', 'ustar', 'posix'] as TarFormat[]) {
  for (const bare of [false, true]) {
    test(`GNU tar reads what was meant: ${format}${bare ? ', names without ./' : ''}`, () =>
      inWorkdir(async (work) => {
        const tree = join(work, 'tree')
        mkdirSync(tree)
        plant(tree, format === 'v7' ? BASE.filter(([path]) => !path.includes('a-long-name')) : BASE)
        const base = tarOf(tree, { format, bare, options: ['--owner=7', '--group=8'] })
        const operations = OPERATIONS.filter(({ path }) => format !== 'v7' || !path.startsWith(long))
        const lines = listed(await spliced(base, operations))
        const dot = bare ? '' : './'
        const changed = [
          `-rw-r--r-- 0/0 7 ${NEW} ${dot}etc/hostname`,
          `lrwxrwxrwx 0/0 0 ${NEW} ${dot}etc/localtime -> /usr/share/zoneinfo/Europe/Vienna`,
          `-rw-r----- 0/42 11 ${NEW} ${dot}etc/shadow`,
          `drwxr-xr-x 0/300000 0 ${OLD} ${dot}etc/sudoers.d/`,
        ]
        const added = [
          `drwx------ 3000000/1002 0 ${NEW} ${dot}home/alice/`,
          `-rw-r--r-- 3000000/1002 3 ${NEW} ${dot}home/alice/ü`,
          ...(format === 'v7' ? [] : [`-rw-r--r-- 0/0 9 ${NEW} ${dot}${long.slice(1)}-new`]),
          `drwxr-xr-x 0/0 0 ${NEW} ${dot}usr/lib/pibake/`,
          `-rwxr-xr-x 0/0 10 ${NEW} ${dot}usr/lib/pibake/run`,
        ]
        const before = listed(base)
        const nameOf = (line: string) => line.split(' ')[5]
        const expected = before
          .filter((line) => !/010_pi|home\/pi/.test(line))
          .map((line) => changed.find((other) => nameOf(other) === nameOf(line)) ?? line)
        assert.equal(lines, [...expected, ...added])
        const out = join(work, 'out')
        mkdirSync(out)
        unpack(`${base}.out`, out, ['--no-same-owner'])
        assert.is(readFileSync(join(out, 'usr/lib/pibake/run'), 'utf8'), '#!/bin/sh\n')
        assert.is(readFileSync(join(out, 'etc/é'), 'utf8'), 'beyond ASCII')
        assert.is(statSync(`${base}.out`).size % 10240, 0)
      }))
  }
}

test('what is kept is the same bytes, in the same order', () =>
  inWorkdir(async (work) => {
    const tree = join(work, 'tree')
    mkdirSync(tree)
    plant(tree, BASE)
    const base = tarOf(tree, { format: 'posix' })
    const out = await spliced(base, OPERATIONS)
    const bytesOf = (tar: string) =>
      withTar(tar, (archive) =>
        archive.entries.map(
          (e) => [e.path, Buffer.from(archive.bytes(e.start, e.end - e.start)).toString('base64')] as const,
        ),
      )
    const touched = /^\/(?:etc\/(?:hostname|localtime|shadow|sudoers.d.*)|home\/(?:pi|alice).*|.*-new|.*pibake.*)$/
    const kept = (entries: (readonly [string, string])[]) => entries.filter(([path]) => !touched.test(path))
    assert.equal(kept(await bytesOf(out)), kept(await bytesOf(base)))
    assert.ok(kept(await bytesOf(out)).length > 15)
    const once = readFileSync(out)
    assert.ok(readFileSync(await spliced(base, [])).equals(readFileSync(base)), 'without changes: the very archive')
    assert.ok(readFileSync(await spliced(base, OPERATIONS)).equals(once), 'the same bytes again')
  }))

test('hard links: the first name that stays becomes the file', () =>
  inWorkdir(async (work) => {
    for (const format of ['gnu', 'ustar', 'posix'] as TarFormat[]) {
      const far = 'long'.repeat(format === 'ustar' ? 24 : 40)
      const tree = join(work, format)
      mkdirSync(tree)
      plant(tree, [
        ['/a', file('shared', 0o640)],
        ['/x', directory()],
        ['/x/only', file('alone')],
      ])
      for (const name of ['b', 'c', 'd', 'x/e', `x/${far}`]) linkSync(join(tree, 'a'), join(tree, name))
      const base = tarOf(tree, { format, options: ['--owner=7', '--group=8', '--mtime=@0'] })
      const out = await spliced(base, [
        operationOf('/a', { ...file('new', 0o600), ...root }),
        operationOf('/b', undefined),
        operationOf('/d', { ...file('other', 0o644), ...root }),
      ])
      const lines = listed(out).map((line) => line.replace(/ \d\d\d\d-.*?:\d\d:\d\d /, ' '))
      assert.equal(lines, [
        'drwx------ 7/8 0 ./'.replace('drwx------', lines[0]?.slice(0, 10) ?? ''),
        '-rw------- 0/0 3 ./a',
        '-rw-r----- 7/8 6 ./c',
        '-rw-r--r-- 0/0 5 ./d',
        'drwxr-xr-x 7/8 0 ./x/',
        'hrw-r----- 7/8 0 ./x/e link to ./c',
        `hrw-r----- 7/8 0 ./x/${far} link to ./c`,
        '-rw-r--r-- 7/8 5 ./x/only',
      ])
      const to = join(work, `${format}-out`)
      mkdirSync(to)
      unpack(out, to, ['--no-same-owner'])
      assert.is(readFileSync(join(to, 'c'), 'utf8'), 'shared')
      assert.is(statSync(join(to, 'c')).nlink, 3)
      assert.is(readFileSync(join(to, 'a'), 'utf8'), 'new')
    }
  }))

test('a sparse file that changes its name stays sparse and whole', () =>
  inWorkdir(async (work) => {
    for (const [format, version] of [['gnu'], ['posix', '0.0'], ['posix', '0.1'], ['posix', '1.0']] as const) {
      const tree = join(work, `${format}${version}`)
      mkdirSync(tree)
      execFileSync(
        'sh',
        [
          '-euc',
          'truncate -s 2M a; for n in 0 3 9 20 30 41 77 100; do printf %s "$n" | dd of=a bs=16384 seek=$n conv=notrunc status=none; done; ln a b; ln a c',
        ],
        { cwd: tree },
      )
      const options = ['--sparse', ...(version ? [`--sparse-version=${version}`] : [])]
      const base = tarOf(tree, { format, options })
      assert.ok(statSync(base).size < 1024 * 1024, 'holes are not stored')
      const content = readFileSync(join(tree, 'a'))
      await withTar(base, async (archive) => {
        const { TarTree } = await import('../../../src/storage/tar/tree.ts')
        const view = new TarTree(archive)
        assert.equal(view.lstat('/b'), view.lstat('/a'))
        assert.ok(content.equals(view.read('/c') ?? new Uint8Array()), `${format} ${version}: read`)
      })
      const out = await spliced(base, [operationOf('/a', undefined)])
      const to = join(work, `${format}${version}-out`)
      mkdirSync(to)
      unpack(out, to, ['--no-same-owner'])
      assert.ok(content.equals(readFileSync(join(to, 'b'))), `${format} ${version}: unpacked`)
      assert.is(statSync(join(to, 'c')).nlink, 2)
      assert.ok(statSync(join(to, 'b')).blocks < 2000)
    }
  }))

test('binary attributes are carried over as bytes, on kept and on replaced files', () =>
  inWorkdir(async (work) => {
    const base = pythonTar(
      join(work, 'base.tar'),
      `
cap = b'\\x01\\x80\\xff\\x00\\x0a\\x02=\\xc3'
def record(key, value):
    rest = b' ' + key + b'=' + value + b'\\n'
    n = len(rest)
    while len(str(n)) + len(rest) > n: n = len(str(n)) + len(rest)
    return str(n).encode() + rest
for name in ('kept', 'replaced', 'gone'):
    body = record(b'SCHILY.xattr.security.capability', cap) + record(b'SCHILY.acl.access', b'user::rwx,user:7:rwx,group::r-x,mask::rwx,other::r-x') + record(b'mtime', b'1.5')
    i = tarfile.TarInfo('PaxHeader'); i.type = b'x'; i.size = len(body)
    t.addfile(i, io.BytesIO(body))
    add(name, b'old')
i = tarfile.TarInfo('link'); i.type = tarfile.LNKTYPE; i.linkname = 'gone'; t.addfile(i)
`,
    )
    const out = await spliced(base, [
      operationOf('/gone', undefined),
      operationOf('/replaced', { ...file('new', 0o640), ...root }),
    ])
    const cap = Buffer.from([1, 0x80, 0xff, 0, 10, 2, 0x3d, 0xc3])
    await withTar(out, (archive) => {
      const records = archive.entries.map((entry) => [
        entry.path,
        ...archive.extensions(entry).records.map(({ key, value }) => `${key}=${Buffer.from(value).toString('latin1')}`),
      ])
      const capability = `SCHILY.xattr.security.capability=${cap.toString('latin1')}`
      const acl = 'SCHILY.acl.access=user::rwx,user:7:rwx,group::r-x,mask::rwx,other::r-x'
      const closed = 'SCHILY.acl.access=user::rw-,user:7:rwx,group::r-x,mask::r--,other::---'
      assert.equal(records, [
        ['/kept', capability, acl, 'mtime=1.5'],
        ['/replaced', capability, closed],
        ['/link', capability, acl, 'mtime=1.5'],
      ])
    })
  }))

test('a boot partition inside the archive: any case, its own spelling', () =>
  inWorkdir(async (work) => {
    const tree = join(work, 'tree')
    mkdirSync(tree)
    plant(tree, [
      ['/boot', directory()],
      ['/boot/firmware', directory()],
      ['/boot/firmware/CONFIG.TXT', file('arm_64bit=1\n')],
      ['/boot/firmware/cmdline.txt', file('root=PARTUUID=1\n')],
    ])
    const out = await spliced(tarOf(tree), [
      operationOf('/config.txt', file('other\n'), 'boot'),
      operationOf('/NEW.txt', file('new\n'), 'boot'),
      operationOf('/cmdline.TXT', undefined, 'boot'),
    ])
    assert.equal(
      listed(out).map((line) => line.split(' ')[5]),
      ['./', './boot/', './boot/firmware/', './boot/firmware/CONFIG.TXT', './boot/firmware/NEW.txt'],
    )
  }))

test('what cannot be done is refused before anything is written', () =>
  inWorkdir(async (work) => {
    const tree = join(work, 'tree')
    mkdirSync(tree)
    plant(tree, BASE)
    execFileSync('mkfifo', [join(tree, 'etc/fifo')])
    const base = tarOf(tree)
    for (const operations of [
      [operationOf('/etc', file('x'))],
      [operationOf('/etc/hostname', directory())],
      [operationOf('/etc/fifo', undefined)],
      [operationOf('/no/such/file', file('x'))],
      [operationOf('/home/pi', undefined), operationOf('/home/pi/new', file('x'))],
      [operationOf('/lib/x', file('x')), operationOf('/usr/lib/x', file('y'))],
    ]) {
      const error = await spliced(base, operations).catch((e) => e)
      assert.instance(error, TargetError)
      assert.is(statSync(`${base}.out`).size, 0)
    }
  }))

test('entries that come twice: the last one counts, all of them go', () =>
  inWorkdir(async (work) => {
    const tree = join(work, 'tree')
    mkdirSync(tree)
    writeFileSync(join(tree, 'a'), 'one')
    linkSync(join(tree, 'a'), join(tree, 'b'))
    const base = tarOf(tree, { bare: true })
    writeFileSync(join(work, 'a'), 'two')
    execFileSync('tar', ['--append', '--file', base, '--directory', work, 'a'])
    const out = await spliced(base, [operationOf('/a', file('three'))])
    const to = join(work, 'out')
    mkdirSync(to)
    unpack(out, to)
    assert.is(readFileSync(join(to, 'a'), 'utf8'), 'three')
    assert.is(readFileSync(join(to, 'b'), 'utf8'), 'one')
    assert.equal(
      listed(out).map((line) => line.split(' ')[5]),
      ['b', 'a'],
    )
  }))
