import * as assert from 'uvu/assert'
import { applyToMemory } from '../../../src/core/plan/apply-in-memory.ts'
import { explainLines } from '../../../src/core/plan/explain.ts'
import type { FileOperation } from '../../../src/core/plan/operation.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { pathKey } from '../../../src/storage/tree/tree.ts'
import { compiled, planOf } from '../../support/plan.ts'
import { fullSpec, type LooseSpec, smallSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('explain: why a line is as it is')

const isAccounts = /\/(passwd|shadow|group|gshadow|subuid|subgid)$/

const fileOf = (plan: Plan, key: string) =>
  plan.operations.find((operation) => pathKey(operation) === key) as FileOperation

/** `key: text` of each line; `image` where the plan leaves it alone. */
const explained = (plan: Plan, key: string) =>
  explainLines(fileOf(plan, key)).map(({ origin, text }) => `${origin?.key ?? 'image'}: ${text}`)

for (const spec of [smallSpec(), fullSpec()] as LooseSpec[]) {
  test(`what pibake wrote is its own on the second run too (${Object.keys(spec).length} keys)`, () => {
    const checked = sound(spec)
    const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'desktop', architecture: 'arm64' })
    const first = compiled(checked, target).plan
    applyToMemory(target, first.operations)
    const second = compiled(checked, target).plan
    const files = second.operations.filter((operation) => operation.kind === 'file')
    assert.ok(files.length > 50)
    for (const file of files) {
      const key = pathKey(file)
      // The first run takes the stock user out of lines that the second one has nothing to do with.
      if (isAccounts.test(key)) continue
      assert.equal(explained(second, key), explained(first, key), key)
    }
    for (const name of ['passwd', 'group', 'subuid', 'subgid']) {
      const own = explained(second, `root:/etc/${name}`).filter((line) => /: alice:/.test(line))
      assert.equal([own.length, own.every((line) => line.startsWith('users[0].name: '))], [1, true], name)
    }
    assert.ok(explained(second, 'root:/etc/shadow').includes('users[0].passwordHash: ***'))
    assert.ok(explained(second, 'root:/etc/passwd').some((line) => line.startsWith('image: root:')))
    const shared = explained(second, 'root:/etc/group').find((line) => /: gpio:/.test(line))
    assert.match(shared ?? '', /^users\[\d\]\.groups: .*alice/)
  })
}

test('a file that pibake writes whole has no line of the image; an edited one names its own lines only', () => {
  const plan = planOf(fullSpec())
  assert.not(explained(plan, 'root:/etc/default/ufw').some((line) => line.startsWith('image: ')))
  assert.equal(
    explained(plan, 'root:/etc/hosts').filter((line) => !line.startsWith('image: ')),
    ['device.hostname: 127.0.1.1\t\tkit-07'],
  )
  const config = explained(plan, 'boot:/config.txt')
  const begin = config.findIndex((line) => line.endsWith('# pibake: begin'))
  assert.ok(begin > 0)
  assert.ok(config.slice(0, begin).every((line) => line.startsWith('image: ')))
  assert.ok(config.slice(begin).every((line) => line.startsWith('hardware.bluetooth: ')))
})

test('the folder of scripts and the preset file have reasons of their own', () => {
  const { operations } = planOf(smallSpec())
  const reason = (path: string) => {
    const origin = operations.find((operation) => operation.path === path)?.origin
    return `${origin?.key}: ${origin?.because}`
  }
  assert.is(reason('/etc/pibake/first-boot/scripts'), 'firstBoot.scripts: the scripts that the first start runs')
  assert.is(
    reason('/etc/systemd/system-preset/00-pibake.preset'),
    ': what is off stays off when a first start applies presets',
  )
})
