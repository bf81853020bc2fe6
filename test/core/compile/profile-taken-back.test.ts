import * as assert from 'uvu/assert'
import { latin1Text } from '../../../src/base/host/bytes.ts'
import { pamPolicy } from '../../../src/core/controls/pam-policy.ts'
import { applyToMemory } from '../../../src/core/plan/apply-in-memory.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import type { Target } from '../../../src/storage/tree/tree.ts'
import { problemsOf, runControl } from '../../support/control.ts'
import { compiled } from '../../support/plan.ts'
import { parse, smallSpec, sound, specOf, TODAY } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('what a stricter profile wrote, taken back')

type Image = Target<MemoryTree>

function apply(image: Image, profile: string): void {
  applyToMemory(image, compiled(sound({ ...smallSpec(), profile }), image).plan.operations)
}

/** Files in /etc and /usr/share, but for the group that stays without members, and what pibake notes for itself. Units that are off stay off. */
function files({ root }: Image): Record<string, string> {
  const found = [...root.nodes].flatMap(([path, node]): [string, string][] => {
    const isOther = /^\/etc\/(?:pibake\/|g?shadow$|group$)/.test(path) || !/^\/(?:etc|usr\/share|home)\//.test(path)
    if (isOther || node?.kind !== 'file') return []
    return [[path, `${node.mode.toString(8)} ${latin1Text(node.content)}`]]
  })
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)))
}

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as const) {
  const fresh = () => samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' }) as Image

  test(`${behaviour}: standard after cis is standard`, () => {
    const [back, plain] = [fresh(), fresh()]
    apply(back, 'cis')
    apply(back, 'standard')
    apply(plain, 'standard')
    const [was, is] = [files(plain), files(back)]
    const differs = (path: string) => was[path] !== is[path]
    assert.equal([...new Set([...Object.keys(was), ...Object.keys(is)])].filter(differs), [])
  })

  test(`${behaviour}: stacks of PAM that somebody has rewritten stay, and that is said`, () => {
    const image = fresh()
    const path = '/etc/pam.d/common-auth'
    const text = latin1Text(image.root.read(path) ?? new Uint8Array())
    const inBlock = text.replace("# here's", "auth required pam_own.so\n# here's")
    image.root.nodes.set(path, {
      kind: 'file',
      mode: 0o644,
      uid: 0,
      gid: 0,
      content: new TextEncoder().encode(inBlock),
    })
    const { contribution } = runControl(pamPolicy, specOf({ ...smallSpec(), profile: 'cis' }), image)
    assert.equal(
      contribution.operations?.filter((one) => one.path.includes('pam')).map((one) => one.path),
      [],
    )
    assert.match(contribution.notes?.[0]?.message ?? '', /not as pam-auth-update keeps them/)
    assert.equal(problemsOf(contribution), [])
  })
}

test('where SSH takes passwords no profile counts wrong ones, and a spec that asks for it is refused', () => {
  const spec = { ...smallSpec(), profile: 'cis', ssh: { passwordAuthentication: true } }
  assert.is(specOf(spec).hardening.lockout.tries, 0)
  assert.is(specOf({ ...smallSpec(), profile: 'cis' }).hardening.lockout.tries, 4)
  const { problems } = parse({ ...spec, hardening: { lockout: { tries: 4 } } }, {}, TODAY)
  assert.equal(
    problems.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    ['SVC026'],
  )
})
