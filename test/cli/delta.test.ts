import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { pibake, program } from '../support/cli.ts'
import { seeded } from '../support/seeded.ts'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { digestsIn } from '../write/bake/support/digests.ts'
import { assertSound, makeSampleImage } from '../write/bake/support/sample-image.ts'

const test = suite('CLI: deltas of a fleet')

/** `PIBAKE_FLEET_KILLS=200` for a long run. */
const KILLS = Number(process.env.PIBAKE_FLEET_KILLS ?? 2)
/** `PIBAKE_DELTAS=200` for a long run: how many are made, applied and compared with what `bake` makes. */
const DELTAS = Number(process.env.PIBAKE_DELTAS ?? 2)

const SPEC = `version: 1
device: { hostname: "\${device.id}" }
users: [{ name: alice, passwordHash: "${HASH}", authorizedKeys: ["${KEYS.alice}"] }]
packages: { bundle: false }
files: [{ path: /etc/motd, content: "\${device.note}\\n" }]
`

const noteOf = (i: number) => 'kit '.repeat(1 + i ** 3 * 100)
const idOf = (i: number) => `kit-${i + 1}`

/** A spec, an inventory, and a base, not packed and as .xz. */
function prepare(work: string, count: number): void {
  writeFileSync(join(work, 'pibake.yaml'), SPEC, { mode: 0o600 })
  const lines = Array.from({ length: count }, (_, i) => `${idOf(i)},${noteOf(i % 5)}\n`)
  writeFileSync(join(work, 'kits.csv'), `id,note\n${lines.join('')}`)
  makeSampleImage(join(work, 'base.img'))
}

const words = (base: string) => ['fleet', 'pibake.yaml', '--inventory', 'kits.csv', '--base', base, '--format', 'delta']

function make(work: string, out: string, { base = 'base.img', more = [] as readonly string[] } = {}): void {
  const { code, stderr } = pibake([...words(base), '-o', out, ...more], { cwd: work })
  assert.is(code, 0, stderr)
}

const apply = (work: string, delta: string, base: string, out: string) =>
  pibake(['delta', 'apply', delta, '--base', base, '-o', out], { cwd: work })

const devicesOf = (work: string, out: string) => digestsIn(join(work, out, 'devices'))

test('a delta applied is, byte for byte, what bake makes, packed or not, and fsverity knows its digest', () =>
  inWorkdir((work) => {
    prepare(work, DELTAS)
    make(work, 'out')
    for (let i = 0; i < DELTAS; i++) {
      const delta = `out/devices/${idOf(i)}.delta`
      assert.is(statSync(join(work, delta)).mode & 0o777, 0o600)
      const applied = apply(work, delta, 'base.img', 'one.img')
      assert.is(applied.code, 0, applied.stderr)
      writeFileSync(
        join(work, 'one.yaml'),
        SPEC.replace('${device.id}', idOf(i)).replace('${device.note}', noteOf(i % 5)),
        { mode: 0o600 },
      )
      const baked = pibake(['bake', 'one.yaml', 'base.img', '-o', 'baked.img', '--no-checksums'], { cwd: work })
      assert.is(baked.code, 0, baked.stderr)
      execFileSync('cmp', [join(work, 'one.img'), join(work, 'baked.img')])
      const digest = execFileSync('fsverity', ['digest', '--compact', join(work, 'one.img')], { encoding: 'utf8' })
      assert.match(applied.stdout, `sha256:${digest.trim()}`)
    }
    assertSound(join(work, 'one.img'), work)
    const delta = `out/devices/${idOf(DELTAS - 1)}.delta`
    execFileSync('xz', ['-T0', '-1', '--keep', '--block-size=16MiB', join(work, 'base.img')])
    for (const [ending, unpack] of [
      ['xz', 'xz'],
      ['zst', 'zstd'],
      ['gz', 'gzip'],
    ] as const) {
      const out = `packed.img.${ending}`
      const applied = apply(work, delta, 'base.img.xz', out)
      assert.is(applied.code, 0, applied.stderr)
      const image = execFileSync(unpack, ['-dc', join(work, out)], { maxBuffer: 1 << 30 })
      assert.ok(image.equals(readFileSync(join(work, 'one.img'))), out)
    }
    assert.equal(
      readdirSync(work).filter((name) => name.startsWith('.')),
      [],
    )
  }))

test('the same deltas by one thread and by two, of a packed base, in parts that are joined, and after kills', () =>
  inWorkdir(async (work) => {
    prepare(work, 4)
    make(work, 'one', { more: ['--jobs', '1'] })
    const wanted = devicesOf(work, 'one')
    assert.is(Object.keys(wanted).length, 4)
    make(work, 'two', { more: ['--jobs', '2'] })
    assert.equal(devicesOf(work, 'two'), wanted)
    execFileSync('zstd', ['-q', join(work, 'base.img')])
    make(work, 'packed', { base: 'base.img.zst' })
    assert.equal(devicesOf(work, 'packed'), wanted)
    assert.equal(
      readdirSync(join(work, 'packed')).filter((name) => name.includes('base.img')),
      [],
      'what was unpacked is gone',
    )
    for (const part of ['2/2', '1/2']) make(work, 'parts', { more: ['--shard', part] })
    const merged = pibake(['fleet', 'merge', 'parts'], { cwd: work })
    assert.is(merged.code, 0, merged.stderr)
    assert.equal(devicesOf(work, 'parts'), wanted)
    const began = performance.now()
    make(work, 'timed')
    const duration = performance.now() - began
    for (let kill = 0; kill < KILLS; kill++) {
      const out = `killed-${kill}`
      const child = spawn(process.execPath, [program, ...words('base.img'), '-o', out], { cwd: work, stdio: 'ignore' })
      const ended = once(child, 'exit')
      await sleep(duration * (((kill + 1) * 0.618) % 1))
      child.kill('SIGKILL')
      await ended
      const folder = join(work, out, 'devices')
      const left = existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : []
      for (const [name, digest] of Object.entries(digestsIn(folder, left))) assert.is(digest, wanted[name], name)
      make(work, out)
      assert.equal(devicesOf(work, out), wanted, `killed for the ${kill + 1}. time`)
    }
  }))

/** A copy in which one bit is another. */
function withBit(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 4
  return copy
}

test('what does not belong together is refused, and nothing is written', () =>
  inWorkdir((work) => {
    prepare(work, 1)
    make(work, 'out')
    const delta = 'out/devices/kit-1.delta'
    const bytes = readFileSync(join(work, delta))
    const random = seeded(3)
    const changed = withBit(readFileSync(join(work, 'base.img')), 60 * 1024 * 1024)
    writeFileSync(join(work, 'other.img'), changed)
    writeFileSync(join(work, 'short.img'), changed.subarray(0, -4096))
    writeFileSync(join(work, 'cut.delta'), bytes.subarray(0, random(bytes.length)))
    writeFileSync(join(work, 'flipped.delta'), withBit(bytes, 200))
    mkdirSync(join(work, 'to'))
    writeFileSync(join(work, 'to/there.img'), 'what was there')
    const before = readdirSync(work).sort()
    for (const [from, base, message] of [
      [delta, 'other.img', /other\.img is not the base of out\/devices\/kit-1\.delta: it is sha256:/],
      [delta, 'short.img', /short\.img is not the base .*: it is of \d+ bytes/],
      ['cut.delta', 'base.img', /cut\.delta(: damaged| is not a delta)/],
      ['flipped.delta', 'base.img', /flipped\.delta: damaged/],
      ['base.img', 'base.img', /base\.img is not a delta/],
      ['pibake.yaml', 'base.img', /pibake\.yaml is not a delta/],
    ] as const) {
      const { code, stderr } = apply(work, from, base, 'to/there.img')
      assert.is(code, 3, `${from} of ${base}: ${stderr}`)
      assert.match(stderr, message)
      assert.equal(digestsIn(join(work, 'to')), digestsIn(join(work, 'to'), ['there.img']))
      assert.is(readFileSync(join(work, 'to/there.img'), 'utf8'), 'what was there')
    }
    for (const out of ['base.img', delta, 'to/x', 'no/x.img']) {
      assert.is(apply(work, delta, 'base.img', out).code, 2, out)
    }
    assert.equal(readdirSync(work).sort(), before)
    cpSync(join(work, delta), join(work, 'to/kit.delta'))
    const spec = pibake(['flash', 'pibake.yaml', 'base.img', '--delta', delta], { cwd: work })
    assert.equal([spec.code, /a delta has a spec applied already/.test(spec.stderr)], [2, true], spec.stderr)
  }))

test('a tar of a root file system has no blocks', () =>
  inWorkdir((work) => {
    prepare(work, 1)
    const { code, stderr } = pibake([...words('base.tar'), '-o', 'out'], { cwd: work })
    assert.equal([code, existsSync(join(work, 'out'))], [2, false], stderr)
  }))
