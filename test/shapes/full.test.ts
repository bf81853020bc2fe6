import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { FullError, SpaceError } from '../../src/base/errors.ts'
import { explainFull } from '../../src/write/apply/full-partition.ts'
import { OutputSpace } from '../../src/write/bake/output-space.ts'
import { pibake, program } from '../support/cli.ts'
import { smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { makeSampleTar } from '../write/bake/support/bases.ts'
import { env, makeSampleImage } from '../write/bake/support/sample-image.ts'
import { boot, makeCard, root } from './support/card.ts'

const test = suite('shapes: no room')

let work = ''
const at = (name: string) => join(work, name)
const sh = (script: string, cwd = work) => execFileSync('sh', ['-ec', script], { cwd, env, stdio: 'pipe' }).toString()

test.before(() => {
  work = mkdtempSync(join(tmpdir(), 'pibake-full-'))
  writeFileSync(at('pibake.yaml'), JSON.stringify({ ...smallSpec(), packages: { bundle: false } }))
  makeSampleImage(at('plain.img'))
  sh(`dd if=/dev/urandom of=filler bs=1M count=8 status=none`)
  sh(`debugfs -w -R 'write filler filler' 'plain.img?offset=${48 * 2 ** 20}'`)
  makeSampleImage(at('card.img'))
  fill('card.img', 48 * 2 ** 20)
})

test.after(() => rmSync(work, { recursive: true, force: true }))

/** Leaves a few blocks of a root partition, as PiShrink does. */
function fill(image: string, offset: number): void {
  const stats = sh(`debugfs -R 'stats -h' '${image}?offset=${offset}'`)
  const [, free = 0] = /^Free blocks:\s+(\d+)$/m.exec(stats) ?? []
  const [, size = 0] = /^Block size:\s+(\d+)$/m.exec(stats) ?? []
  // The map of the filler takes some, too.
  writeFileSync(at('filler'), Buffer.alloc((Number(free) - 12) * Number(size), 0x5a))
  sh(`debugfs -w -R 'write filler filler' '${image}?offset=${offset}'`)
}

for (const [base, pack] of [
  ['card.img', 'true'],
  ['card.img.xz', 'xz -T2 -0 --keep card.img'],
  ['card.img.gz', 'gzip -1 --keep card.img'],
  ['card.zip', 'zip -q -1 card.zip card.img'],
] as const) {
  test(`${base}, its root partition is full: need and room are said, and the way out leads to the end`, () => {
    sh(pack)
    const before = readFileSync(at(base))
    const names = readdirSync(work)
    const full = pibake(['bake', at('pibake.yaml'), base, '-o', 'kit.img', '--no-checksums'], { cwd: work })
    assert.is(full.code, 75, full.stderr)
    const said = /: the plan needs (\d+) KiB, and (\d+) KiB are free on partition 2 \(root\)$/m.exec(full.stderr)
    const [, need = 0, free = 0] = said ?? []
    assert.ok(Number(need) > Number(free) && Number(free) < 100, full.stderr)
    assert.equal(readdirSync(work), names)
    const [, command = ''] = /hint: make the partition larger, and give larger\.img: (.*)$/m.exec(full.stderr) ?? []
    assert.match(command, /^\S.* larger\.img;/)
    sh(command)
    assert.is(Buffer.compare(readFileSync(at(base)), before), 0, 'the base is as it was')
    const baked = pibake(['bake', at('pibake.yaml'), 'larger.img', '-o', 'kit.img', '--no-checksums'], { cwd: work })
    assert.is(baked.code, 0, baked.stderr)
    sh(`dd if=kit.img of=part.img bs=1M skip=48 status=none; e2fsck -fn part.img; sfdisk -q --verify kit.img`)
    for (const name of ['kit.img', 'kit.img.manifest.json', 'part.img', 'larger.img']) rmSync(at(name))
  })
}

test('the same in a GPT', () => {
  mkdirSync(at('gpt'))
  makeCard(at('gpt/card.img'), {
    table: 'gpt',
    parts: [
      { at: 1, size: 5, holds: boot(16) },
      { at: 6, size: 24, holds: root() },
    ],
  })
  fill('gpt/card.img', 6 * 2 ** 20)
  const words = (base: string) => ['bake', at('pibake.yaml'), base, '-o', 'kit.img', '--no-checksums']
  const full = pibake(words('card.img'), { cwd: at('gpt') })
  assert.is(full.code, 75, full.stderr)
  const [, command = ''] = /give larger\.img: (.*)$/m.exec(full.stderr) ?? []
  sh(command, at('gpt'))
  const baked = pibake(words('larger.img'), { cwd: at('gpt') })
  assert.is(baked.code, 0, baked.stderr)
})

/** Runs where a folder is a disk of one MiB. */
function onSmallDisk(words: readonly string[]) {
  const folder = at('disk')
  mkdirSync(folder, { recursive: true })
  const script = `mount -t tmpfs -o size=1M none "$0"; TMPDIR="$0" "$@" >/dev/null; echo "rc $?"; ls -A "$0"`
  const command = ['-rm', 'sh', '-uc', script, folder, process.execPath, program, ...words]
  const { stdout, stderr } = spawnSync('unshare', command, { env: { ...env, NO_COLOR: '1' }, encoding: 'utf8' })
  return { folder, stdout, stderr }
}

for (const [base, name, makes, wanted] of [
  ['plain.img', 'kit.img', 'true', '\\d+\\.\\d MiB'],
  ['plain.img', 'kit.img.xz', 'true', undefined],
  ['plain.img.xz', 'kit.img', 'xz -T2 -0 --keep --force plain.img', '112\\.0 MiB'],
  ['plain.img.zst', 'kit.img', 'zstd -q -f plain.img', '112\\.0 MiB'],
  ['plain.zip', '-', 'rm -f plain.zip; zip -q -1 plain.zip plain.img', '112\\.0 MiB'],
  ['root.tar', 'kit.tar', 'dd if=/dev/urandom of=filler bs=1M count=4; tar -rf root.tar filler', '\\d\\.\\d MiB'],
] as const) {
  test(`${base} to ${name} on a full disk: folder, need and room are said, and nothing is left`, async () => {
    if (base === 'root.tar') await makeSampleTar(at(base))
    sh(makes)
    const out = name === '-' ? '-' : at(`disk/${name}`)
    const { folder, stdout, stderr } = onSmallDisk(['bake', at('pibake.yaml'), at(base), '-o', out, '--no-checksums'])
    assert.is(stdout, 'rc 75\n', stderr)
    const made = name === '-' ? 'pibake.img' : name
    // How well an image packs is not known before.
    const how =
      wanted === undefined
        ? 'more is wanted than the 1\\.0 MiB that were free'
        : `about ${wanted} are wanted, and 1\\.0 MiB were free`
    const said = `^pibake: ${folder}: no space left for ${made}: ${how}$`
    assert.match(stderr, new RegExp(said, 'm'))
    assert.match(stderr, /hint: make room there, or give an output in another folder/)
  })
}

test('where more is wanted than is known, that is said; other errors stay', () => {
  const space = new OutputSpace(at('kit.img'))
  space.wants(1)
  const full = Object.assign(new Error('write'), { code: 'EDQUOT' })
  const said = /^\S+: no space left for kit\.img: more is wanted than the \S+ MiB that were free$/
  assert.match((space.explain(full) as Error).message, said)
  assert.match((space.explain(new SpaceError('x', { cause: full })) as Error).message, said)
  for (const other of [new FullError('x'), Object.assign(new Error('x'), { code: 'EIO' })]) {
    assert.is(space.explain(other), other)
  }
})

test('ways out: packages that the first start fetches; none that would write over another partition', () => {
  const [offset, size, free] = [8 << 20, 64 << 20, 1 << 20]
  const partition = { name: 'root', number: 2, offset, size, free, isLast: false } as const
  const origin = { key: '', because: '', position: null, default: null }
  const content = new Uint8Array(3 << 20)
  const file = { kind: 'file', mode: 0o644, owner: { uid: 0, gid: 0 }, partition: 'root', origin, content } as const
  const change = {
    operation: { ...file, path: '/var/lib/pibake/packages/x.deb' },
    before: { kind: 'absent' },
  } as unknown as Parameters<typeof explainFull>[3][number]
  const cause = new FullError('full')
  const said = explainFull(cause, 'x.img', partition, [change]) as SpaceError
  assert.instance(said, SpaceError)
  assert.is(said.message, 'x.img: the plan needs 3.0 MiB, and 1.0 MiB are free on partition 2 (root)')
  assert.is(said.hint, 'have the first start fetch the packages: --no-bundle')
  const none = explainFull(cause, 'x.img', { ...partition, name: 'boot' }, [change]) as SpaceError
  assert.equal(
    [none.message, none.hint],
    ['x.img: the plan needs more than the 1.0 MiB that are free on partition 2 (boot)', undefined],
  )
  const other = new SpaceError('another matter')
  assert.is(explainFull(other, 'x.img', partition, [change]), other)
})
