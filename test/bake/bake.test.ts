import { execFileSync, spawn } from 'node:child_process'
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
import { pibake, program } from '../support/cli.ts'
import { smallSpec } from '../support/judge.ts'
import { suite } from '../support/suite.ts'
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

const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')
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
  assert.match(pibake(['apply', spec, '--image', image]).stderr, 'applied: 0 paths changed')
  assert.is(digest(image), before)
  assert.equal(
    readdirSync(work).filter((name) => /redo|lock/.test(name)),
    [],
  )
})

test('plan and explain read an image, and leave it as it is', () => {
  const before = digest(base)
  assert.match(pibake(['plan', spec, '--image', base]).stdout, 'root:/etc/ssh/sshd_config.d/00-pibake.conf')
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
  'with a journal to replay': [
    (image) => poke(image, EXT4.offset + 1024 + 0x60, statusOf(image, EXT4.offset + 1024 + 0x60) | 4),
    /journal|recover/i,
  ],
  'with a dirty FAT': [(image) => poke(image, 8 * 1024 * 1024 + 0x41, 1), /not unmounted cleanly/],
  'without a table': [(image) => poke(image, 511, 0), /partition table/],
}

function poke(image: string, offset: number, byte: number): void {
  const content = readFileSync(image)
  content[offset] = byte
  writeFileSync(image, content)
}

const statusOf = (image: string, offset: number) => readFileSync(image)[offset] ?? 0

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

test('refuses what makes no sense: no target, two, the base as output, an archive from an image', () => {
  for (const args of [
    ['plan', spec],
    ['plan', spec, '--image', base, '--root', work],
    ['bake', spec, base, '-o', base],
    ['bake', spec, base, '-o', join(work, 'x.tar')],
    ['bake', spec, base],
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

test('a bmap of the base that cannot be used is refused before the base is opened', () => {
  const out = folder('bad bmap')
  const own = join(work, 'with-bmap.img')
  writeFileSync(own, 'no image')
  writeFileSync(`${own}.bmap`, '<bmap version="9">')
  const { code, stderr } = pibake(['bake', spec, own, '-o', join(out, 'x.img')])
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
