import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { prepared, SPEC } from '../support/fleet.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { digestsIn } from '../write/bake/support/digests.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'
import { program } from './support/pibake.ts'
import { run } from './support/run.ts'

const test = suite('a fleet for skopeo')

test('skopeo reads the manifest of a device, and copies base and delta out of the layout, from which pibake makes the image', () =>
  inWorkdir(async (work) => {
    await prepared(work, 2)
    makeSampleImage(join(work, 'base.img'))
    writeFileSync(join(work, 'pibake.yaml'), SPEC.replace('ssh: { hostKeys: bake }\n', ''), { mode: 0o600 })
    const pibake = (...args: readonly string[]) => run([process.execPath, program, ...args], { cwd: work })
    const skopeo = (...args: readonly string[]) => run(['skopeo', ...args], { cwd: work })
    const fleet = ['fleet', 'pibake.yaml', '--inventory', 'kits.csv', '--base', 'base.img', '--quiet']
    pibake(...fleet, '-o', 'oci:kits')
    pibake(...fleet, '-o', 'images')

    const { layers } = JSON.parse(skopeo('inspect', '--raw', 'oci:kits:kit-2'))
    const [base, delta] = layers.map(({ digest }: { digest: string }) => digest.replace('sha256:', ''))
    skopeo('--insecure-policy', 'copy', 'oci:kits:kit-2', 'dir:out')
    assert.equal(readFileSync(join(work, 'out', base)), readFileSync(join(work, 'base.img')))
    pibake('delta', 'apply', join('out', delta), '--base', join('out', base), '-o', 'kit-2.img')
    assert.equal(readFileSync(join(work, 'kit-2.img')), readFileSync(join(work, 'images/devices/kit-2.img')))

    // As into a registry: digests stay, and the base is there once.
    for (const id of ['kit-1', 'kit-2'])
      skopeo('--insecure-policy', 'copy', '--preserve-digests', `oci:kits:${id}`, `oci:copied:${id}`)
    assert.equal(digestsIn(join(work, 'copied/blobs/sha256')), digestsIn(join(work, 'kits/blobs/sha256')))
    assert.is(readdirSync(join(work, 'copied/blobs/sha256')).length, 6)
  }))
