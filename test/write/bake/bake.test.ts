import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { XzImage } from '../../../src/storage/archive/xz-image.ts'
import { ZstImage } from '../../../src/storage/archive/zst-image.ts'
import { parseBmap } from '../../../src/write/emit/bmap-xml.ts'
import { boot, makeCard, root } from '../../shapes/support/card.ts'
import { pibake, program } from '../../support/cli.ts'
import { smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'
import { assertSound, EXT4, env, makeSampleImage } from './support/sample-image.ts'

const test = suite('bake and --image')

let work = ''
let base = ''
let spec = ''

test.before(() => {
  work = mkdtempSync(join(tmpdir(), 'pibake-bake-'))
  base = join(work, 'base.img')
  spec = join(work, 'pibake.yaml')
  makeSampleImage(base)
  writeFileSync(spec, JSON.stringify({ ...smallSpec(), device: { hostname: 'kit-07' }, packages: { bundle: false } }))
  for (const [program, ...args] of [
    ['xz', '--keep', '--block-size=4MiB', '-T2', '-1'],
    ['gzip', '--keep', '--no-name'],
    ['zstd', '--quiet', '--keep'],
  ] as const) {
    execFileSync(program, [...args, base])
  }
  copyFileSync(`${base}.zst`, join(work, 'plain.img.zst'))
})

test.after(() => rmSync(work, { recursive: true, force: true }))

const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const digest = (file: string) => sha(readFileSync(file))
const DECODERS: Readonly<Record<string, readonly string[]>> = {
  xz: ['xz', '-dc'],
  gz: ['gzip', '-dc'],
  zst: ['zstd', '-dcq'],
}

function decodedDigest(file: string): string {
  const [program, ...args] = DECODERS[file.split('.').at(-1) ?? ''] ?? []
  if (program === undefined) return digest(file)
  const bytes = execFileSync(program, [...args, file], { maxBuffer: 1 << 30 })
  return createHash('sha256').update(bytes).digest('hex')
}

function bake(from: string, out: string, ...more: string[]): void {
  const { code, stderr } = pibake(['bake', spec, from, '-o', out, ...more])
  assert.is(code, 0, stderr)
}

/** A folder of its own in the work folder. */
function folder(name: string): string {
  const path = join(work, name)
  mkdirSync(path)
  return path
}

test('apply --image edits the file in place, without root, and verify finds no drift', () => {
  const image = join(work, 'in-place.img')
  copyFileSync(base, image)
  const nobody = process.getuid?.() === 0 ? { uid: 65534 } : {}
  if ('uid' in nobody) execFileSync('chown', ['-R', 'nobody', work])
  execFileSync('chmod', ['755', work])
  const applied = pibake(['apply', spec, '--image', image], nobody)
  assert.is(applied.code, 0, applied.stderr)
  assert.match(applied.stdout, 'ssh alice@')
  assertSound(image, work)
  assert.is(pibake(['verify', spec, '--image', image]).code, 0)
  const before = digest(image)
  assert.match(pibake(['apply', spec, '--image', image]).stdout, 'Nothing to change')
  assert.is(digest(image), before)
  assert.equal(
    readdirSync(work).filter((name) => /redo|lock/.test(name)),
    [],
  )
})

test('plan and explain read an image, and leave it as it is', () => {
  const before = digest(base)
  assert.match(pibake(['plan', spec, '--image', base]).stdout, '+ /etc/ssh/sshd_config.d/00-pibake.conf')
  assert.match(pibake(['explain', spec, '/etc/hostname', '--image', base]).stdout, 'device.hostname')
  assert.is(pibake(['verify', spec, '--image', base]).code, 4)
  assert.is(digest(base), before)
})

test('any kind becomes any other, the image in it the same', () => {
  const out = folder('any')
  const before = ['', '.xz', '.gz', '.zst'].map((kind) => digest(`${base}${kind}`))
  bake(base, join(out, 'reference.img'), '--no-checksums')
  assertSound(join(out, 'reference.img'), work)
  const wanted = digest(join(out, 'reference.img'))
  for (const from of ['', '.xz', '.gz', '.zst']) {
    for (const to of ['', '.xz', '.gz', '.zst']) {
      const made = join(out, `from${from.replace('.', '-')}.img${to}`)
      bake(`${base}${from}`, made, '--no-checksums')
      assert.is(decodedDigest(made), wanted, made)
    }
  }
  // What pibake has packed itself is entered, not unpacked.
  bake(join(out, 'from.img.zst'), join(out, 'again.img.zst'), '--no-checksums')
  assert.is(decodedDigest(join(out, 'again.img.zst')), wanted)
  assert.equal(
    ['', '.xz', '.gz', '.zst'].map((kind) => digest(`${base}${kind}`)),
    before,
    'no base was written',
  )
  assert.equal(
    readdirSync(out).filter((name) => name.startsWith('.')),
    [],
    'nothing temporary is left',
  )
})

test('a boot partition of FAT16, as rpi-image-gen makes it: planned, applied, baked, verified', () => {
  const out = folder('fat16')
  const [image, kept] = [join(out, 'fat16.img'), join(out, 'kept.img')]
  makeSampleImage(image, { bits: 16 })
  copyFileSync(image, kept)
  execFileSync('xz', ['--keep', '--block-size=4MiB', '-T2', '-1', kept])
  assert.match(pibake(['plan', spec, '--image', image]).stdout, 'boot:/cmdline.txt')
  bake(image, join(out, 'baked.img'), '--no-checksums')
  bake(`${kept}.xz`, join(out, 'baked.img.xz'), '--no-checksums')
  const applied = pibake(['apply', spec, '--image', image])
  assert.is(applied.code, 0, applied.stderr)
  assertSound(image, work)
  for (const file of ['fat16.img', 'baked.img', 'baked.img.xz']) {
    assert.is(pibake(['verify', spec, '--image', join(out, file)]).code, 0, file)
    assert.is(decodedDigest(join(out, file)), digest(image), file)
  }
  const again = pibake(['apply', spec, '--image', image])
  assert.match(again.stdout, 'Nothing to change')
  const mdir = execFileSync('mdir', ['-b', '-i', `${image}@@8M`, '::'], { env, encoding: 'utf8' })
  assert.match(mdir, '::/cmdline.txt')
})

/** What the provenance beside an output says that its maker chose. */
const flagsOf = (made: string): Record<string, unknown> =>
  JSON.parse(readFileSync(`${made}.provenance.json`, 'utf8')).predicate.buildDefinition.externalParameters.flags

test('an image with two systems: the advice of the refusal is followed, for every command', () => {
  const out = folder('slots')
  const image = join(out, 'slots.img')
  makeCard(image, {
    size: 70,
    parts: [
      { at: 1, size: 5, type: 'c', holds: boot(16, 'PARTUUID=0fac1a1e-03') },
      { at: 6, size: 5, type: 'c', holds: boot(16, '/dev/mmcblk0p4') },
      { at: 12, size: 24, holds: root() },
      { at: 40, size: 24, holds: root() },
    ],
  })
  const before = readFileSync(image)
  const { code, stderr } = pibake(['plan', spec, '--image', image])
  assert.is(code, 3)
  const [, advice = ''] = /choose one: .* or (--boot-partition \d --root-partition \d)/.exec(stderr) ?? []
  const chosen = advice.split(' ')
  assert.equal(chosen, ['--boot-partition', '2', '--root-partition', '4'])
  bake(image, join(out, 'baked.img.xz'), ...chosen)
  const { bootPartition, rootPartition, trustBase } = flagsOf(join(out, 'baked.img.xz'))
  assert.equal([bootPartition, rootPartition, trustBase], ['2', '4', undefined])
  for (const args of [
    ['plan', spec, '--image', image],
    ['apply', spec, '--image', image],
    ['explain', spec, '/etc/hostname', '--image', image],
    ['verify', spec, '--image', image],
    ['verify', spec, '--image', join(out, 'baked.img.xz')],
  ]) {
    const ran = pibake([...args, ...chosen])
    assert.is(ran.code, 0, `${args}: ${ran.stderr}`)
  }
  const after = readFileSync(image)
  const [MIB, unnamed] = [
    1024 * 1024,
    (bytes: Buffer) => [bytes.subarray(0, 6 << 20), bytes.subarray(12 << 20, 40 << 20)],
  ]
  assert.equal(unnamed(after).map(sha), unnamed(before).map(sha))
  assertSound(image, work, { offset: 6 * MIB, size: 5 * MIB }, { offset: 40 * MIB, size: 24 * MIB })
  assert.is(pibake(['verify', spec, '--image', image, '--root-partition', '3']).code, 4)
})

test('what lies beside the output is accepted by the tools that read it', () => {
  const out = folder('beside')
  const image = join(out, 'kit.img.xz')
  bake(`${base}.xz`, image)
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: out })
  const manifest = JSON.parse(readFileSync(`${image}.manifest.json`, 'utf8'))
  const hostname = manifest.paths.find(({ path }: { path: string }) => path === '/etc/hostname')
  assert.is(hostname.sha256, createHash('sha256').update('kit-07\n').digest('hex'))
  const provenance = JSON.parse(readFileSync(`${image}.provenance.json`, 'utf8'))
  assert.is(provenance.predicate.buildDefinition.resolvedDependencies[0].digest.sha256, digest(`${base}.xz`))
  assert.ok(
    provenance.subject.some(({ digest: { sha256 } }: { digest: { sha256: string } }) => sha256 === digest(image)),
  )
  const copied = join(out, 'copied.img')
  execFileSync('bmaptool', ['--quiet', 'copy', '--bmap', `${image}.bmap`, image, copied], { env, stdio: 'pipe' })
  assertSound(copied, work)
  assert.is(pibake(['verify', spec, '--image', copied]).code, 0)
  const entry = JSON.parse(readFileSync(`${image}.rpi-imager.json`, 'utf8')).os_list[0]
  assert.is(entry.init_format, 'none')
  assert.is(entry.image_download_sha256, digest(image))
})

test('verify --rebuild bakes again and compares; a packed image is read where it lies', () => {
  const out = join(folder('rebuild'), 'x.img.xz')
  const own = join(work, 'keys.yaml')
  writeFileSync(own, readFileSync(spec, 'utf8').replace('{', '{"ssh":{"hostKeys":"bake"},'))
  const { code, stderr } = pibake(['bake', own, `${base}.xz`, '-o', out, '--no-checksums'])
  assert.is(code, 0, stderr)
  assert.is(pibake(['verify', own, '--image', out]).code, 0)
  const rebuilt = pibake(['verify', own, '--image', out, '--rebuild', `${base}.xz`])
  assert.is(rebuilt.code, 0, rebuilt.stderr)
  assert.is(pibake(['verify', own, '--image', out, '--rebuild', base]).code, 4, 'another base packs otherwise')
  assert.is(pibake(['apply', own, '--image', out]).code, 3)
})

test('Ctrl-C ends with 130 and leaves nothing behind', async () => {
  const out = folder('interrupted')
  const child = spawn(process.execPath, [program, 'bake', spec, base, '-o', join(out, 'x.img.xz')], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  while (readdirSync(out).length === 0 && child.exitCode === null) await setTimeout(5)
  child.kill('SIGINT')
  assert.equal(await ended, [130, null])
  assert.equal(readdirSync(out), [])
})

const refusals: Readonly<Record<string, readonly [change: (image: string) => void, message: RegExp]>> = {
  truncated: [(image) => truncateSync(image, EXT4.offset + EXT4.size - 512), /truncated/],
  'without a table': [(image) => poke(image, 511, 0), /partition table/],
}

function poke(image: string, offset: number, byte: number): void {
  const content = readFileSync(image)
  content[offset] = byte
  writeFileSync(image, content)
}

for (const [what, [change, message]] of Object.entries(refusals)) {
  test(`refuses an image ${what}, and leaves it as it is`, () => {
    const image = join(work, 'refused.img')
    copyFileSync(base, image)
    change(image)
    const before = digest(image)
    const out = folder(`refused ${what}`)
    for (const args of [
      ['apply', spec, '--image', image],
      ['bake', spec, image, '-o', join(out, 'x.img')],
    ]) {
      const { code, stderr } = pibake(args)
      assert.is(code, 3, stderr)
      assert.match(stderr, message)
    }
    assert.is(digest(image), before)
    assert.equal(readdirSync(out), [])
  })
}

test('a card that was not unmounted is put in order, and that is said; plan and verify leave it as it is', () => {
  const image = join(work, 'dirty.img')
  copyFileSync(base, image)
  const content = join(work, 'content')
  writeFileSync(content, new Uint8Array(1024).fill(7))
  // Of a block that nobody holds: the last one. The sample's have 1 KiB.
  const last = EXT4.size / 1024 - 1
  const input = `jo -c -v 3\njw -b ${last} ${content}\njc\n`
  const entered = `${image}?offset=${EXT4.offset}`
  assert.is(spawnSync('debugfs', ['-w', '-f', '-', entered], { env, input }).status, 0)
  poke(image, 8 * 1024 * 1024 + 0x41, 1)
  const before = digest(image)
  const said = [
    /root partition was not unmounted: its journal is replayed \(1 transaction, 1 block\)/,
    /boot partition was not/,
  ]
  const orderly = (file: string) => {
    for (const line of said) assert.not.match(pibake(['plan', spec, '--image', file, '--allow-booted']).stderr, line)
    assert.is(spawnSync('e2fsck', ['-fn', `${file}?offset=${EXT4.offset}`], { env }).status, 0)
    const at = EXT4.offset + last * 1024
    assert.ok(
      readFileSync(file)
        .subarray(at, at + 1024)
        .every((byte) => byte === 7),
    )
  }
  for (const command of ['plan', 'verify']) {
    const { stderr } = pibake([command, spec, '--image', image])
    for (const line of said) assert.match(stderr, line)
    assert.is(digest(image), before)
  }
  const out = join(folder('dirty'), 'x.img')
  const baked = pibake(['bake', spec, image, '-o', out])
  assert.is(baked.code, 0, baked.stderr)
  for (const line of said) assert.match(baked.stderr, line)
  assert.is(digest(image), before)
  orderly(out)
  const applied = pibake(['apply', spec, '--image', image])
  assert.is(applied.code, 0, applied.stderr)
  for (const line of said) assert.match(applied.stderr, line)
  orderly(image)
})

test('refuses what makes no sense: no target, two, the base as output, an archive from an image', () => {
  for (const args of [
    ['plan', spec],
    ['plan', spec, '--image', base, '--root', work],
    ['bake', spec, base, '-o', base],
    ['bake', spec, base, '-o', join(work, 'x.tar')],
    ['bake', spec, base],
    ['bake', spec, join(work, 'x.tar'), '-o', join(work, 'y.tar'), '--root-partition', '2'],
    ['plan', spec, '--root', work, '--boot-partition', '1'],
    ['plan', spec, '--image', base, '--root-partition', 'two'],
    ['bake', spec, base, '-o', join(work, 'x.img'), '--sign', 'key', '--no-checksums'],
  ]) {
    assert.is(pibake(args).code, 2, args.join(' '))
  }
})

test('a spec that is refused lets no base be read', () => {
  const bad = join(work, 'bad.yaml')
  writeFileSync(bad, 'version: 1\nusers: []\nnonsense: 1\n')
  assert.is(pibake(['bake', bad, join(work, 'no-such.img.xz'), '-o', join(work, 'x.img')]).code, 2)
})

test('a damaged archive is refused, and nothing is left of the output', () => {
  const out = folder('damaged')
  for (const kind of ['xz', 'gz', 'zst']) {
    const damaged = join(work, `damaged.img.${kind}`)
    const content = readFileSync(`${base}.${kind}`)
    content.fill(0x55, content.length - 3000, content.length - 2000)
    writeFileSync(damaged, content)
    const { code, stderr } = pibake(['bake', spec, damaged, '-o', join(out, 'x.img')])
    assert.is(code, 3, stderr)
    assert.equal(readdirSync(out), [])
  }
})

/** Where the blocks of an .xz file lie, or the frames of a .zst file of pibake's own. */
const units = (file: string) => {
  const opened = file.endsWith('.xz') ? XzImage.open(file) : ZstImage.open(file)
  assert.ok(opened)
  opened.close()
  return opened.units
}

test('damage in what an edit does not touch is found, but in a base that is trusted', () => {
  const out = folder('untouched')
  bake(base, join(out, 'whole.img.zst'), '--no-checksums')
  for (const from of [`${base}.xz`, join(out, 'whole.img.zst')]) {
    const [, ending = ''] = /(\.\w+)$/.exec(from) ?? []
    const damaged = join(out, `damaged.img${ending}`)
    const made = join(out, `made.img${ending}`)
    const left = readdirSync(out).length + 1
    let carried = 0
    for (const { offset, length } of units(from).slice(-4)) {
      const content = readFileSync(from)
      content[offset + (length >> 1)] = (content[offset + (length >> 1)] ?? 0) ^ 0x10
      writeFileSync(damaged, content)
      for (const more of carried === 0 ? [[], ['--no-checksums']] : [[]]) {
        const { code, stderr } = pibake(['bake', spec, damaged, '-o', made, ...more])
        assert.is(code, 3, stderr)
        assert.is(readdirSync(out).length, left, 'nothing is left of the output')
      }
      const trusted = pibake(['bake', spec, damaged, '-o', made, '--trust-base'])
      if (trusted.code === 3) continue
      carried += 1
      assert.is(trusted.code, 0, trusted.stderr)
      assert.match(trusted.stderr + trusted.stdout, 'was not checked (--trust-base)')
      rmSync(made)
      for (const name of readdirSync(out))
        if (name.startsWith('made.') || name === 'SHA256SUMS') rmSync(join(out, name))
    }
    assert.ok(carried > 0, 'some of them are carried over')
  }
})

test('every range of a bmap has its checksum, and bmaptool refuses an output that was damaged', () => {
  const out = folder('bmap')
  for (const [from, to] of [
    ['', ''],
    ['.xz', '.xz'],
    ['.xz', ''],
    ['', '.gz'],
    ['.zst', '.zst'],
  ]) {
    const made = join(out, `x.img${to}`)
    const { code, stderr } = pibake(['bake', spec, `${base}${from}`, '-o', made, '--trust-base'])
    assert.is(code, 0, stderr)
    const { code: again, stderr: said, stdout } = pibake(['bake', spec, `${base}${from}`, '-o', made])
    assert.is(again, 0, said)
    assert.is((said + stdout).includes('all of BASE was checked'), from !== '')
    const { ranges } = parseBmap(readFileSync(`${made}.bmap`, 'utf8'))
    assert.ok(ranges.length > 3 && ranges.every(({ sha256 }) => sha256 !== undefined))
    const entry = JSON.parse(readFileSync(`${made}.rpi-imager.json`, 'utf8')).os_list[0]
    assert.is(entry.extract_sha256, decodedDigest(made))
    if (to !== '') continue
    const copy = () =>
      spawnSync('bmaptool', ['copy', '--bmap', `${made}.bmap`, made, join(out, 'card')], { env, encoding: 'utf8' })
    assert.is(copy().status, 0)
    const { first } = ranges.at(-1) as (typeof ranges)[number]
    execFileSync('dd', [
      'if=/dev/urandom',
      `of=${made}`,
      'bs=4096',
      `seek=${first}`,
      'count=1',
      'conv=notrunc',
      'status=none',
    ])
    assert.match(copy().stderr, 'checksum mismatch')
    rmSync(made)
  }
})

test('the bmap of a base that is trusted gives the checksums of what nobody has seen', () => {
  const out = folder('trusted')
  copyFileSync(`${base}.xz`, join(out, 'base.img.xz'))
  const made = join(out, 'x.img.xz')
  const known = () => {
    bake(join(out, 'base.img.xz'), made, '--trust-base')
    return parseBmap(readFileSync(`${made}.bmap`, 'utf8')).ranges.filter(({ sha256 }) => sha256 !== undefined).length
  }
  assert.is(known(), 0)
  execFileSync('cp', ['--sparse=always', base, join(out, 'base.img')])
  execFileSync('bmaptool', ['create', '-o', join(out, 'base.img.xz.bmap'), join(out, 'base.img')])
  assert.ok(known() > 0)
})

test('a bmap of a trusted base that cannot be used is refused before the base is opened', () => {
  const out = folder('bad bmap')
  const own = join(work, 'with-bmap.img')
  writeFileSync(own, 'no image')
  writeFileSync(`${own}.bmap`, '<bmap version="9">')
  const { code, stderr } = pibake(['bake', spec, own, '-o', join(out, 'x.img'), '--trust-base'])
  assert.is(code, 1, stderr)
  assert.match(stderr, 'bmap')
  assert.equal(readdirSync(out), [])
})

test('a signed boot is refused', () => {
  const image = join(work, 'signed.img')
  copyFileSync(base, image)
  writeFileSync(join(work, 'boot.img'), 'signed')
  execFileSync('mcopy', ['-i', `${image}@@${8 * 1024 * 1024}`, join(work, 'boot.img'), '::boot.img'], { env })
  const { code, stderr } = pibake(['apply', spec, '--image', image])
  assert.is(code, 3)
  assert.match(stderr, 'boot.img')
})

test('outputs hold password hashes: they are for their owner alone', () => {
  const out = folder('private')
  for (const name of ['x.img', 'x.img.gz']) {
    bake(base, join(out, name), '--no-checksums')
    assert.is(statSync(join(out, name)).mode & 0o777, 0o600)
  }
})

test('holes stay holes', () => {
  const out = join(folder('holes'), 'x.img')
  bake(base, out, '--no-checksums')
  assert.ok(statSync(out).blocks < statSync(base).size / 512 / 2, `${statSync(out).blocks} blocks`)
})
