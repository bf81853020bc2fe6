import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../../src/base/host/assets.ts'
import { suite } from '../../support/suite.ts'
import { corpus } from './corpus.ts'
import { body, firewall, ours } from './firewall.ts'

const test = suite('ufw: what the real one wrote')

interface Golden {
  readonly rules: string
  readonly rules6: string
  readonly refused: readonly number[]
}
const golden: readonly Golden[] = JSON.parse(readFileSync(join(packageRoot, 'test/device/ufw/golden.json'), 'utf8'))

test('each list of the corpus gives the same rules and the same refusals', () => {
  assert.is(golden.length, corpus.length)
  corpus.forEach((rules, i) => {
    const { files, refused } = ours(firewall({ rules }))
    const said = rules.join(' ; ')
    assert.equal(refused, golden[i]?.refused, said)
    assert.is(body(files['user.rules']), golden[i]?.rules, said)
    assert.is(body(files['user6.rules']), golden[i]?.rules6, said)
  })
})

test('the corpus is large and holds both accepted and refused rules', () => {
  assert.ok(corpus.length >= 120)
  assert.ok(golden.some(({ refused }) => refused.length > 3))
  assert.ok(golden.filter(({ rules }) => rules !== '').length > 100)
})
