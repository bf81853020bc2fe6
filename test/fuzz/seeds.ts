import { samplePiOs } from '../../src/sample/sample.ts'
import { PLACES, sshdLines } from '../access/sshd-lines.ts'
import { states } from '../access/states/index.ts'
import type { Step } from '../access/support/planted.ts'
import { HASH, KEYS } from '../support/spec.ts'

interface Text {
  readonly path: string
  readonly text: string
}

const samples = (['bookworm-2025', 'trixie-2026'] as const).flatMap((behaviour): Text[] => {
  const { root, boot } = samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' })
  const named = (prefix: string, tree: typeof root) =>
    [...tree.nodes].flatMap(([path, node]) =>
      node.kind === 'file' ? [{ path: prefix + path, text: Buffer.from(node.content).toString('latin1') }] : [],
    )
  return [...named('', root), ...named('boot:', boot)]
})

const planted: readonly Text[] = [
  ...states.flatMap(({ steps }) => steps.flatMap(textsOf)),
  ...sshdLines.map(({ place, text }) => ({ path: PLACES[place], text: `${text}\n` })),
]

function textsOf(step: Step): Text[] {
  if (step.do === 'package') return step.files.flatMap(textsOf)
  if (step.do === 'write' || step.do === 'append') return [{ path: step.path, text: filled(step.text) }]
  if (step.do === 'edit') return [{ path: step.path, text: `${filled(step.put)}\n` }]
  return step.do === 'cmdline' ? [{ path: 'boot:/cmdline.txt', text: step.token }] : []
}

function filled(text: string): string {
  const named: Readonly<Record<string, string>> = { ...KEYS, mallory: KEYS.bob, hash: HASH }
  return text.replace(/\{(alice|bob|mallory|hash)\}/g, (_, name: string) => named[name] ?? '')
}

/**
 * What files of a kind say: in the sample images, and in every planted state of the access proof.
 *
 * @param paths of the files, `boot:/…` for those of the boot partition
 * @param more texts of such files
 */
export function seedsAt(paths: RegExp, more: readonly string[] = []): readonly Uint8Array[] {
  const found = [...samples, ...planted].filter(({ path }) => paths.test(path)).map(({ text }) => text)
  const texts = [...new Set([...more, ...found])].filter((text) => text !== '')
  if (texts.length === 0) throw new Error(`no file is like ${paths}`)
  return texts.map((text) => Buffer.from(text, 'latin1'))
}

/** All of them, each with its path in a first line of its own. */
export function seedsWithPlaces(): readonly Uint8Array[] {
  return [...samples, ...planted].map(({ path, text }) => Buffer.from(`${path}\n${text}`, 'latin1'))
}
