import { execFileSync, spawnSync } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { manifestOf } from '../../../src/write/emit/manifest.ts'
import { clearSideFiles, namesBeside } from '../../../src/write/emit/names.ts'
import { type OutputFacts, writeOutputs } from '../../../src/write/emit/side-files.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('all beside OUT')
const hash = 'a'.repeat(64)
const image = {
  release: 'trixie',
  behaviour: 'trixie-2026',
  variant: 'lite',
  architecture: 'arm64',
  builder: 'pi-gen',
  date: '2026-04-13',
} as const

function factsFor(work: string): OutputFacts {
  const digest = `sha256:${hash}`
  return {
    out: join(work, 'kit.img'),
    manifest: manifestOf([], { version: '0.1.0', planDigest: digest, specDigest: digest, epoch: 0, image }),
    provenance: {
      base: { name: 'base.img.xz', sha256: hash },
      spec: { name: 'pibake.yaml', sha256: hash, digest },
      files: [],
      flags: {},
      tool: { version: '0.1.0', digest: hash },
      epoch: 0,
    },
    bmap: { imageSize: 4096, ranges: [{ first: 0, last: 0 }] },
    imager: { name: 'kit', description: 'kit', image, epoch: 0, decoded: { size: 4096 } },
  }
}

const OWN = ['kit.img.bmap', 'kit.img.manifest.json', 'kit.img.provenance.json', 'kit.img.rpi-imager.json']

test('SHA256SUMS holds all of it, the provenance all before it, and the signature verifies', () =>
  inWorkdir(async (work) => {
    const key = join(work, 'key')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    const out = join(work, 'kit.img')
    writeFileSync(out, Buffer.alloc(4096, 1))
    writeFileSync(join(work, 'kit.img.spdx.json'), '{}')
    const written = await writeOutputs({
      ...factsFor(work),
      others: ['kit.img.spdx.json'],
      sign: { key, interactive: false },
    })
    assert.equal(written.map((file) => file.slice(work.length + 1)).sort(), ['SHA256SUMS', 'SHA256SUMS.sig', ...OWN])
    for (const file of written) assert.is(lstatSync(file).mode & 0o777, 0o644)
    const check = spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: work, encoding: 'utf8' })
    assert.is(check.status, 0)
    assert.is(check.stdout.split('\n').filter((line) => line.endsWith(': OK')).length, 6)
    const { subject } = JSON.parse(readFileSync(`${out}.provenance.json`, 'utf8'))
    const sums = readFileSync(join(work, 'SHA256SUMS'), 'utf8')
    assert.is(subject.length, 5)
    for (const { name, digest } of subject) assert.ok(sums.includes(`${digest.sha256}  ${name}\n`), name)
    writeFileSync(join(work, 'signers'), `me ${readFileSync(`${key}.pub`, 'utf8')}`)
    const verify = ['-Y', 'verify', '-f', 'signers', '-I', 'me', '-n', 'file', '-s', 'SHA256SUMS.sig']
    assert.is(spawnSync('ssh-keygen', verify, { cwd: work, input: sums }).status, 0)
  }))

test('the same bytes again; what an earlier run left and this one does not make is gone', () =>
  inWorkdir(async (work) => {
    const facts = factsFor(work)
    writeFileSync(facts.out, Buffer.alloc(4096, 1))
    const contents = () => readdirSync(work).map((name) => [name, readFileSync(join(work, name), 'latin1')])
    await writeOutputs(facts)
    const first = contents()
    const gone = namesBeside(facts.out)
    clearSideFiles(facts.out)
    await writeOutputs({ ...facts, gone })
    assert.equal(contents(), first)

    const { bmap: _, imager: __, ...tar } = facts
    clearSideFiles(facts.out)
    await writeOutputs({ ...tar, gone })
    const left = ['SHA256SUMS', 'kit.img', 'kit.img.manifest.json', 'kit.img.provenance.json']
    assert.equal(readdirSync(work).sort(), left)
    assert.equal(
      readFileSync(join(work, 'SHA256SUMS'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(66)),
      left.slice(1),
    )
  }))
