import * as assert from 'uvu/assert'
import { newHostKeysFor } from '../../../src/cli/host-keys.ts'
import type { Bundle } from '../../../src/core/carried/bundle.ts'
import { finishPlan } from '../../../src/core/compile-for.ts'
import { fullResult } from '../../../src/core/plan/digest.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { pathKey, type Tree } from '../../../src/storage/tree/tree.ts'
import { compiled } from '../../support/plan.ts'
import { proved } from '../../support/proved.ts'
import { fullSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('a plan that gets its packages and host keys')

const bundle: Bundle = {
  lock: {
    image: { release: 'trixie', architecture: 'arm64', packages: 'sha256:a', sources: 'sha256:b' },
    install: ['ufw'],
    upgrade: 'security',
    debs: [],
    snapshot: null,
    asOf: '',
    packages: [
      {
        name: 'ufw',
        version: '1',
        architecture: 'all',
        file: 'ufw_1_all.deb',
        size: 3,
        installedSize: 100,
        sha256: 'a',
        uri: null,
        archive: 'Debian:13.5/stable',
        because: 'asked',
        source: { name: 'ufw', version: '1' },
      },
    ],
  },
  debs: new Map([['ufw_1_all.deb', new Uint8Array(3)]]),
  index: new TextEncoder().encode('Package: ufw\n'),
}

/** A tree that notes what is read. */
function noting(tree: Tree, seen: string[]): Tree {
  return {
    label: tree.label,
    lstat: (path) => tree.lstat(path),
    list: (path) => tree.list(path),
    resolve: (path) => tree.resolve(path),
    read(path) {
      seen.push(path)
      return tree.read(path)
    },
  }
}

function finished() {
  const checked = sound({ ...fullSpec(), ssh: { port: 2222, hostKeys: 'bake' } })
  const { root, boot } = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  const seen: string[] = []
  const first = compiled(checked, { root: noting(root, seen), boot })
  const hostKeys = newHostKeysFor(checked.spec, root, {})
  const forFirst = seen.splice(0)
  const final = finishPlan(first, { bundle, hostKeys })
  return { spec: checked.spec, first, final, forFirst, forFinal: seen }
}

/** Path → what is done there. */
const byPath = ({ operations }: Plan) => new Map(operations.map((one) => [pathKey(one), fullResult(one)]))

test('is not inspected again', () => {
  const { forFirst, forFinal } = finished()
  for (const path of ['/etc/passwd', '/etc/ssh/sshd_config', '/var/lib/dpkg/status']) {
    assert.ok(forFirst.includes(path), path)
    assert.not.ok(forFinal.includes(path), path)
  }
  assert.ok(forFinal.length * 4 < forFirst.length, `${forFinal.length} reads, ${forFirst.length} before`)
})

test('compiles the rules of the firewall once: the names that they may use are read once', () => {
  const { forFirst } = finished()
  assert.is(forFirst.filter((path) => path === '/etc/services').length, 1)
})

test('differs in pibake’s own folders alone, in no unit and no package, and what the proof says of it is the same', () => {
  const { spec, first, final } = finished()
  const [before, after] = [byPath(first.plan), byPath(final.plan)]
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key))
  assert.ok(changed.length > 5)
  const elsewhere = changed.filter((key) => !/^root:(\/etc\/pibake|\/var\/lib\/pibake)\//.test(key))
  assert.equal(elsewhere, [])
  assert.equal(final.plan.units, first.plan.units)
  assert.equal(final.plan.packages, first.plan.packages)
  assert.equal(proved(spec, final.inventory, final.plan), first.verdict)
})
