import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { SpaceError, TargetError } from '../../../src/base/errors.ts'
import { suite } from '../../support/suite.ts'
import { type FatImage, type FatOptions, hex, META, MIB, onFat, run } from './support/fat-image.ts'

const test = suite('FAT: edits, judged by fsck.vfat and mtools')

/** What pi-gen puts there, in small. */
const BOOT = {
  'config.txt': '[all]\narm_64bit=1\n',
  'cmdline.txt': 'console=tty1 root=PARTUUID=00000000-02\n',
  'kernel8.img': randomBytes(300_000),
  'bcm2712-rpi-5-b.dtb': randomBytes(70_001),
  'overlays/README': 'overlays\n',
  ...Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`overlays/long-overlay-name-${i}.dtbo`, randomBytes(1500)]),
  ),
}

const SHAPES: readonly FatOptions[] = [
  { size: 512 * MIB, perCluster: 1 },
  { size: 512 * MIB, perCluster: 4 },
  { size: 40 * MIB, perCluster: 1 },
  { size: 600 * MIB, perCluster: 8 },
  // What rpi-image-gen's mkdosfs makes of 64 MB and of 511 MB, and the borders of FAT16.
  { size: 64 * MIB, perCluster: 4, bits: 16 },
  { size: 511 * MIB, perCluster: 16, bits: 16 },
  { size: 33_000_000 - (33_000_000 % 512), perCluster: 1, bits: 16 },
  { size: 5 * MIB, perCluster: 1, bits: 16, rootSlots: 112 },
]
/** Small ones of both kinds, for what does not depend on the size. */
const BOTH: readonly FatOptions[] = [
  { size: 40 * MIB, perCluster: 1 },
  { size: 40 * MIB, perCluster: 2, bits: 16 },
]
const called = ({ bits = 32 }: FatOptions) => `FAT${bits}`

for (const shape of SHAPES) {
  test(`${called(shape)} of ${Math.round(shape.size / MIB)} MiB, ${shape.perCluster} sectors per cluster`, () =>
    onFat(shape, (image) => {
      image.fill(BOOT)
      const before = image.contents()
      assert.is(image.complaints(), '')
      const big = randomBytes(200_000)
      image.edit((fat) => {
        fat.writeFile('/CONFIG.TXT', Buffer.from('hardened=1\n'), META)
        fat.writeFile('/user-data', Buffer.from('#cloud-config\n'), META)
        fat.writeFile('/FIRMWARE.BIN', big, META)
        fat.writeFile('/empty', new Uint8Array(), META)
        fat.makeDirectory('/pibake', META)
        fat.makeDirectory('/pibake/deep', META)
        fat.writeFile('/pibake/deep/Grüße an alle.txt', Buffer.from('x'), META)
        fat.remove('/overlays/long-overlay-name-7.dtbo')
        fat.remove('/nothing/there')
        fat.setMeta('/pibake', META)
      })
      assert.is(image.complaints(), '')
      const expected = new Map(before)
      expected.set('/config.txt', hex(Buffer.from('hardened=1\n')))
      expected.set('/user-data', hex(Buffer.from('#cloud-config\n')))
      expected.set('/FIRMWARE.BIN', hex(big))
      expected.set('/empty', '')
      expected.set('/pibake', undefined)
      expected.set('/pibake/deep', undefined)
      expected.set('/pibake/deep/Grüße an alle.txt', hex(Buffer.from('x')))
      expected.delete('/overlays/long-overlay-name-7.dtbo')
      assert.equal([...image.contents()], sorted(expected))
      image.look((fat) => {
        assert.is(hex(fat.readFile('/firmware.bin')), hex(big))
        assert.equal(fat.lstat('/Pibake/DEEP'), { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
        assert.equal(fat.lstat('/empty'), { kind: 'file', mode: 0o755, uid: 0, gid: 0, size: 0 })
        assert.is(fat.lstat('/config.txt/no'), undefined)
        assert.is(fat.list('/overlays').length, 40)
        assert.equal(fat.list('/config.txt'), [])
        assert.ok(fat.list('/').includes('config.txt'))
      })
      image.edit((fat) => {
        fat.remove('/Overlays')
        fat.remove('/pibake')
        fat.writeFile('/FIRMWARE.BIN', new Uint8Array(), META)
      })
      assert.is(image.complaints(), '')
      const left = [...expected].filter(([path]) => !/^\/(overlays|pibake)/.test(path))
      assert.equal([...image.contents()], sorted(new Map([...left, ['/FIRMWARE.BIN', '']])))
    }))
}

for (const shape of BOTH) {
  test(`${called(shape)}: the same edit gives the same bytes, and times are UTC, in steps of two seconds`, () =>
    onFat(shape, (image, work) => {
      image.fill(BOOT)
      run('cp', [image.path, `${work}/twin.img`])
      const edit = () => {
        image.edit((fat) => {
          fat.writeFile('/a file with a long name', Buffer.from('1'), META)
          fat.writeFile('/A', Buffer.from('1'), META)
        })
      }
      edit()
      assert.match(image.mdir('/A'), /2023-11-14 +22:13/)
      const first = run('sha256sum', [image.path]).split(' ')[0]
      run('cp', [`${work}/twin.img`, image.path])
      edit()
      assert.is(run('sha256sum', [image.path]).split(' ')[0], first)
    }))
}

for (const [epoch, shown] of [
  [0, '1980-01-01'],
  [2 ** 40, '2107-12-31'],
] as const) {
  test(`a time that FAT cannot say becomes ${shown}`, () =>
    onFat({ size: 40 * MIB, perCluster: 1 }, (image) => {
      image.edit((fat) => fat.writeFile('/A', Buffer.from('1'), META), epoch)
      assert.match(image.mdir('/A'), new RegExp(shown))
      assert.is(image.complaints(), '')
    }))
}

for (const shape of BOTH) {
  test(`${called(shape)}: what was removed or replaced is nowhere in the image any more, nor is its name`, () =>
    onFat(shape, (image) => {
      image.fill({
        'userconf.txt': 'pi:SECRET-ONE',
        'secret-directory/file': `${'SECRET-TWO '.repeat(400)}`,
        rest: 'KEPT',
      })
      image.edit((fat) => {
        fat.writeFile('/userconf.txt', Buffer.from('x'), META)
        fat.remove('/secret-directory')
        fat.remove('/not there')
      })
      assert.is(image.complaints(), '')
      const bytes = readFileSync(image.path)
      for (const word of ['SECRET', 'secret-', 'ecret-d', 'SECRET~1']) {
        for (const encoding of ['latin1', 'utf16le'] as const)
          assert.not(bytes.includes(Buffer.from(word, encoding)), word)
      }
      assert.ok(bytes.includes('KEPT'))
    }))
}

test('a directory grows, the root directory too, and its free slots are used again', () =>
  onFat({ size: 40 * MIB, perCluster: 1 }, (image) => {
    const names = Array.from({ length: 300 }, (_, i) => `/a name of some length ${i}.conf`)
    image.edit((fat) => {
      fat.makeDirectory('/d', META)
      for (const name of names) {
        fat.writeFile(name, Buffer.from(name), META)
        fat.writeFile(`/d${name}`, Buffer.from(name), META)
      }
    })
    assert.is(image.complaints(), '')
    const free = image.look((fat) => fat.room().bytes)
    image.edit((fat) => {
      for (const name of names.slice(100, 200)) fat.remove(`/d${name}`)
      for (const name of names.slice(100, 200)) fat.writeFile(`/d${name}`, Buffer.from(name), META)
    })
    assert.is(image.complaints(), '')
    assert.is(
      image.look((fat) => fat.room().bytes),
      free,
    )
    assert.is(image.contents().size, 601)
  }))

for (const shape of BOTH) {
  test(`${called(shape)}: short names are numbered by what is there, and found too`, () =>
    onFat(shape, (image) => {
      image.edit((fat) => {
        for (const name of [
          'long name one',
          'long name two',
          'LONGNA~2',
          'long name three',
          '.profile',
          'a+b.c.d',
          'x.toolong',
        ]) {
          fat.writeFile(`/${name}`, Buffer.from(name), META)
        }
      })
      assert.is(image.complaints(), '')
      image.look((fat) => {
        assert.is(Buffer.from(fat.readFile('/longna~1')).toString(), 'long name one')
        // As on the device: a short form is a name of the file that has it.
        assert.is(Buffer.from(fat.readFile('/long name two')).toString(), 'LONGNA~2')
        assert.is(Buffer.from(fat.readFile('/longna~3')).toString(), 'long name three')
        assert.is(Buffer.from(fat.readFile('/profil~1')).toString(), '.profile')
      })
    }))
}

for (const shape of BOTH) {
  test(`${called(shape)}: a name in lower case by its flags is read so, and keeps it when it is replaced`, () =>
    onFat(shape, (image) => {
      image.fill({ 'config.txt': 'old' })
      image.look((fat) => assert.equal(fat.list('/'), ['config.txt']))
      image.edit((fat) => fat.writeFile('/Config.Txt', Buffer.from('new'), META))
      assert.equal([...image.contents()], [['/config.txt', hex(Buffer.from('new'))]])
      assert.is(image.complaints(), '')
    }))
}

for (const shape of BOTH) {
  test(`${called(shape)}: characters beyond 16 bits are kept`, () =>
    onFat(shape, (image) => {
      image.edit((fat) => fat.writeFile('/Erdbeere 🍓', Buffer.from('x'), META))
      image.look((fat) => assert.equal(fat.list('/'), ['Erdbeere 🍓']))
      assert.is(image.complaints(), '')
    }))
}

for (const shape of BOTH) {
  test(`${called(shape)}: a name like the label of the volume is another thing`, () =>
    onFat(shape, (image) => {
      image.edit((fat) => fat.writeFile('/bootfs', Buffer.from('x'), META))
      assert.is(image.complaints(), '')
      image.edit((fat) => fat.remove('/BOOTFS'))
      assert.is(image.complaints(), '')
      assert.match(image.mdir('/'), /bootfs/)
    }))
}

test('names that FAT cannot hold are refused', () =>
  onFat({ size: 40 * MIB, perCluster: 1 }, (image) => {
    for (const name of ['a:b', 'a*', 'tab\t', 'dot.', 'space ', 'x'.repeat(256), 'half \ud800', 'back\\slash']) {
      assert.throws(
        () => image.edit((fat) => fat.writeFile(`/${name}`, new Uint8Array(), META)),
        (error: Error) => error instanceof TargetError && /cannot be a name on FAT/.test(error.message),
      )
    }
    image.edit((fat) => fat.writeFile(`/${'x'.repeat(255)}`, new Uint8Array(), META))
    assert.is(image.complaints(), '')
  }))

for (const shape of BOTH) {
  test(`${called(shape)}: what a path leads to decides what can be done with it`, () =>
    onFat(shape, (image) => {
      image.fill({ 'd/f': 'x' })
      const refuses = (change: Parameters<FatImage['edit']>[0], why: RegExp) =>
        assert.throws(
          () => image.edit(change),
          (error: Error) => error instanceof TargetError && why.test(error.message),
        )
      refuses((fat) => fat.writeFile('/d', new Uint8Array(), META), /directory/)
      refuses((fat) => fat.writeFile('/no/f', new Uint8Array(), META), /its directory is missing/)
      refuses((fat) => fat.writeFile('/d/f/g', new Uint8Array(), META), /its directory is missing/)
      refuses((fat) => fat.makeDirectory('/D', META), /there already/)
      refuses((fat) => fat.setMeta('/d/f', META), /not a directory/)
      refuses((fat) => void fat.readFile('/d'), /not a file/)
      refuses((fat) => fat.remove('/'), /whole partition/)
      refuses((fat) => void fat.lstat('/d/../d'), /plain/)
      assert.throws(() => image.edit((fat) => fat.symlink('/l', 'd')), /FAT holds no links/)
    }))
}

test('FAT16: the names in the boot sector decide nothing, and the high half of a first cluster belongs to others', () =>
  onFat({ size: 40 * MIB, perCluster: 2, bits: 16 }, (image) => {
    image.fill({ 'config.txt': 'old', rest: 'kept' })
    const bytes = readFileSync(image.path)
    bytes.write('FAT32   ', 54)
    for (const name of ['CONFIG  TXT', 'REST       ']) bytes.writeUInt16LE(0x1234, bytes.indexOf(name) + 20)
    writeFileSync(image.path, bytes)
    image.edit((fat) => {
      assert.is(Buffer.from(fat.readFile('/config.txt')).toString(), 'old')
      fat.writeFile('/config.txt', Buffer.from('new'), META)
    })
    assert.is(image.complaints(), '')
    assert.is(image.contents().get('/config.txt'), hex(Buffer.from('new')))
    // What is not named stays as it is, what is written says what mkfs.vfat would.
    const after = readFileSync(image.path)
    assert.is(after.readUInt16LE(after.indexOf('REST       ') + 20), 0x1234)
    assert.is(after.readUInt16LE(after.indexOf('CONFIG  TXT') + 20), 0)
  }))

test('a full file system is a SpaceError, whatever it is that does not fit', () =>
  onFat({ size: 40 * MIB, perCluster: 1 }, (image) => {
    const room = image.look((fat) => fat.room().bytes)
    const full = new Uint8Array(room).fill(7)
    const isFull = (error: Error) => error instanceof SpaceError
    image.edit((fat) => {
      fat.writeFile('/A', full, META)
      assert.is(fat.room().bytes, 0)
    })
    assert.is(image.complaints(), '')
    assert.throws(() => image.edit((fat) => fat.writeFile('/B', new Uint8Array(1), META)), isFull)
    assert.throws(() => image.edit((fat) => fat.makeDirectory('/D', META)), isFull)
    assert.throws(
      () => image.edit((fat) => Array.from({ length: 99 }, (_, i) => fat.writeFile(`/${i}`, new Uint8Array(), META))),
      isFull,
    )
    assert.throws(() => image.edit((fat) => fat.writeFile('/A', new Uint8Array(room + 1), META)), isFull)
    image.edit((fat) => fat.remove('/a'))
    assert.is(
      image.look((fat) => fat.room().bytes),
      room,
    )
    assert.is(image.complaints(), '')
  }))

test('new data goes where the image changes anyway', () =>
  onFat({ size: 512 * MIB, perCluster: 1 }, (image) => {
    image.fill({ 'a.bin': randomBytes(60 * MIB), 'b.txt': 'b' })
    const extents = image.edit((fat) => {
      fat.writeFile('/b.txt', randomBytes(5000), META)
      fat.remove('/a.bin')
      fat.writeFile('/c.txt', randomBytes(5000), META)
    })
    assert.is(image.complaints(), '')
    assert.ok(extents.every(({ offset }) => offset < 96 * MIB))
  }))

test('what is in use is listed', () =>
  onFat({ size: 40 * MIB, perCluster: 1 }, (image) => {
    image.fill({ a: randomBytes(5000) })
    image.edit((fat) => {
      const before = fat.used()
      assert.is(before[0]?.offset, 0)
      const bytes = (parts: readonly { length: number }[]) => parts.reduce((sum, { length }) => sum + length, 0)
      fat.remove('/a')
      assert.is(bytes(before) - bytes(fat.used()), 5120)
    })
  }))

function sorted(contents: Map<string, string | undefined>): [string, string | undefined][] {
  return [...contents].sort(([a], [b]) => (a < b ? -1 : 1))
}
