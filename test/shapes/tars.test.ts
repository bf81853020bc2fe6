import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pibake } from '../support/cli.ts'
import { smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { listed } from '../support/tar.ts'
import { makeSampleTar } from '../write/bake/support/bases.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'

const test = suite('shapes: archives as tar makes them')

let work = ''
const at = (name: string) => join(work, name)
const sh = (script: string) => execFileSync('bash', ['-ec', script], { cwd: work, stdio: 'pipe' })
/** All that a bake of the plain archive holds. */
let wanted: Record<string, string> = {}

test.before(async () => {
  work = mkdtempSync(join(tmpdir(), 'pibake-tars-'))
  writeFileSync(at('pibake.yaml'), JSON.stringify({ ...smallSpec(), packages: { bundle: false } }))
  await makeSampleTar(at('root.tar'))
  assert.is(bake('root.tar').code, 0)
  wanted = holdings('out.tar')
})

test.after(() => rmSync(work, { recursive: true, force: true }))

function bake(base: string, ...more: string[]) {
  rmSync(at('out.tar'), { force: true })
  return pibake(['bake', at('pibake.yaml'), at(base), '-o', at('out.tar'), '--no-checksums', ...more])
}

/** What an archive holds, as Python reads it: each path without what stands before it, its metadata, its content. */
function holdings(name: string, folder = ''): Record<string, string> {
  const script = `
import hashlib, json, sys, tarfile
def plain(name): return '/'.join(p for p in name.split('/') if p not in ('', '.'))
def inside(name): return plain(plain(name)[len(sys.argv[2]):])
held = {}
with tarfile.open(sys.argv[1]) as t:
    for m in t:
        if not plain(m.name).startswith(sys.argv[2]): continue
        link = inside(m.linkname) if m.islnk() else m.linkname
        data = hashlib.sha256(t.extractfile(m).read()).hexdigest() if m.isreg() else ''
        held[inside(m.name)] = f'{m.type} {m.mode:o} {m.uid} {m.gid} {link} {data}'
print(json.dumps(held))
`
  const text = execFileSync('python3', ['-c', script, at(name), folder], { maxBuffer: 64 << 20 }).toString()
  const { '': _, ...held } = JSON.parse(text) as Record<string, string>
  return held
}

/** Packs the sample's members anew: `change(m)` is Python that may alter each of them, `m`. */
function repacked(name: string, change: string): void {
  const script = `
import sys, tarfile
with tarfile.open(sys.argv[1]) as old, tarfile.open(sys.argv[2], 'w', format=tarfile.GNU_FORMAT) as new:
    for m in old:
        data = old.extractfile(m) if m.isreg() else None
        m.name = '/'.join(p for p in m.name.split('/') if p not in ('', '.'))
        if m.islnk(): m.linkname = '/'.join(p for p in m.linkname.split('/') if p not in ('', '.'))
        if not m.name: continue
${change.replace(/^/gm, '        ')}
        new.addfile(m, data)
`
  execFileSync('python3', ['-c', script, at('root.tar'), at(name)])
}

/** With how the archive is made and what is said of it; the folder in which the root is then, where it is in one. */
const taken: Readonly<
  Record<string, readonly [make: (name: string) => unknown, words?: readonly string[], folder?: string]>
> = {
  'bare.tar': [(name) => repacked(name, '')],
  'absolute.tar': [(name) => repacked(name, "m.name = '/' + m.name\nif m.islnk(): m.linkname = '/' + m.linkname")],
  'slashes.tar': [(name) => repacked(name, "m.name = '///' + m.name")],
  'linked.tar': [
    // A hard link whose first name the plan replaces, by absolute names.
    (name) => {
      repacked(name, "m.name = '/' + m.name")
      sh(`python3 - <<'EOF'
import tarfile
t = tarfile.open('${name}', 'a', format=tarfile.GNU_FORMAT)
l = tarfile.TarInfo('/etc/copy-of-passwd'); l.type = tarfile.LNKTYPE; l.linkname = '/etc/passwd'
t.addfile(l); t.close()
EOF`)
    },
  ],
  'sized-folders.tar': [(name) => repacked(name, 'if m.isdir(): m.size = 4096')],
  'endless.tar': [
    (name) => {
      repacked(name, '')
      unterminated(name)
    },
    ['--allow-unterminated'],
  ],
  'padded.tar.gz': [(name) => sh(`gzip -1 -c root.tar > ${name}; truncate -s +10000 ${name}`)],
  'long-padded.tar.gz': [(name) => sh(`gzip -1 -c root.tar > ${name}; truncate -s +5M ${name}`)],
  'folder.tar': [(name) => repacked(name, "m.name = 'rootfs/' + m.name"), ['--strip', 'rootfs'], 'rootfs'],
  'dotted-folder.tar': [
    (name) => repacked(name, "m.name = './build/rootfs/' + m.name"),
    ['--strip', './build/rootfs/'],
    'build/rootfs',
  ],
  'absolute-folder.tar': [(name) => repacked(name, "m.name = '/srv/pi/' + m.name"), ['--strip', '/srv/pi'], 'srv/pi'],
}

/** Cuts what python writes behind the last member. */
function unterminated(name: string): void {
  const bytes = readFileSync(at(name))
  const used = bytes.findLastIndex((byte) => byte !== 0) + 1
  writeFileSync(at(name), bytes.subarray(0, Math.ceil(used / 512) * 512))
}

for (const [name, [make, words = [], folder]] of Object.entries(taken)) {
  test(`taken: ${name}`, () => {
    make(name)
    const before = readFileSync(at(name))
    const { code, stderr } = bake(name, ...words)
    assert.is(code, 0, stderr)
    assert.is(Buffer.compare(readFileSync(at(name)), before), 0)
    const { 'etc/copy-of-passwd': copy, ...held } = holdings('out.tar', folder)
    // What has lost its first name is the file itself now.
    assert.is(copy !== undefined, name === 'linked.tar')
    if (copy !== undefined) assert.match(copy, /^b?'?0/)
    assert.equal(held, wanted)
    if (/^(absolute|linked)/.test(name))
      assert.not.match(listed(at('out.tar')).join('\n'), /^\S+ \S+ \S+ \S+ \S+ [^/]/m)
    rmSync(at(name))
  })
}

test('padded.img.gz: zeros behind a packed image', () => {
  makeSampleImage(at('card.img'))
  sh('gzip -1 -c card.img > card.img.gz; truncate -s +7777 card.img.gz')
  const words = ['bake', at('pibake.yaml'), '--no-checksums', '-o']
  for (const [base, out] of [
    ['card.img', 'a.img'],
    ['card.img.gz', 'b.img'],
  ] as const) {
    const { code, stderr } = pibake([...words, at(out), at(base)])
    assert.is(code, 0, stderr)
  }
  sh('cmp a.img b.img; printf x >> card.img.gz')
  const { code, stderr } = pibake([...words, at('c.img'), at('card.img.gz')])
  assert.is(code, 3)
  assert.match(stderr, /something follows its end/)
})

/** How it is made, the message; the flags of the hint make it a taken one, where there are any. */
const refused: Readonly<Record<string, readonly [make: (name: string) => unknown, message: RegExp, hint: RegExp]>> = {
  'endless-refused.tar': [
    (name) => {
      copyFileSync(at('root.tar'), at(name))
      unterminated(name)
    },
    /: cut off, or written without an end marker: nothing follows \/\S+$/m,
    /give (--allow-unterminated)$/m,
  ],
  'cut.tar': [
    (name) => writeFileSync(at(name), readFileSync(at('root.tar')).subarray(0, 20_000 + 100)),
    /the end .*is missing/,
    /^/,
  ],
  'hidden-folder.tar': [
    (name) => repacked(name, "m.name = './rootfs/' + m.name"),
    /the root file system is in a folder of the archive: \/rootfs$/m,
    /say so: (--strip rootfs)$/m,
  ],
  'two-folders.tar': [
    (name) =>
      sh(`python3 - <<'EOF'
import tarfile
new = tarfile.open('${name}', 'w', format=tarfile.GNU_FORMAT)
for slot in ('a', 'b'):
    with tarfile.open('root.tar') as old:
        for m in old:
            data = old.extractfile(m) if m.isreg() else None
            m.name = 'slots/' + slot + '/' + m.name
            new.addfile(m, data)
new.close()
EOF`),
    /in a folder of the archive: \/slots\/a, \/slots\/b$/m,
    /choose one: (--strip slots\/a) or --strip slots\/b$/m,
  ],
  'climbing.tar': [(name) => repacked(name, "m.name = '/../' + m.name"), /leads outside/, /^/],
}

for (const [name, [make, message, hint]] of Object.entries(refused)) {
  test(`refused: ${name}`, () => {
    make(name)
    const { code, stderr } = bake(name)
    assert.is(code, 3, stderr)
    assert.match(stderr, message)
    assert.match(stderr, hint)
    const [, advice] = hint.exec(stderr) ?? []
    if (advice !== undefined) assert.is(bake(name, ...advice.split(' ')).code, 0, advice)
    rmSync(at(name))
  })
}

test('the provenance names how the archive was read', () => {
  repacked('named.tar', "m.name = 'rootfs/' + m.name")
  unterminated('named.tar')
  const words = ['--strip', './rootfs/', '--allow-unterminated']
  const { code, stderr } = pibake(['bake', at('pibake.yaml'), at('named.tar'), '-o', at('named.out.tar'), ...words])
  assert.is(code, 0, stderr)
  const { predicate } = JSON.parse(readFileSync(at('named.out.tar.provenance.json'), 'utf8'))
  assert.equal(predicate.buildDefinition.externalParameters.flags, {
    acceptLockout: false,
    allowBooted: false,
    allowUnterminated: true,
    strip: '/rootfs',
  })
})

test('--strip that leads elsewhere is refused with what is right', () => {
  const atTop = bake('root.tar', '--strip', 'rootfs')
  assert.equal([atTop.code, /leave --strip out/.test(atTop.stderr)], [3, true], atTop.stderr)
  for (const folder of ['..', '../x', '/', '']) assert.is(bake('root.tar', '--strip', folder).code, 2, folder)
  for (const flag of [['--strip', 'x'], ['--allow-unterminated']]) {
    const { code, stderr } = pibake(['bake', at('pibake.yaml'), 'x.img', '-o', at('y.img'), ...flag])
    assert.equal([code, /is for archives: BASE is an image/.test(stderr)], [2, true], stderr)
  }
})
