import { auditTarget } from '../../../src/core/audit/audit-target.ts'
import { compileFor } from '../../../src/core/compile-for.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { Target } from '../../../src/storage/tree/tree.ts'
import { append } from '../../support/error-page.ts'
import { fullSpec, specOf, TODAY } from '../../support/spec.ts'
import { textMutations } from '../mutate-text.ts'
import type { FuzzedReader } from '../reader.ts'
import { seedsWithPlaces } from '../seeds.ts'

const full = specOf(fullSpec())
const cis = specOf({ ...fullSpec(), profile: 'cis' })
const options = { locate: () => undefined, specDigest: '0', epoch: undefined, today: TODAY, allowBooted: true }

/** A reader of a whole image in which one file is another one: its path is the input's first line. */
function imageReader(name: string, read: (image: Target) => unknown): FuzzedReader {
  return {
    name,
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
      return read(image)
    },
  }
}

/** All that reads an image, at once. */
export const imageReaders: readonly FuzzedReader[] = [
  imageReader('plan', (image) => compileFor(full, image, options)),
  imageReader('plan of the profile cis', (image) => compileFor(cis, image, options)),
  imageReader('audit', (image) => auditTarget(image, { today: TODAY })),
]
