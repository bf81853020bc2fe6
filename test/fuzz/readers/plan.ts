import { compileFor } from '../../../src/core/compile-for.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { append } from '../../support/error-page.ts'
import { fullSpec, specOf, TODAY } from '../../support/spec.ts'
import { textMutations } from '../mutate-text.ts'
import type { FuzzedReader } from '../reader.ts'
import { seedsWithPlaces } from '../seeds.ts'

const spec = specOf(fullSpec())
const options = { locate: () => undefined, specDigest: '0', epoch: undefined, today: TODAY, allowBooted: true }

/** The whole plan of an image in which one file is another one: its path is the input's first line. */
export const planReader: FuzzedReader = {
  name: 'plan',
  seeds: seedsWithPlaces(),
  mutate: textMutations([
    'ALL',
    'yes',
    'no',
    'root',
    'alice',
    '/etc/passwd',
    '/home',
    '/dev/null',
    '[Service]',
    'ExecStart=',
  ]),
  share: 0.02,
  read: (input) => {
    const image = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
    const end = input.indexOf(10)
    const place = Buffer.from(input.subarray(0, end)).toString('latin1')
    const path = place.replace(/^boot:/, '')
    // Others are no paths that an image can have.
    if (!/^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/.test(path)) return
    const tree = place.startsWith('boot:') ? image.boot : image.root
    const node = tree.nodes.get(path)
    if (node === undefined) append(tree, path, '')
    const meta = node?.kind === 'file' ? node : { mode: 0o644, uid: 0, gid: 0 }
    tree.nodes.set(path, { ...meta, kind: 'file', content: input.subarray(end + 1) })
    return compileFor(spec, image, options)
  },
}
