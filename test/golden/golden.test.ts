import type { Operation } from '../../src/core/plan/operation.ts'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { behaviours } from '../../src/sample/behaviours.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { pathKey } from '../../src/storage/tree/tree.ts'
import { assertGenerated } from '../support/generated.ts'
import { compiled } from '../support/plan.ts'
import { fullSpec, type LooseSpec, smallSpec, sound } from '../support/spec.ts'
import { suite } from '../support/suite.ts'

/**
 * What pibake writes, path by path, kept as text: a change of output shows in a diff and needs a line in the changelog.
 * That the real programs accept it is shown under `device/`.
 */
const test = suite('golden plans')

const kinds = Object.keys(behaviours) as Behaviour[]
const plans: readonly (readonly [name: string, spec: LooseSpec, images: readonly Behaviour[]])[] = [
  ['small-standard', smallSpec(), kinds],
  ['full-strict', { ...fullSpec(), profile: 'strict' }, ['bookworm-2025', 'trixie-2026']],
  ['full-cis', { ...fullSpec(), profile: 'cis' }, ['trixie-2026']],
]

for (const [name, loose, images] of plans) {
  for (const behaviour of images) {
    const file = `test/golden/${behaviour}-${name}.txt`
    test(file, () => {
      const { plan } = compiled(sound(loose), samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' }))
      assertGenerated(file, `${plan.operations.map(show).join('\n')}\n`)
    })
  }
}

function show(operation: Operation): string {
  const key = pathKey(operation)
  switch (operation.kind) {
    case 'remove':
      return `${key}  removed`
    case 'symlink':
      return `${key}  -> ${operation.target}`
    case 'directory':
      return `${key}  directory ${meta(operation)}`
    case 'file':
      return `${key}  file ${meta(operation)}\n${content(operation)}`
  }
}

function meta({ mode, owner }: { mode: number; owner: { uid: number; gid: number } }): string {
  return `0${mode.toString(8)} ${owner.uid}:${owner.gid}`
}

/** The first-start program is a copy of `firstboot/`, and the digests follow from the rest. */
const ELSEWHERE = /^\/usr\/lib\/(pibake|systemd\/system)\/|^\/etc\/pibake\/(plan|spec)$/

function content(operation: Extract<Operation, { kind: 'file' }>): string {
  if (ELSEWHERE.test(operation.path)) return '    | (not shown)'
  return new TextDecoder()
    .decode(operation.content)
    .split('\n')
    .map((line) => `    | ${line}`)
    .join('\n')
}
