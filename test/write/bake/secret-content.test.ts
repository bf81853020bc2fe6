import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { digestOf } from '../../../src/base/digest.ts'
import { program } from '../../support/cli.ts'
import { smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { makeSampleTar } from './support/bases.ts'

const test = suite('bake: secrets in the spec and what lies beside the output')

/** What somebody without the output can hold guesses against. */
const BESIDE = ['out.tar.manifest.json', 'out.tar.provenance.json']

for (const [mode, isSecret] of [
  ['0600', true],
  ['0644', false],
] as const) {
  test(`the content of a file ${mode} ${isSecret ? 'leaves no trace' : 'is named by its digest'} beside the output`, () =>
    inWorkdir(async (directory) => {
      await makeSampleTar(join(directory, 'base.tar'))
      const beside = ['pin: 1234', 'pin: 9876'].map((content) => {
        const files = [{ path: '/etc/kit.conf', content, mode }]
        const spec = JSON.stringify({ ...smallSpec(), packages: { bundle: false }, files })
        writeFileSync(join(directory, 'pibake.yaml'), spec)
        const words = ['bake', 'pibake.yaml', 'base.tar', '--output', 'out.tar', '--no-input']
        const { status, stderr } = spawnSync(process.execPath, [program, ...words], {
          cwd: directory,
          encoding: 'utf8',
          env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' },
        })
        assert.is(status, 0, stderr)
        const [manifest = '', provenance = ''] = BESIDE.map((name) => readFileSync(join(directory, name), 'utf8'))
        const sha256 = digestOf(new TextEncoder().encode(spec)).replace('sha256:', '')
        assert.is(provenance.includes(sha256), !isSecret, 'the digest of the spec')
        return { manifest, dependencies: JSON.parse(provenance).predicate.buildDefinition }
      })
      const [first, second] = beside
      const digestsOf = (one: typeof first) => {
        const { planDigest, specDigest } = JSON.parse(one?.manifest ?? '')
        return JSON.stringify([planDigest, specDigest, one?.dependencies])
      }
      assert.is(digestsOf(first) === digestsOf(second), isSecret)
    }))
}
