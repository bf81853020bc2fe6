import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pibake } from '../support/cli.ts'
import { smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'

const test = suite('shapes: zip archives, as pi-gen packs its images')

let work = ''
const at = (name: string) => join(work, name)
const sh = (script: string) => execFileSync('sh', ['-ec', script], { cwd: work, stdio: 'pipe' })
const bake = (base: string, out: string, ...more: string[]) =>
  pibake(['bake', at('pibake.yaml'), at(base), '-o', at(out), ...more])

test.before(() => {
  work = mkdtempSync(join(tmpdir(), 'pibake-zips-'))
  writeFileSync(at('pibake.yaml'), JSON.stringify({ ...smallSpec(), packages: { bundle: false } }))
  makeSampleImage(at('card.img'))
  const { code, stderr } = bake('card.img', 'wanted.img', '--no-checksums')
  assert.is(code, 0, stderr)
})

test.after(() => rmSync(work, { recursive: true, force: true }))

/** Packs with Python's zipfile: `body` adds to the archive `z`; `card` is the image. */
function zipped(name: string, body: string): void {
  const script = `
import sys, zipfile
card = open('card.img', 'rb').read()
z = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED, compresslevel=1)
${body}
z.close()
`
  execFileSync('python3', ['-c', script, name], { cwd: work })
}

const taken: Readonly<Record<string, (name: string) => unknown>> = {
  'deflated.zip': (name) => sh(`zip -q -1 ${name} card.img`),
  'stored.zip': (name) => sh(`zip -q -0 ${name} card.img`),
  // Sizes behind the data, as a program writes them that cannot go back.
  'piped.zip': (name) => sh(`zip -q -1 - card.img | cat > ${name}`),
  // Every size and offset where zip64 has it.
  'zip64.zip': (name) =>
    zipped(name, "zipfile.ZIP64_LIMIT = 100\nz.writestr('card.img', card)\nz.writestr('notes', 'x')"),
  'beside.zip': (name) =>
    zipped(
      name,
      `
z.writestr('raspios/', '')
z.writestr('raspios/card.info', 'what is in it')
z.writestr('raspios/Card.IMG', card)
z.writestr('__MACOSX/raspios/._Card.IMG', 'what the Finder knows')`,
    ),
}

for (const [name, make] of Object.entries(taken)) {
  test(`taken: ${name}`, () => {
    make(name)
    const { code, stdout, stderr } = bake(name, 'out.img', '--no-checksums')
    assert.is(code, 0, stderr)
    assert.match(stdout, /all of BASE was checked/)
    assert.is(Buffer.compare(readFileSync(at('out.img')), readFileSync(at('wanted.img'))), 0)
    rmSync(at(name))
  })
}

test('provenance names the zip, and a rebuild from it gives the same bytes', () => {
  sh('zip -q -1 base.zip card.img; mkdir rebuilt')
  const { code, stderr } = bake('base.zip', 'rebuilt/kit.img.gz')
  assert.is(code, 0, stderr)
  const { predicate } = JSON.parse(readFileSync(at('rebuilt/kit.img.gz.provenance.json'), 'utf8'))
  const [base] = predicate.buildDefinition.resolvedDependencies
  const sha256 = sh('sha256sum base.zip').toString().slice(0, 64)
  assert.equal(base, { name: 'base.zip', digest: { sha256 } })
  const verified = pibake(['verify', at('pibake.yaml'), '--image', at('wanted.img'), '--rebuild', at('base.zip')])
  assert.is(verified.code, 0, verified.stderr)
})

test('a command that reads an image where it lies names the one that unpacks it', () => {
  sh('mkdir -p read; zip -q -1 read/card.zip card.img')
  const planned = pibake(['plan', at('pibake.yaml'), '--image', 'card.zip'], { cwd: at('read') })
  assert.is(planned.code, 3)
  const [, command = ''] = /hint: unpack it first: (.*)$/m.exec(planned.stderr) ?? []
  sh(`cd read; ${command}`)
  assert.is(pibake(['plan', at('pibake.yaml'), '--image', 'card.img'], { cwd: at('read') }).code, 0)
})

function changed(name: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(at(name))
  change(bytes)
  writeFileSync(at(name), bytes)
}

const refused: Readonly<Record<string, readonly [make: (name: string) => unknown, message: RegExp, hint: RegExp]>> = {
  'two.zip': [
    (name) => zipped(name, "z.writestr('a.img', card)\nz.writestr('b.img', card)"),
    /more than one image is in it: a\.img, b\.img$/m,
    /unpack the one that is meant: unzip \S+ a\.img$/m,
  ],
  'strange-names.zip': [
    (name) => zipped(name, "z.writestr('a;reboot.img', 'x')\nz.writestr('$(b).img', 'x')"),
    /more than one image/,
    /is meant: unzip \S+$/m,
  ],
  'packed-inside.zip': [
    (name) => zipped(name, "z.writestr('card.img.xz', 'x')\nz.writestr('README', 'x')"),
    /no image \(\.img\) is in it, but card\.img\.xz, README$/m,
    /unpack it first: unzip /,
  ],
  'many.zip': [
    (name) => zipped(name, "for i in range(9): z.writestr(f'{i}.txt', 'x')"),
    /but 0\.txt, 1\.txt, 2\.txt, 3\.txt, 4\.txt, …$/m,
    /unzip /,
  ],
  'empty.zip': [(name) => zipped(name, ''), /nothing is in it$/m, /unzip /],
  'encrypted.zip': [
    (name) => sh(`zip -q -1 -P secret ${name} card.img`),
    /card\.img in it is encrypted$/m,
    /unpack it first: unzip /,
  ],
  'lzma.zip': [
    (name) => zipped(name, "z.writestr('card.img', card[:1000000], zipfile.ZIP_LZMA)"),
    /card\.img in it is packed by method 14$/m,
    /reads 0 \(stored\) and 8 \(deflated\); unpack it first: 7z x /,
  ],
  'climbing.zip': [
    (name) => zipped(name, "z.writestr('../card.img', card)"),
    /a name that leads outside: invalid relative path: \.\.\/card\.img$/m,
    /^/,
  ],
  'absolute.zip': [
    (name) => zipped(name, "z.writestr('/card.img', card)"),
    /a name that leads outside: absolute path: \/card\.img$/m,
    /^/,
  ],
  'part.zip': [
    (name) => writeFileSync(at(name), Buffer.from('504b0708504b0304', 'hex')),
    /first part of a zip/,
    /zip -s 0/,
  ],
  'damaged-stored.zip': [
    (name) => {
      sh(`zip -q -0 ${name} card.img`)
      changed(name, (bytes) => bytes.writeUInt8(bytes.readUInt8(60_000_000) ^ 1, 60_000_000))
    },
    /damaged: the checksum of card\.img is wrong$/m,
    /^/,
  ],
  'damaged-deflated.zip': [
    (name) => {
      sh(`zip -q -1 ${name} card.img`)
      changed(name, (bytes) => bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 64))
    },
    /damaged/,
    /^/,
  ],
  'cut.zip': [
    (name) => {
      sh(`zip -q -1 ${name} card.img`)
      truncateSync(at(name), 100_000)
    },
    /damaged, or truncated: .*not found/i,
    /^/,
  ],
  'lying-size.zip': [
    (name) => {
      sh(`zip -q -1 ${name} card.img`)
      // The central directory says one byte less than the data are.
      changed(name, (bytes) => {
        const at = bytes.lastIndexOf(Buffer.from('504b0102', 'hex')) + 24
        bytes.writeUInt32LE(bytes.readUInt32LE(at) - 1, at)
      })
    },
    /damaged, or truncated: too many bytes/,
    /^/,
  ],
  'not-a-card.zip': [(name) => zipped(name, "z.writestr('x.img', b'\\0' * 2000000)"), /no partition table/, /^/],
}

for (const [name, [make, message, hint]] of Object.entries(refused)) {
  test(`refused: ${name}`, () => {
    make(name)
    const before = readdirSync(work)
    const { code, stderr } = bake(name, 'refused.img', '--no-checksums')
    assert.is(code, 3, stderr)
    assert.match(stderr, message)
    assert.match(stderr, hint)
    assert.equal(readdirSync(work), before)
    if (!/^(damaged|cut|lying)/.test(name)) assert.not.match(stderr, /damaged/)
    const [, advice] = /is meant: (unzip \S+ \S+)$/m.exec(stderr) ?? []
    if (advice !== undefined) {
      sh(`mkdir advised; cd advised; ${advice}`)
      assert.is(bake('advised/a.img', 'advised/out.img', '--no-checksums').code, 0)
    }
    rmSync(at(name))
  })
}
