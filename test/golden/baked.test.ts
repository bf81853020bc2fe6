import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { behaviours } from '../../src/sample/behaviours.ts'
import { program } from '../support/cli.ts'
import { assertGenerated } from '../support/generated.ts'
import { smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { makeSampleTar } from '../write/bake/support/bases.ts'
import { digestsIn } from '../write/bake/support/digests.ts'

/**
 * The bytes of outputs, kept as digests: an output that was baked before a change is what the program still makes of the same
 * spec and base. Archives, for the bytes of an image depend on the mke2fs that made its base.
 */
const test = suite('baked outputs')

const EPOCH = '1700000000'
const specs = {
  standard: { ...smallSpec(), packages: { bundle: false } },
  strict: { ...smallSpec(), profile: 'strict', packages: { bundle: false } },
}

test('are the bytes that they were', async () => {
  const digests: Record<string, string | undefined> = {}
  for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
    for (const [name, spec] of Object.entries(specs)) {
      digests[`${behaviour} ${name}`] = await inWorkdir(async (directory) => {
        await makeSampleTar(join(directory, 'base.tar'), behaviour)
        writeFileSync(join(directory, 'pibake.yaml'), JSON.stringify(spec))
        const words = ['bake', 'pibake.yaml', 'base.tar', '--output', 'out.tar', '--no-checksums', '--no-input']
        const { status, stderr } = spawnSync(process.execPath, [program, ...words], {
          cwd: directory,
          encoding: 'utf8',
          env: { ...process.env, SOURCE_DATE_EPOCH: EPOCH },
        })
        assert.is(status, 0, stderr)
        return digestsIn(directory, ['out.tar'])['out.tar']
      })
    }
  }
  assertGenerated('test/golden/baked.json', `${JSON.stringify(digests, null, 2)}\n`)
})
