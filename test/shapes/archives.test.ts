import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pibake } from '../support/cli.ts'
import { smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { makeSampleTar } from '../write/bake/support/bases.ts'
import { env, makeSampleImage } from '../write/bake/support/sample-image.ts'

const test = suite('shapes: what people have in place of an image')

let work = ''
const at = (name: string) => join(work, name)
const sh = (script: string, cwd = work) => execFileSync('sh', ['-ec', script], { cwd, env, stdio: 'pipe' })

test.before(async () => {
  work = mkdtempSync(join(tmpdir(), 'pibake-shapes-'))
  writeFileSync(at('pibake.yaml'), JSON.stringify({ ...smallSpec(), packages: { bundle: false } }))
  makeSampleImage(at('card.img'))
  await makeSampleTar(at('root.tar'))
})

test.after(() => rmSync(work, { recursive: true, force: true }))

/** The file's first bytes, and zeros behind them. */
function head(name: string, bytes: Uint8Array | string, offset = 0): void {
  const content = Buffer.alloc(1024 * 1024)
  content.set(Buffer.from(bytes as string), offset)
  writeFileSync(at(name), content)
}
const hex = (digits: string) => Buffer.from(digits, 'hex')

/** What is refused: how it is made, the message, the hint. `plan --image` and `bake` both say so, with exit code 3. */
const refused: Readonly<Record<string, readonly [make: (name: string) => unknown, message: RegExp, hint: RegExp]>> = {
  'x.img.7z': [(name) => head(name, hex('377abcaf271c0004')), /it is a 7z archive$/m, /7z x /],
  'x.img.rar': [(name) => head(name, hex('526172211a0700')), /it is a rar archive$/m, /unrar x /],
  'x.img.lz': [(name) => head(name, 'LZIP\x01'), /it is packed by lzip$/m, /lzip --decompress/],
  'x.qcow2': [(name) => head(name, hex('514649fb00000003')), /it is a qcow2 image$/m, /qemu-img convert -O raw /],
  'x.vhd': [(name) => head(name, 'conectix'), /it is a VHD image$/m, /qemu-img convert/],
  'x.vhdx': [(name) => head(name, 'vhdxfile'), /it is a VHDX image$/m, /qemu-img convert/],
  'x.vmdk': [(name) => head(name, 'KDMV'), /it is a VMDK image$/m, /qemu-img convert/],
  'text.vmdk': [(name) => head(name, '# Disk DescriptorFile\n'), /description of a VMDK/, /qemu-img convert/],
  'x.vdi': [(name) => head(name, hex('7f10dabe'), 64), /it is a VDI image$/m, /qemu-img convert/],
  'x.img.sparse': [(name) => head(name, hex('3aff26ed01000000')), /it is a sparse image of Android$/m, /simg2img /],
  'page.img': [
    (name) => writeFileSync(at(name), '\n<!DOCTYPE html>\n<title>404</title>'),
    /it is an HTML page$/m,
    /download failed/,
  ],
  'page.img.xz': [(name) => writeFileSync(at(name), '<HTML><body>moved'), /it is an HTML page$/m, /download failed/],
  'list.img': [
    (name) => writeFileSync(at(name), '<?xml version="1.0"?><Error/>'),
    /it is an XML text$/m,
    /download failed/,
  ],
  'bare-ext4.img': [
    (name) => sh(`mke2fs -q -F ${name} 8M`),
    /no partition table: it is a bare file system \(ext4\)/,
    /whole card.*mount -o loop .*--boot and --root/,
  ],
  'bare-fat.img': [
    (name) => sh(`mkfs.vfat -C ${name} 40960`),
    /it is a bare file system \(FAT\), one partition of a card/,
    /whole card/,
  ],
  'bare-swap.img': [
    (name) => sh(`truncate -s 8M ${name}; mkswap ${name}`),
    /a bare file system \(swap\)/,
    /whole card/,
  ],
  'bare-btrfs.img': [(name) => head(name, '_BHRfS_M', 65_600), /a bare file system \(btrfs\)/, /whole card/],
  'bare-luks.img': [(name) => head(name, hex('4c554b53babe0002')), /a bare file system \(LUKS\)/, /whole card/],
  'tar.img': [
    (name) => copyFileSync(at('root.tar'), at(name)),
    /no partition table: it is a tar archive$/m,
    /name it \.tar/,
  ],
  'large-sectors.img': [
    (name) => {
      // A protective MBR, and the header where sectors of 4096 bytes have it.
      const content = Buffer.alloc(1024 * 1024)
      content.set(hex('00000200eeffffff01000000ffffffff'), 446)
      content.set(hex('55aa'), 510)
      content.write('EFI PART', 4096)
      writeFileSync(at(name), content)
    },
    /counts in sectors of 4096 bytes/,
    /losetup --sector-size 4096 /,
  ],
  'zeros.img': [(name) => head(name, ''), /no partition table$/m, /whole card/],
  'long.img.zst': [
    (name) => sh(`zstd -q --long=28 < card.img > ${name}`),
    /takes 256 MiB of memory, and pibake takes 128: it is sound$/m,
    /zstd -d --long=31 /,
  ],
  'damaged.img.xz': [
    (name) => {
      sh(`xz -1 -c card.img > ${name}`)
      const bytes = readFileSync(at(name))
      bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 64)
      writeFileSync(at(name), bytes)
    },
    /damaged|corrupt/i,
    /^/,
  ],
  'cut.img.zst': [
    (name) => {
      sh(`zstd -q card.img -o ${name}`)
      truncateSync(at(name), 100_000)
    },
    /truncated|damaged/,
    /^/,
  ],
}

for (const [name, [make, message, hint]] of Object.entries(refused)) {
  test(`refused: ${name}`, () => {
    make(name)
    mkdirSync(at(`${name}.out`))
    const baked = pibake(['bake', at('pibake.yaml'), at(name), '-o', at(`${name}.out/x.img`), '--no-checksums'])
    assert.is(baked.code, 3, baked.stderr)
    assert.match(baked.stderr, message)
    assert.match(baked.stderr, hint)
    assert.equal(readdirSync(at(`${name}.out`)), [])
    // Nothing but what is damaged is called so.
    if (!/^(damaged|cut)/.test(name)) assert.not.match(baked.stderr, /damaged/)
    rmSync(at(name))
  })
}

/** Packed in ways that pibake does not read, by programs that are here: what the hint says is done, and then it is taken. */
const advised: Readonly<Record<string, readonly [pack: string, made: string]>> = {
  'card.img.bz2': ['bzip2 --keep -1 card.img', 'card.img'],
  'card.img.lz4': ['lz4 -q card.img card.img.lz4', 'card.img'],
  'card.img.lzma': ['lzma --keep -0 card.img', 'card.img'],
  'card.bzip2.zip': ['zip -q -Z bzip2 -1 card.bzip2.zip card.img', 'card.img'],
  'card.img.zst': ['zstd -q --long=28 < card.img > card.img.zst', 'card.img'],
  'root.tar.bz2': ['bzip2 --keep -1 root.tar', 'root.tar'],
}

for (const [name, [pack, made]] of Object.entries(advised)) {
  test(`the advice is followed: ${name}`, () => {
    const folder = at(`advised ${name}`.replaceAll(' ', '-'))
    mkdirSync(folder)
    copyFileSync(at(made), join(folder, made))
    sh(pack, folder)
    const original = readFileSync(join(folder, made))
    rmSync(join(folder, made))
    const out = join(folder, made.endsWith('.tar') ? 'out.tar' : 'out.img')
    const refused = pibake(['bake', at('pibake.yaml'), join(folder, name), '-o', out, '--no-checksums'])
    assert.is(refused.code, 3, refused.stderr)
    const [, command = ''] = /hint: .*unpack it first: (.*)$/m.exec(refused.stderr) ?? []
    sh(command, folder)
    assert.is(Buffer.compare(original, readFileSync(join(folder, made))), 0, command)
    const baked = pibake(['bake', at('pibake.yaml'), join(folder, made), '-o', out, '--no-checksums'])
    assert.is(baked.code, 0, baked.stderr)
    rmSync(folder, { recursive: true })
  })
}
