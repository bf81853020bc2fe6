import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { pibake, program } from '../support/cli.ts'
import { prepared, rowsOf, SPEC, writeInventory } from '../support/fleet.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { digestsBelow, digestsIn } from '../write/bake/support/digests.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'

const test = suite('CLI: fleet, OCI layout')

const MAKE = ['fleet', 'pibake.yaml', '--inventory', 'kits.csv', '--quiet', '--base']
const make = (work: string, out: string, ...more: readonly string[]) =>
  pibake([...MAKE, 'base.img', '-o', out, ...more], { cwd: work })

/** An image, and devices whose host keys are not made by chance. */
async function begun(work: string, count: number): Promise<void> {
  await prepared(work, count)
  makeSampleImage(join(work, 'base.img'))
  writeFileSync(join(work, 'pibake.yaml'), SPEC.replace('ssh: { hostKeys: bake }\n', ''), { mode: 0o600 })
}

interface Descriptor {
  readonly mediaType: string
  readonly artifactType?: string
  readonly digest: string
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
}

const blob = (folder: string, { digest }: Pick<Descriptor, 'digest'>) => join(folder, 'blobs', digest.replace(':', '/'))
const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'))

/** The layers of each device by its tag, after every descriptor was held against its blob. */
function devicesOf(folder: string): Record<string, readonly Descriptor[]> {
  assert.equal(json(join(folder, 'oci-layout')), { imageLayoutVersion: '1.0.0' })
  const whole = (one: Descriptor) => {
    assert.is(statSync(blob(folder, one)).size, one.size)
    return one
  }
  for (const [name, digest] of Object.entries(digestsIn(join(folder, 'blobs/sha256')))) assert.is(name, digest)
  const { manifests } = json(join(folder, 'index.json')) as { manifests: readonly Descriptor[] }
  return Object.fromEntries(
    manifests.map((descriptor) => {
      const { artifactType, config, layers } = json(blob(folder, whole(descriptor)))
      assert.is(artifactType, descriptor.artifactType)
      return [descriptor.annotations?.['org.opencontainers.image.ref.name'], [config, ...layers].map(whole).slice(1)]
    }),
  )
}

const titles = (layers: readonly Descriptor[] = []) =>
  layers.map(({ annotations }) => annotations?.['org.opencontainers.image.title'])

test('the base once and a delta for each device, which are what a folder of files has; again, and by parts, the same bytes', () =>
  inWorkdir(async (work) => {
    await begun(work, 3)
    const oci = join(work, 'kits')
    const start = performance.now()
    const first = make(work, 'oci:kits')
    const duration = performance.now() - start
    assert.is(first.code, 0, first.stderr)
    const devices = devicesOf(oci)
    assert.equal(Object.keys(devices), ['kit-1', 'kit-2', 'kit-3'])
    assert.equal(titles(devices['kit-2']), ['base.img', 'kit-2.delta'])
    assert.equal(
      readdirSync(oci).filter((name) => name.startsWith('.')),
      [],
    )
    assert.not(existsSync(join(oci, 'devices')))
    // The base, an empty configuration, and of each device a delta and a manifest.
    assert.is(readdirSync(join(oci, 'blobs/sha256')).length, 8)
    assert.is(spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: oci }).status, 0)

    assert.is(make(work, 'files', '--format', 'delta').code, 0)
    const [base, delta] = devices['kit-2'] as [Descriptor, Descriptor]
    assert.equal(readFileSync(blob(oci, base)), readFileSync(join(work, 'base.img')))
    assert.equal(readFileSync(blob(oci, delta)), readFileSync(join(work, 'files/devices/kit-2.delta')))

    const before = digestsBelow(oci)
    const again = pibake([...MAKE, 'base.img', '-o', 'oci:kits', '--json'], { cwd: work })
    assert.match(again.stdout, '"event":"end","exit":0,"made":0,"kept":3')
    assert.equal(digestsBelow(oci), before)

    for (const delay of [0.4, 0.7]) {
      rmSync(oci, { recursive: true })
      const child = spawn(process.execPath, [program, ...MAKE, 'base.img', '-o', 'oci:kits'], { cwd: work })
      const ended = once(child, 'exit')
      await sleep(duration * delay)
      child.kill('SIGKILL')
      await ended
      assert.is(make(work, 'oci:kits').code, 0)
      assert.equal(digestsBelow(oci), before, `killed after ${delay} of the time`)
    }

    for (const part of ['1/2', '2/2']) assert.is(make(work, `oci:part-${part[0]}`, '--shard', part).code, 0)
    for (const part of ['part-1', 'part-2']) cpSync(join(work, part), join(work, 'parts'), { recursive: true })
    const merged = pibake(['fleet', 'merge', 'oci:parts'], { cwd: work })
    assert.is(merged.code, 0, merged.stderr)
    assert.match(merged.stdout, 'SHA256SUMS oci-layout index.json fleet.json')
    const joined = digestsBelow(join(work, 'parts'))
    assert.equal(Object.fromEntries(Object.entries(joined).filter(([name]) => !name.startsWith('shards/'))), before)

    writeFileSync(blob(join(work, 'parts'), base), 'x')
    const damaged = pibake(['fleet', 'merge', 'parts'], { cwd: work })
    assert.equal([damaged.code, damaged.stderr.includes('is not what its record says')], [1, true], damaged.stderr)
  }))

test('a device that is made again is a new blob; gc removes the old one, and what was of devices that went', () =>
  inWorkdir(async (work) => {
    await begun(work, 2)
    const oci = join(work, 'kits')
    const blobs = () => readdirSync(join(oci, 'blobs/sha256'))
    const gc = (...more: readonly string[]) =>
      pibake(['fleet', 'gc', 'oci:kits', '--inventory', 'kits.csv', ...more], { cwd: work })
    assert.is(make(work, 'oci:kits').code, 0)
    assert.match(gc().stdout, 'of 0 devices that kits.csv does not have')
    const [one, two] = rowsOf(2) as [ReturnType<typeof rowsOf>[0], ReturnType<typeof rowsOf>[0]]
    writeInventory(work, [{ ...one, note: 'issue' }, two])
    assert.is(make(work, 'oci:kits').code, 0)
    assert.is(blobs().length, 8)
    assert.match(gc().stdout, 'of 0 devices that kits.csv does not have, and of 2 blobs that no device has')
    writeFileSync(join(oci, 'blobs/sha256/notes.txt'), 'my own\n')
    writeInventory(work, [{ ...one, note: 'issue' }])
    const { files } = JSON.parse(gc('--json').stdout)
    assert.equal(files.filter(({ id }: { id: string | null }) => id === 'kit-2').length, 2, 'its record and its delta')
    assert.is(gc('--yes').code, 0)
    assert.is(blobs().length, 5)
    rmSync(join(oci, 'blobs/sha256/notes.txt'))
    assert.equal(Object.keys(devicesOf(oci)), ['kit-1'])
    const before = digestsBelow(join(oci, 'blobs'))
    assert.is(make(work, 'oci:kits').code, 0)
    assert.equal(digestsBelow(join(oci, 'blobs')), before)

    rmSync(join(oci, 'fleet.json'))
    const early = gc('--yes')
    assert.equal([early.code, early.stderr.includes('pibake fleet merge, first')], [2, true], early.stderr)
  }))

test('of an archive the overlays; what cannot be a layout, or is another one, is refused', () =>
  inWorkdir(async (work) => {
    await begun(work, 1)
    const tar = pibake([...MAKE, 'base.tar', '-o', 'oci:tars'], { cwd: work })
    assert.is(tar.code, 0, tar.stderr)
    assert.equal(titles(devicesOf(join(work, 'tars'))['kit-1']), ['base.tar', 'kit-1.overlay.tar'])

    assert.is(make(work, 'files', '--format', 'delta').code, 0)
    mkdirSync(join(work, 'theirs'))
    writeFileSync(join(work, 'theirs/oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
    const refusals: readonly [readonly string[], string][] = [
      [['oci:new', '--format', 'img.xz'], 'an OCI layout has the base once, and of each device what changes'],
      [['oci:'], '-o oci: names no folder'],
      [['tars', '--format', 'delta'], 'tars is an OCI image layout'],
      [['oci:files'], 'files has the files of a fleet already'],
      [['oci:theirs'], 'theirs is an OCI image layout that pibake fleet has not made'],
    ]
    for (const [[out = '', ...more], message] of refusals) {
      const { code, stderr } = make(work, out, ...more)
      assert.equal([code, stderr.includes(message)], [2, true], stderr)
    }
    assert.not(existsSync(join(work, 'new')))
    assert.equal(readdirSync(join(work, 'theirs')), ['oci-layout'])
  }))
